//! Two ways to scan a history: the delta reader, and each object by itself.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use keysieve::blob::{Blob, Provenance};
use keysieve::engine::{Detected, Engine};
use keysieve::findings::{Finding, FingerprintKey};
use keysieve::rules::catalogue::Catalogue;
use keysieve::source::history::delta::{Budget, Detector, ScanMode};
use keysieve::source::history::{DeltaReader, FullReader, History};
use keysieve::source::{Coverage, Silent, Source};

use super::support::random::Random;
use super::support::structures::structure;

/// Structures among the texts with secrets.
const STRUCTURES: usize = 24;

/// Larger than any blob of these tests.
pub const LARGEST: u64 = 64 << 20;

/// Settled findings by object id.
pub type Found = BTreeMap<String, Vec<Finding>>;

/// The engine used by both readers.
pub struct Scanner {
    pub engine: Engine,
    found: Mutex<Found>,
}

impl Scanner {
    pub fn new() -> Self {
        let engine = Engine::new(Catalogue::built_in(), FingerprintKey::new(b""));
        Scanner { engine, found: Mutex::default() }
    }

    /// What the delta reader finds in the repository, and what it covers.
    pub fn by_delta(&self, repository: &Path, mode: ScanMode, budget: Budget) -> (Found, Coverage) {
        self.in_history(&History::open(repository).unwrap(), mode, budget)
    }

    /// What the delta reader finds in a history that was opened before.
    pub fn in_history(
        &self,
        history: &History,
        mode: ScanMode,
        budget: Budget,
    ) -> (Found, Coverage) {
        let coverage = DeltaReader::new(history, mode, budget).read(self, &Silent);
        (std::mem::take(&mut self.found.lock().unwrap()), coverage)
    }

    /// What scanning each object by itself finds.
    pub fn one_by_one(&self, repository: &Path) -> (Found, Coverage) {
        self.one_by_one_up_to(repository, LARGEST)
    }

    pub fn one_by_one_up_to(&self, repository: &Path, largest: u64) -> (Found, Coverage) {
        let history = History::open(repository).unwrap();
        let reader = FullReader::new(&history, largest);
        let coverage = reader.visit(&|blob| self.whole(blob), &Silent);
        (std::mem::take(&mut self.found.lock().unwrap()), coverage)
    }

    fn keep(&self, blob: &Blob<'_>, findings: Vec<Finding>) {
        let Provenance::Object(id) = &blob.provenance else { panic!("an object has an id") };
        if !findings.is_empty() {
            let twice = self.found.lock().unwrap().insert(id.clone(), findings);
            assert!(twice.is_none(), "{id} came twice");
        }
    }
}

impl Detector for Scanner {
    fn detect(&self, bytes: &[u8], ranges: &[Range<usize>]) -> Detected {
        self.engine.detect(bytes, ranges)
    }

    fn decode_start(&self, bytes: &[u8], offset: usize) -> Option<usize> {
        self.engine.decode_start(bytes, offset)
    }

    fn independent_from(&self, bytes: &[u8], offset: usize) -> usize {
        self.engine.independent_from(bytes, offset)
    }

    fn end_lookahead(&self, finding: &Finding) -> usize {
        self.engine.end_lookahead(finding)
    }

    fn found(&self, blob: &Blob<'_>, detected: Detected) {
        self.keep(blob, self.engine.settle_detected(blob.bytes, detected));
    }

    fn whole(&self, blob: &Blob<'_>) {
        let text = blob.text();
        self.keep(blob, self.engine.scan(&text.bytes));
    }
}

/// Texts with secrets: the catalogue's own examples, and structures.
pub fn examples(engine: &Engine) -> Vec<Vec<u8>> {
    let examples = engine.rules().iter().flat_map(|rule| rule.examples.iter());
    let examples = examples.map(|example| example.replace("<>", "").into_bytes());
    let mut random = Random(0x57c);
    let structures = (0..STRUCTURES).map(|_| structure(&mut random, 60));
    examples.chain(structures.collect::<Vec<_>>()).collect()
}

/// Filler without secrets: prose, code, tables of numbers, long lines of base64.
pub fn filler(random: &mut Random, length: usize) -> Vec<u8> {
    let mut text = Vec::new();
    while text.len() < length {
        match random.below(12) {
            0 => {
                let row = random.below(3000);
                text.extend((0..row).map(|_| *random.one(b"ABCDEFGHabcdefghijkl0123456789+/")));
                text.push(b'\n');
            }
            1 => {
                for _ in 0..random.below(20) {
                    text.extend((0..64).map(|_| *random.one(b"ABCDEFGHabcdefghijkl0123456789+/")));
                    text.extend(*random.one(&[&b"\n"[..], b"\r\n    ", b"\\n"]));
                }
            }
            2..6 => text.extend(
                format!("    let x{} = {};\n", random.below(99), random.below(1 << 30)).bytes(),
            ),
            6 => text.extend("dérivé \u{1f511} — ".bytes()),
            _ => {
                let words = [
                    "the", "key", "of", "a", "secret", "is", "kept", "token", "=", "\n", "\t",
                    "\"", ", ",
                ];
                text.extend(random.one(&words).bytes());
                text.push(b' ');
            }
        }
    }
    text.truncate(length);
    text
}

/// The secret in another form: in base64 of one line or many, in escapes, in pieces.
pub fn encoded(random: &mut Random, secret: &[u8]) -> Vec<u8> {
    let prose = b"user = someone; password = none; see the manual for the rest. ";
    let mut text = Vec::new();
    for _ in 0..random.below(12) {
        text.extend_from_slice(prose);
    }
    text.extend_from_slice(secret);
    for _ in 0..random.below(12) {
        text.extend_from_slice(prose);
    }
    match random.below(7) {
        0 => BASE64.encode(&text).into_bytes(),
        1 | 2 => {
            let width = 4 * (10 + random.below(10));
            let ends: [&[u8]; 4] = [b"\n", b"\r\n", b"\n        ", b"\\n"];
            let end = *random.one(&ends);
            let rows = BASE64.encode(&text).into_bytes();
            rows.chunks(width).collect::<Vec<_>>().join(end)
        }
        3 => text.iter().flat_map(|b| format!("{b:02x}").into_bytes()).collect(),
        4 => {
            let every = 1 + random.below(40);
            let escaped = |(index, b): (usize, &u8)| match (index % every, b) {
                (0, b) => format!("%{b:02X}").into_bytes(),
                (_, b' ') => b"+".to_vec(),
                (_, &b) => vec![b],
            };
            text.iter().enumerate().flat_map(escaped).collect()
        }
        5 => text.iter().flat_map(|b| format!("\\u{b:04x}").into_bytes()).collect(),
        _ => {
            let pieces: Vec<&[u8]> = secret.chunks(9 + random.below(9)).collect();
            [b"\"", &pieces.join(&b"\" +\n    \""[..])[..], b"\""].concat()
        }
    }
}

//! Targets that scan bytes.

use std::cell::RefCell;

use keysieve::blob::{Blob, Endian, Provenance, TextEncoding};
use keysieve::engine::Engine;
use keysieve::findings::{Encoding, Finding, FingerprintKey};
use keysieve::policy::Policy;
use keysieve::report::Format;
use keysieve::rules::MARGIN;
use keysieve::rules::catalogue::Catalogue;
use keysieve::scan::scan;
use keysieve::source::{Coverage, Progress, Silent, Source, Visitor, admit};

/// Runs with one engine, which remembers the secrets that it has found.
const RUNS: usize = 500;

thread_local! {
    static ENGINE: RefCell<(usize, Engine)> = RefCell::new((0, engine_of_a_run()));
}

fn engine_of_a_run() -> Engine {
    Engine::new(Catalogue::built_in(), FingerprintKey::new(b"")).with_now(1_700_000_000)
}

fn with_engine<T>(work: impl FnOnce(&Engine) -> T) -> T {
    ENGINE.with_borrow_mut(|(runs, engine)| {
        *runs += 1;
        if *runs > RUNS {
            (*runs, *engine) = (0, engine_of_a_run());
        }
        work(engine)
    })
}

/// A token with a valid checksum, joined here so that this file contains none.
pub(super) fn token() -> String {
    ["ls-", "fAKeToKe-1111-1111-1111-", "eXamPle1", "4fbe"].concat()
}

/// Findings are inside the text, sorted by span and disjoint.
fn hold(findings: &[Finding], length: usize) {
    for finding in findings {
        assert!(finding.span.start < finding.span.end && finding.span.end <= length);
    }
    for pair in findings.windows(2) {
        assert!(pair[0].span.end <= pair[1].span.start, "{:?} {:?}", pair[0], pair[1]);
    }
}

/// Any bytes, scanned whole and in two ranges: except near the boundary the findings are the same.
pub fn engine(data: &[u8]) {
    let middle = data.len() / 2;
    let (mut whole, mut apart) = with_engine(|engine| {
        hold(&engine.scan(data), data.len());
        let whole = engine.detect(data, std::slice::from_ref(&(0..data.len())));
        (whole.findings, engine.detect(data, &[0..middle, middle..data.len()]).findings)
    });
    for findings in [&mut whole, &mut apart] {
        // Encoded findings depend on the start of their run, wherever that is.
        findings.retain(|finding| {
            finding.encoding == Encoding::PLAIN && finding.trigger.abs_diff(middle) > MARGIN
        });
        findings.sort_by_key(|finding| (finding.trigger, finding.rule, finding.span));
    }
    assert_eq!(apart, whole);
}

/// A token in several encodings, next to any bytes.
pub fn decoders(data: &[u8]) {
    let token = token();
    let middle = data.len() / 2;
    let escaped: String = token.bytes().map(|byte| format!("\\x{byte:02x}")).collect();
    let percent: String = token.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let hex: String = token.bytes().map(|byte| format!("{byte:02x}")).collect();
    let (first, second) = token.split_at(9);
    let colored = format!("{first}\x1b[1m{second}\\e[0m");
    let joined = format!("\"{first}\" + \"{second}\"");
    let list = format!("''.join(['{first}', '{second}'])");
    for encoded in [token, escaped, percent, hex, colored, joined, list] {
        let text = [&data[..middle], encoded.as_bytes(), &data[middle..]].concat();
        with_engine(|engine| hold(&engine.scan(&text), text.len()));
    }
}

/// Any bytes, classified and read as text of each encoding: spans lead back to the bytes.
pub fn contents(data: &[u8]) {
    admit(&Blob::whole(data, Provenance::Stdin), &|blob| drop(blob.text()));
    let encodings = [Endian::Little, Endian::Big]
        .into_iter()
        .flat_map(|endian| [TextEncoding::Utf16(endian), TextEncoding::Utf32(endian)]);
    for encoding in encodings {
        let blob = Blob::whole(data, Provenance::Stdin).encoded(encoding);
        let text = blob.text();
        assert!(text.core.end <= text.bytes.len());
        let characters = String::from_utf8_lossy(&text.bytes).into_owned();
        let mut last = 0;
        for (offset, character) in characters.char_indices() {
            let source = text.source_range(offset..offset + character.len_utf8());
            assert!(source.start >= last && source.end <= data.len(), "{encoding:?}");
            assert_eq!(text.text_offset(source.start), offset);
            last = source.end;
        }
    }
}

/// A file with a token among any bytes, followed by a suppression comment of any bytes.
struct Planted {
    path: Vec<u8>,
    text: Vec<u8>,
}

impl Source for Planted {
    fn visit(&self, visit: &Visitor<'_>, _progress: &dyn Progress) -> Coverage {
        let path = Provenance::WorkTree(self.path.clone().into());
        admit(&Blob::whole(&self.text, path), visit)
    }
}

/// No report repeats a token that was found, whatever is next to it.
pub fn report(data: &[u8]) {
    let token = token();
    let third = data.len() / 3;
    let (before, after) = (&data[..third], &data[third..2 * third]);
    let text = [before, token.as_bytes(), b" # keysieve:allow ", after, token.as_bytes()].concat();
    let path = [&data[2 * third..], token.as_bytes()].concat();
    let engine = engine_of_a_run();
    let report = scan(&Planted { path, text }, &engine, &Policy::default(), &Silent);
    // In binary content, or as part of a longer word, the token is not found.
    let is_token = |rule: usize| engine.rules()[rule].id == "localstack-auth-token";
    if !report.credentials.iter().any(|found| is_token(found.rule)) {
        return;
    }
    for format in [Format::Sarif, Format::Human, Format::Json] {
        let mut written = Vec::new();
        report.write(format, &mut written).expect("memory takes it");
        let written = String::from_utf8(written).expect("reports are UTF-8");
        assert!(!written.contains(&token), "{written}");
    }
}

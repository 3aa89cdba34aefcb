//! Inheritance as a property: whatever a delta copies and inserts, inherited and new findings
//! together are those of a whole scan.

use keysieve::engine::Detected;
use keysieve::git::pack::delta;
use keysieve::rules::MARGIN;
use keysieve::source::history::inherit::{DeltaBase, Inheritance};

use super::readers::{Scanner, encoded, examples, filler};
use super::support::random::Random;

/// A delta as git would write it, and the version that it builds.
struct Writer<'b> {
    base: &'b [u8],
    instructions: Vec<u8>,
    version: Vec<u8>,
}

impl<'b> Writer<'b> {
    fn new(base: &'b [u8]) -> Self {
        Writer { base, instructions: Vec::new(), version: Vec::new() }
    }

    fn copy(&mut self, from: usize, length: usize) {
        let mut done = 0;
        while done < length {
            let piece = (length - done).min(0x7fff);
            let offset = (from + done) as u32;
            self.instructions.push(0x80 | 0x0f | 0x30);
            self.instructions.extend(offset.to_le_bytes());
            self.instructions.extend((piece as u16).to_le_bytes());
            done += piece;
        }
        self.version.extend_from_slice(&self.base[from..from + length]);
    }

    fn insert(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(127) {
            self.instructions.push(piece.len() as u8);
            self.instructions.extend_from_slice(piece);
        }
        self.version.extend_from_slice(bytes);
    }

    fn finish(self) -> (Vec<u8>, Vec<u8>) {
        let mut delta = Vec::new();
        for mut length in [self.base.len(), self.version.len()] {
            while length > 127 {
                delta.push(length as u8 | 0x80);
                length >>= 7;
            }
            delta.push(length as u8);
        }
        delta.extend(self.instructions);
        (delta, self.version)
    }
}

fn sorted(mut detected: Detected) -> Detected {
    detected.findings.sort_by_key(|finding| (finding.trigger, finding.rule, finding.span));
    detected
}

fn whole(scanner: &Scanner, bytes: &[u8]) -> Detected {
    sorted(scanner.engine.detect(bytes, std::slice::from_ref(&(0..bytes.len()))))
}

/// Checks that a version's findings are those of a whole scan. Returns their number.
fn check(scanner: &Scanner, base: &[u8], delta: &[u8], version: &[u8], about: &str) -> usize {
    let mut copies = Vec::new();
    let mut made = Vec::new();
    delta::apply(delta, base, &mut copies, &mut made).unwrap();
    assert!(made == version, "{about}: the delta makes the version");
    let detected = whole(scanner, base);
    let inherits = DeltaBase { length: base.len(), detected: &detected, copies: &copies };
    let found = Inheritance::default().detected(scanner, version, &inherits);
    let expected = whole(scanner, version);
    let found = sorted(found);
    assert_eq!(found, expected, "{about}");
    expected.findings.len() + expected.marks.len()
}

fn random_text(random: &mut Random, examples: &[Vec<u8>], pieces: usize) -> Vec<u8> {
    let mut text = Vec::new();
    for _ in 0..pieces {
        match random.below(5) {
            0 => text.extend(random.one(examples).iter()),
            1 => {
                let example = random.one(examples);
                text.extend(encoded(random, example));
            }
            _ => {
                let length = random.below(1500);
                text.extend(filler(random, length));
            }
        }
        if random.below(3) > 0 {
            text.push(b'\n');
        }
    }
    text
}

/// The number of rounds, from this environment variable.
fn rounds() -> usize {
    std::env::var("KEYSIEVE_TEST_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(200)
}

/// How many times each secret is cut.
fn cuts() -> usize {
    if rounds() > 200 { 40 } else { 6 }
}

#[test]
fn any_delta_gives_what_the_whole_gives() {
    let scanner = Scanner::new();
    let examples = examples(&scanner.engine);
    let mut random = Random(0xde17a);
    let mut seen = 0;
    for round in 0..rounds() {
        let base = random_text(&mut random, &examples, 12);
        let mut writer = Writer::new(&base);
        let mut offset = 0;
        for _ in 0..1 + random.below(8) {
            match random.below(9) {
                8 => {
                    let example = random.one(&examples);
                    writer.insert(&encoded(&mut random, example));
                }
                // Usually the range that follows, otherwise any range.
                0..5 => {
                    let from = if random.below(4) > 0 {
                        offset.min(base.len())
                    } else {
                        random.below(base.len())
                    };
                    let length = random.below((base.len() - from).min(4 * MARGIN) + 1);
                    writer.copy(from, length);
                    offset = from + length + random.below(40);
                }
                5 => writer.insert(random.one(&examples).as_slice()),
                6 => {
                    let example = random.one(&examples);
                    let cut = random.below(example.len());
                    writer.insert(if random.below(2) == 0 {
                        &example[cut..]
                    } else {
                        &example[..cut]
                    });
                }
                _ => {
                    let length = random.below(300);
                    writer.insert(&filler(&mut random, length));
                }
            }
        }
        if offset < base.len() && random.below(2) == 0 {
            writer.copy(offset, base.len() - offset);
        }
        let (delta, version) = writer.finish();
        seen += check(&scanner, &base, &delta, &version, &format!("round {round}"));
    }
    assert!(seen > 300, "the versions hold secrets: {seen}");
}

/// Every secret, cut at every byte: its first part copied from one offset, its second part from
/// another, or inserted.
#[test]
fn secrets_across_copy_boundaries_are_found() {
    let scanner = Scanner::new();
    let mut random = Random(0x5ea);
    for example in examples(&scanner.engine) {
        let room = filler(&mut random, 2 * MARGIN + 200);
        let base = [&room[..], b"\n", &example, b"\n", &room, &example[..example.len() / 2], &room]
            .concat();
        let start = room.len() + 1;
        let step = 1 + example.len() / cuts();
        for cut in (0..=example.len()).step_by(step) {
            let mut writer = Writer::new(&base);
            writer.copy(0, start + cut);
            writer.copy(start + cut + 1.min(example.len() - cut), 2 * MARGIN);
            let (delta, version) = writer.finish();
            check(&scanner, &base, &delta, &version, "a byte removed");
            let mut writer = Writer::new(&base);
            writer.copy(100, start + cut - 100);
            writer.insert(&example[cut..]);
            writer.copy(start + example.len(), base.len() - start - example.len());
            let (delta, version) = writer.finish();
            check(&scanner, &base, &delta, &version, "the second part inserted");
        }
    }
}

/// A secret at every distance from a copy boundary that a margin could lose.
#[test]
fn secrets_next_to_copy_boundaries_are_found_once() {
    let scanner = Scanner::new();
    let mut random = Random(0xbe51de);
    let examples = examples(&scanner.engine);
    for distance in (0..2 * MARGIN).step_by(7) {
        let example = random.one(&examples).clone();
        let room = filler(&mut random, 3 * MARGIN);
        let base = [&room[..], b"\n", &example, b"\n", &room].concat();
        let start = room.len() + 1;
        // The end of the copy, and the start of the next, at that distance from the secret.
        let mut writer = Writer::new(&base);
        writer.copy(0, (start + example.len() + distance).min(base.len()));
        writer.insert(b"xyz\n");
        writer.copy(start.saturating_sub(distance), base.len() - start.saturating_sub(distance));
        let (delta, version) = writer.finish();
        check(&scanner, &base, &delta, &version, &format!("at {distance}"));
    }
}

/// Secrets that a version completes, however far after their trigger.
#[test]
fn secrets_that_a_version_completes_are_found() {
    let scanner = Scanner::new();
    let mut random = Random(0xc0de);
    let mut seen = 0;
    for example in examples(&scanner.engine) {
        let room = filler(&mut random, 2 * MARGIN);
        let step = 1 + example.len() / cuts();
        for cut in (0..example.len()).step_by(step) {
            let start = room.len() + 1 + cut;
            let base =
                [&room[..], b"\n", &example[..cut], b"\x01", &example[cut..], &room].concat();
            let mut writer = Writer::new(&base);
            writer.copy(0, start);
            writer.copy(start + 1, base.len() - start - 1);
            let (delta, version) = writer.finish();
            seen += check(&scanner, &base, &delta, &version, "a byte between is removed");
        }
    }
    assert!(seen > 100, "{seen}");
}

/// A key's body may be followed by any number of blanks, and continue after them.
#[test]
fn a_body_that_continues_after_blanks_is_one_secret() {
    let scanner = Scanner::new();
    let examples = examples(&scanner.engine);
    let keys = examples.iter().filter(|example| example.windows(8).any(|w| w == b"-----END"));
    let mut seen = 0;
    for key in keys {
        let end = key.windows(8).position(|window| window == b"-----END").unwrap();
        let blanks = vec![b'\n'; 4 * MARGIN];
        let base = [&key[..end], &blanks, b"!", &blanks].concat();
        let mut writer = Writer::new(&base);
        writer.copy(0, end + blanks.len());
        writer.insert(&key[end..]);
        writer.copy(end + blanks.len() + 1, blanks.len());
        let (delta, version) = writer.finish();
        seen += check(&scanner, &base, &delta, &version, "a key that is closed late");
    }
    assert!(seen > 0);
}

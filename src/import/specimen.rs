//! Generates a text that a regex matches: an example for a rule without one.

use regex_syntax::hir::{Class, ClassBytesRange, Hir, HirKind};

/// A text and the range of the secret in it.
pub struct Specimen {
    pub text: Vec<u8>,
    pub secret: std::ops::Range<usize>,
}

/// One of many texts of the regex, another for each seed, the same on every machine. The text
/// around the secret is as short as possible and uses blanks and quotes if these match. Word
/// boundaries are ignored: the engine decides whether the text is a valid example.
pub fn specimen(hir: &Hir, seed: u64) -> Specimen {
    let mut maker = Maker { text: Vec::new(), secret: 0..0, in_secret: false, state: 0, seed };
    maker.state = (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    maker.make(hir);
    Specimen { text: maker.text, secret: maker.secret }
}

struct Maker {
    text: Vec<u8>,
    secret: std::ops::Range<usize>,
    in_secret: bool,
    state: u64,
    seed: u64,
}

impl Maker {
    fn make(&mut self, hir: &Hir) {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => self.text.extend_from_slice(&literal.0),
            HirKind::Class(class) => {
                let class = match class {
                    Class::Bytes(class) => Some(class.clone()),
                    // An alternation of single characters becomes one.
                    Class::Unicode(class) => class.to_byte_class(),
                };
                let b = class.and_then(|class| self.one_of(class.ranges()));
                self.text.extend(b);
            }
            HirKind::Repetition(repetition) => {
                let (least, most) = (repetition.min, repetition.max.unwrap_or(u32::MAX));
                // Longer with each attempt: a rule may require some entropy.
                let more =
                    if self.in_secret { self.next(4 + self.seed as usize) as u32 } else { 0 };
                for _ in 0..least.saturating_add(more).min(most) {
                    self.make(&repetition.sub);
                }
            }
            HirKind::Capture(capture) => {
                let is_secret = capture.name.as_deref() == Some("secret");
                let start = self.text.len();
                self.in_secret |= is_secret;
                self.make(&capture.sub);
                if is_secret {
                    self.in_secret = false;
                    self.secret = start..self.text.len();
                }
            }
            HirKind::Concat(subs) => subs.iter().for_each(|sub| self.make(sub)),
            HirKind::Alternation(subs) => {
                let one = self.next(subs.len());
                self.make(&subs[one]);
            }
        }
    }

    fn one_of(&mut self, ranges: &[ClassBytesRange]) -> Option<u8> {
        let holds = |b: &u8| ranges.iter().any(|range| (range.start()..=range.end()).contains(b));
        let quiet = b"\"' =:;,".iter().copied().find(|b| !self.in_secret && holds(b));
        if quiet.is_some() {
            return quiet;
        }
        let printable = (b' '..=b'~').filter(holds);
        let (words, others): (Vec<u8>, Vec<u8>) = printable.partition(u8::is_ascii_alphanumeric);
        let choice = if words.is_empty() { others } else { words };
        if choice.is_empty() {
            return ranges.first().map(|range| range.start());
        }
        let one = self.next(choice.len());
        choice.get(one).copied()
    }

    /// A number below `bound`: xorshift.
    fn next(&mut self, bound: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state % bound.max(1) as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::regex::parse;

    #[test]
    fn a_specimen_is_of_the_regex() {
        let pattern = r#"(?i)nimbus[ \t]{0,9}(?:=|:)['"](?<secret>[0-9a-f]{32,40})(?:['"]|$)"#;
        let hir = parse(pattern).unwrap();
        let regex = regex_automata::meta::Regex::builder()
            .syntax(regex_automata::util::syntax::Config::new().unicode(false))
            .build(pattern)
            .unwrap();
        let texts: Vec<String> = (0..20)
            .map(|seed| {
                let Specimen { text, secret } = specimen(&hir, seed);
                assert!((32..=40).contains(&secret.len()));
                String::from_utf8(text).unwrap()
            })
            .collect();
        assert!(texts.iter().all(|text| regex.is_match(text)), "{texts:?}");
        assert!(texts.windows(2).all(|two| two[0] != two[1]));
    }
}

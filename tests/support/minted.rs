//! Fake texts in a rule's format: generated from its regex with a seed, with a valid checksum if
//! the format has one. No checksum is computed by keysieve's own code.

use keysieve::rules::lexicon::Lexicon;
use std::ops::Range;

use keysieve::engine::checks;
use keysieve::engine::examples::SPLIT_MARKER;
use keysieve::rules::{Checksum, Rule};
use md5::{Digest, Md5};
use regex_syntax::hir::{Class, Hir, HirKind};

/// The most characters of an unbounded repetition: bodies of 200 show nothing more.
const MOST_MORE: u32 = 24;

/// A text that the rule's regex matches.
#[derive(Clone)]
pub struct Minted {
    pub text: Vec<u8>,
    /// The span of the secret in it.
    pub secret: Range<usize>,
}

/// A text for the rule, different for each seed. For formats whose structure or checksum cannot be
/// generated here, the secret of one of the rule's examples.
pub fn minted(rule: &Rule, seed: u64) -> Option<Minted> {
    let drawn = rule.checks.structure.is_none() && rule.checks.checksum.is_none_or(is_sealed);
    if !drawn {
        return from_example(rule, seed);
    }
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    for _ in 0..200 {
        let mut draw = Draw { random: &mut random, text: Vec::new(), secret: 0..0 };
        if let Some(before) = &rule.before {
            draw.hir(&parse(before));
        }
        draw.hir(&parse(&rule.regex));
        let (mut text, secret) = (draw.text, draw.secret);
        if let Some(checksum) = rule.checks.checksum {
            seal(checksum, &mut text[secret.clone()]);
        }
        // A token in another rule's format, or with a prefix that this rule excludes.
        if checks::judge(rule, &Lexicon::default(), &text[secret.clone()]).is_some() {
            return Some(Minted { text, secret });
        }
    }
    None
}

/// A text that the pattern matches, whatever rule finds it. Checksums of `rules` that are known
/// here are made valid if such a rule's format appears in the text.
pub fn drawn(pattern: &str, seed: u64, rules: &[&Rule]) -> Vec<u8> {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut draw = Draw { random: &mut random, text: Vec::new(), secret: 0..0 };
    draw.hir(&parse(pattern));
    let mut text = draw.text;
    for rule in rules {
        let Some(checksum) = rule.checks.checksum.filter(|&checksum| is_sealed(checksum)) else {
            continue;
        };
        let found = bytes_regex(rule).captures(&text).and_then(|groups| groups.name("secret"));
        if let Some(secret) = found.map(|found| found.range()) {
            seal(checksum, &mut text[secret]);
        }
    }
    text
}

fn bytes_regex(rule: &Rule) -> regex::bytes::Regex {
    regex::bytes::RegexBuilder::new(&rule.regex).unicode(false).build().unwrap()
}

fn parse(pattern: &str) -> Hir {
    regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).unwrap()
}

/// The secret of one of the rule's examples: it contains the split marker, and a second
/// implementation computed its checksum. `None` if the format is recognized by what is next to it.
fn from_example(rule: &Rule, seed: u64) -> Option<Minted> {
    let example = &rule.examples[seed as usize % rule.examples.len()];
    let marker = example.find(SPLIT_MARKER)?;
    let text = example.replace(SPLIT_MARKER, "").into_bytes();
    let regex = bytes_regex(rule);
    let found = regex.captures_iter(&text).filter_map(|groups| groups.name("secret"));
    let span = found.map(|secret| secret.range()).find(|span| span.contains(&marker))?;
    let secret = text[span].to_vec();
    let alone = regex.captures(&secret)?.name("secret")?.range() == (0..secret.len());
    (alone && rule.extends.is_none()).then_some(Minted { secret: 0..secret.len(), text: secret })
}

struct Draw<'r> {
    random: &'r mut Random,
    text: Vec<u8>,
    secret: Range<usize>,
}

impl Draw<'_> {
    fn hir(&mut self, hir: &Hir) {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => self.text.extend_from_slice(&literal.0),
            HirKind::Class(Class::Bytes(class)) => {
                let all: Vec<u8> =
                    class.iter().flat_map(|range| range.start()..=range.end()).collect();
                let plain = |b: &u8| b.is_ascii_alphanumeric();
                // A class of everything but some delimiters: letters and digits are enough.
                let open = all.len() > 80 && all.iter().any(plain);
                let chosen: Vec<u8> = all.into_iter().filter(|b| !open || plain(b)).collect();
                self.text.push(chosen[self.random.below(chosen.len())]);
            }
            HirKind::Class(Class::Unicode(_)) => {
                unreachable!("the catalogue's regexes are of bytes")
            }
            HirKind::Repetition(repetition) => {
                let most = repetition.max.unwrap_or(repetition.min + MOST_MORE);
                let more = (most - repetition.min).min(MOST_MORE) as usize;
                for _ in 0..repetition.min as usize + self.random.below(more + 1) {
                    self.hir(&repetition.sub);
                }
            }
            HirKind::Capture(capture) => {
                let start = self.text.len();
                self.hir(&capture.sub);
                if capture.name.as_deref() == Some("secret") {
                    self.secret = start..self.text.len();
                }
            }
            HirKind::Concat(subs) => subs.iter().for_each(|sub| self.hir(sub)),
            HirKind::Alternation(subs) => {
                // `(?:[^a-z]|$)`: what follows a token is up to the text around it.
                let end = subs.iter().find(|sub| matches!(sub.kind(), HirKind::Look(_)));
                match end {
                    Some(_) => {}
                    None => {
                        let chosen = self.random.below(subs.len());
                        self.hir(&subs[chosen]);
                    }
                }
            }
        }
    }
}

/// Whether [`seal`] knows the checksum.
fn is_sealed(checksum: Checksum) -> bool {
    matches!(
        checksum,
        Checksum::Md5Hex4
            | Checksum::Crc32Base62
            | Checksum::GitlabRoutable
            | Checksum::Atlassian
            | Checksum::Cloudflare
            | Checksum::Grafana
    )
}

/// Makes the checksum valid.
fn seal(checksum: Checksum, token: &mut [u8]) {
    let index_after = |b: u8, token: &[u8]| token.iter().rposition(|&t| t == b).unwrap() + 1;
    let length = token.len();
    let (from, check) = match checksum {
        Checksum::Md5Hex4 => {
            let body = token.iter().position(|&b| b == b'-').unwrap() + 1;
            let digest = Md5::digest(&token[body..length - 4]);
            (length - 4, format!("{:02x}{:02x}", digest[0], digest[1]))
        }
        Checksum::Crc32Base62 => {
            let body = index_after(b'_', token);
            (length - 6, based(crc32(&token[body..length - 6]), 62, 6))
        }
        Checksum::GitlabRoutable => (length - 7, based(crc32(&token[..length - 7]), 36, 7)),
        Checksum::Atlassian => (length - 8, format!("{:08X}", crc32(&token[..length - 8]))),
        Checksum::Cloudflare => {
            let body = token.iter().position(|&b| b == b'_').unwrap() + 1;
            (length - 8, format!("{:08x}", crc32(&token[body..length - 8])))
        }
        Checksum::Grafana => {
            (length - 8, format!("{:08x}", crc32(&token[..length - 9]).swap_bytes()))
        }
        _ => return,
    };
    token[from..].copy_from_slice(check.as_bytes());
}

/// CRC-32 bit by bit, from the definition of the polynomial.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &b| {
        (0..8).fold(crc ^ u32::from(b), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

/// A number in base 36 (lowercase letters) or 62 (uppercase before lowercase).
fn based(mut value: u32, base: u32, width: usize) -> String {
    let mut digits = vec![b'0'; width];
    for character in digits.iter_mut().rev() {
        let digit = (value % base) as u8;
        *character = match (digit, base) {
            (0..10, _) => b'0' + digit,
            (_, 36) => b'a' + digit - 10,
            (10..36, _) => b'A' + digit - 10,
            _ => b'a' + digit - 36,
        };
        value /= base;
    }
    String::from_utf8(digits).unwrap()
}

/// Marsaglia's xorshift: the same draws on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 11) % bound as u64) as usize
    }
}

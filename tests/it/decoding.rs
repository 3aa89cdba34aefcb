//! Properties of decoding: a token is found in every encoding, and nothing else is.

use std::ops::Range;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use keysieve::engine::Engine;
use keysieve::engine::decode::{self, Decoded};
use keysieve::findings::{Encoding, Finding, FingerprintKey, Step};
use keysieve::rules::catalogue::Catalogue;
use keysieve::rules::{LONGEST, MARGIN};
use md5::{Digest, Md5};

fn engine() -> Engine {
    Engine::new(Catalogue::built_in(), FingerprintKey::new(b""))
}

/// The documentation's example token.
fn token() -> String {
    ["ls-", "fAKeToKe-0000-0000-0000-eXamPle0f207"].concat()
}

/// Pseudo-random numbers, the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    fn word(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length).map(|_| char::from(self.one_of(alphabet))).collect()
    }

    /// A token with a valid checksum.
    fn token(&mut self) -> String {
        let alphabet = b"abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
        let mut payload = self.word(&alphabet[..49], 4);
        payload += &self.word(alphabet, 4);
        for length in [4, 4, 4, 8] {
            payload += "-";
            payload += &self.word(alphabet, length);
        }
        let digest = Md5::digest(&payload);
        format!("ls-{payload}{:02x}{:02x}", digest[0], digest[1])
    }

    /// Prose and code, some of it between `long` and `2 * long` bytes.
    fn text(&mut self, long: usize) -> String {
        let words =
            ["key", "=", "value;", "fn", "main()", "\"text\"", "0x7f", "//", "a", "\n", "{"];
        let mut text = String::new();
        let expected = long + self.below(long + 1);
        while text.len() < expected {
            text += self.one_of(&words);
            text += " ";
        }
        text
    }
}

const STEPS: [Step; 9] = [
    Step::Base64,
    Step::Hex,
    Step::Percent,
    Step::UnicodeEscape,
    Step::HexEscape,
    Step::HtmlEntity,
    Step::Joined,
    Step::Terminal,
    Step::Utf16,
];

/// The text in that encoding.
fn encode(step: Step, text: &str, random: &mut Random) -> String {
    let some = |random: &mut Random, escape: &dyn Fn(char) -> String| -> String {
        let all = random.below(2) == 0;
        let must = random.below(text.chars().count());
        text.chars()
            .enumerate()
            .map(|(offset, c)| {
                let plain =
                    c.is_ascii_alphanumeric() && !all && offset != must && random.below(4) > 0;
                if plain { c.to_string() } else { escape(c) }
            })
            .collect()
    };
    match step {
        Step::Base64 => match random.below(3) {
            0 => BASE64_STANDARD.encode(text),
            1 => BASE64_STANDARD_NO_PAD.encode(text),
            _ => BASE64_URL_SAFE_NO_PAD.encode(text),
        },
        Step::Hex => text.bytes().map(|b| format!("{b:02x}")).collect(),
        Step::Percent => some(random, &|c| format!("%{:02X}", c as u32)),
        Step::UnicodeEscape => some(random, &|c| format!("\\u{:04x}", c as u32)),
        Step::HexEscape => some(random, &|c| format!("\\x{:02x}", c as u32)),
        Step::HtmlEntity => some(random, &|c| format!("&#{};", c as u32)),
        Step::Joined => {
            let concat = random.one_of(&[
                "\" + \"",
                "\"\n    \"",
                "\" .\n\"",
                "\\\n  ",
                "\" & _\n \"",
                "\" + // a part\n\"",
                "\"  # a part\n  b\"",
                "\").append(\"",
                "\";\nkey += \"",
            ]);
            format!("\"{}\"", with_inside(text, concat, random))
        }
        Step::Terminal => {
            let sequence = random.one_of(&[
                "\x1b[1m",
                "\x1b[38;5;208m",
                "\x1b[m\x1b[K",
                "\x1b(B",
                "\\e[0m",
                "\\033[1;31m",
                "\\x1b[1m",
                "\\u001b[39m",
                "\x1b]8;;https://ci.example.com/1\x07",
            ]);
            with_inside(text, sequence, random)
        }
        Step::Utf32 => unreachable!("only whole texts are UTF-32"),
        Step::Utf16 => {
            let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            BASE64_STANDARD.encode(units)
        }
    }
}

/// The text with something inserted between two characters of a token.
fn with_inside(text: &str, inserted: &str, random: &mut Random) -> String {
    let within = |offset: usize| {
        text.is_char_boundary(offset)
            && text.as_bytes()[offset - 1..=offset].iter().all(u8::is_ascii_alphanumeric)
    };
    let offsets: Vec<usize> = (1..text.len()).filter(|&offset| within(offset)).collect();
    let offset = random.one_of(&offsets);
    format!("{}{inserted}{}", &text[..offset], &text[offset..])
}

/// One to three steps, innermost first.
fn random_steps(random: &mut Random) -> Vec<Step> {
    let mut steps = vec![random.one_of(&STEPS)];
    while steps.len() < 3 && random.below(2) == 0 {
        steps.push(random.one_of(&STEPS));
    }
    // UTF-16 is encoded in base64, which makes two steps.
    let depth: usize = steps.iter().map(|step| if *step == Step::Utf16 { 2 } else { 1 }).sum();
    // Concatenations of two kinds in one literal are not recognized.
    let concats = steps.iter().filter(|step| **step == Step::Joined).count();
    if depth > 3 || concats > 1 { random_steps(random) } else { steps }
}

#[test]
fn a_token_is_found_in_every_encoding() {
    let engine = engine();
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for round in 0..3000 {
        let token = random.token();
        let plain = engine.scan(token.as_bytes());
        let [plain] = &plain[..] else { panic!("{token} is not a token") };
        let steps = random_steps(&mut random);
        let mut written = token.clone();
        for step in &steps {
            written = encode(*step, &written, &mut random);
        }
        let outermost = steps.last();
        if matches!(outermost, Some(Step::Joined | Step::Terminal)) && written.len() > LONGEST {
            // The text around what is removed is limited to this length.
            continue;
        }
        let (before, after) = (random.text(60), random.text(60));
        let text = format!("{before} x = {written}; {after}");
        let findings = engine.scan(text.as_bytes());
        let [found] = &findings[..] else {
            panic!("round {round}, {steps:?}: {} findings in {text}", findings.len())
        };
        assert_eq!(found.fingerprint, plain.fingerprint, "{steps:?} {text}");
        assert_eq!(found.verdict, plain.verdict);
        assert_eq!(found.redacted, plain.redacted);
        let written_span = before.len() + 5..before.len() + 5 + written.len();
        let span = found.span.start..found.span.end;
        assert!(
            written_span.start <= span.start && span.end <= written_span.end,
            "{steps:?} {text} {span:?} {written_span:?}"
        );
        if steps.len() > 1 {
            continue;
        }
        // The span contains the whole secret.
        let alone = engine.scan(&text.as_bytes()[span.clone()]);
        let [alone] = &alone[..] else { panic!("{steps:?}: {}", &text[span]) };
        assert_eq!(alone.fingerprint, plain.fingerprint, "{steps:?}");
        if let [Step::Utf16] = steps[..] {
            assert_eq!(found.encoding, Encoding::from(Step::Utf16).within(Step::Base64));
        } else if let [step] = steps[..] {
            assert_eq!(found.encoding, Encoding::from(step));
        }
    }
}

fn scanned(text: &str) -> Vec<(String, String)> {
    let engine = engine();
    engine
        .scan(text.as_bytes())
        .iter()
        .map(|found| {
            let span = &text[found.span.start..found.span.end];
            (found.encoding.to_string(), span.to_owned())
        })
        .collect()
}

#[test]
fn a_secret_inside_a_longer_encoded_text_is_found() {
    let basic = BASE64_STANDARD.encode(format!(":{}", token()));
    let cases = [
        (format!("Authorization: Basic {basic}\n"), "base64", basic.clone()),
        (format!("//registry.example/:_auth={basic}\n"), "base64", basic.clone()),
        (format!("\"auth\": \"{basic}\"\n"), "base64", basic.clone()),
    ];
    for (text, encoding, span) in cases {
        assert_eq!(scanned(&text), [(encoding.to_owned(), span)], "{text}");
    }
    let nested = BASE64_STANDARD.encode(format!("export TOKEN={}", token())).replace('=', "%3D");
    let found = scanned(&format!("https://example.com/?state={nested}&x=1"));
    assert_eq!(found.len(), 1);
    // After an escape a word begins in the plain text, too.
    let json = format!(r#"{{"run": "export TOKEN=\u0027{}\u0027"}}"#, token());
    assert_eq!(scanned(&json), [("plain".to_owned(), token())]);
    let escaped = token().replace('-', "%2D");
    let found = scanned(&format!("https://example.com/?token={escaped}&x=1"));
    assert_eq!(found, [("percent-encoding".to_owned(), escaped)]);
}

/// The name is outside the encoded text.
#[test]
fn a_named_value_is_decoded() {
    let mut catalogue = Catalogue::built_in();
    catalogue.add_text("nimbus.toml".as_ref(), NAMED_RULE).unwrap();
    let engine = Engine::new(catalogue, FingerprintKey::new(b""));
    let key = &"q7Rz<>0Pk3Lm".replace("<>", "");
    let plain = engine.scan(format!("NIMBUS_API_KEY={key}\n").as_bytes());
    assert_eq!(plain.len(), 1);
    for (encoded, encoding) in [
        (BASE64_STANDARD.encode(key), "base64"),
        (BASE64_STANDARD.encode(format!("{key}\n")), "base64"),
        (key.bytes().map(|b| format!("{b:02X}")).collect(), "hex"),
    ] {
        let text = format!("kind: Secret\ndata:\n  NIMBUS_API_KEY: {encoded}\n");
        let found = engine.scan(text.as_bytes());
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!(found[0].fingerprint, plain[0].fingerprint);
        assert_eq!(found[0].encoding.to_string(), encoding);
        assert_eq!(text[found[0].span.start..found[0].span.end], encoded);
    }
    let other = BASE64_STANDARD.encode("not a key");
    let found = engine.scan(format!("NIMBUS_API_KEY={other}\n").as_bytes());
    assert!(found.iter().all(|finding| finding.rule != plain[0].rule));
}

const NAMED_RULE: &str = r#"
[provider]
name = "Nimbus"
rotate = "https://example.com/rotate"
[[rule]]
id = "nimbus-api-key"
since = "0.1.0"
name = "Nimbus API key"
description = "A fake one."
severity = "high"
confidence = "high"
names = ["nimbus_api_key"]
regex = '(?<secret>[0-9A-Za-z]{10})'
runbook = ["Rotate it."]
examples = ['NIMBUS_API_KEY=<>q7Rz0Pk3Lm']
"#;

#[test]
fn base64_over_several_lines_is_one_text() {
    let long =
        format!("{}\nexport TOKEN={}\n{}", "# a comment\n".repeat(7), token(), "x\n".repeat(50));
    let encoded = BASE64_STANDARD.encode(long);
    for width in [20, 40, 64, 76, 77, 101] {
        let lines: Vec<&str> = encoded
            .as_bytes()
            .chunks(width)
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        for end in ["\n", "\r\n", "\n      ", r"\n", r"\r\n"] {
            let text = format!("data: {end}{}\n", lines.join(end));
            let found = scanned(&text);
            assert_eq!(found.len(), 1, "{width} {end:?}");
            assert_eq!(found[0].0, "base64");
        }
    }
}

/// A part of a long input may begin anywhere in a run.
#[test]
fn a_run_that_began_in_an_earlier_part_is_decoded() {
    let encoded =
        BASE64_STANDARD.encode(format!("{} {} {}", "a b".repeat(60), token(), "c".repeat(60)));
    let digits: String = token().bytes().map(|b| format!("{b:02x}")).collect();
    for cut in 0..8 {
        assert_eq!(scanned(&encoded[cut..]).len(), 1, "{cut}");
        let digits = format!("{}{digits}", "20".repeat(20));
        assert_eq!(scanned(&digits[cut..]).len(), 1, "{cut}");
    }
}

#[test]
fn random_bytes_cause_no_panic() {
    let engine = engine();
    let mut random = Random(7);
    let alphabets: [&[u8]; 6] = [
        b"%\\&\"'+ \nux#;41dD8{}=",
        b"YWJjZGVmZ2hpamts=\n\\n ",
        b"0123456789abcdef\\x%",
        b"\"' `+.&~|<>\\\nabc",
        b"\x1b\\e[];^(03m1K\x07bu x\n",
        b"\"',)];(jo.in#/* \n+=abc",
    ];
    for round in 0..4000 {
        let length = random.below(700);
        let alphabet = alphabets[round % alphabets.len()];
        let bytes: Vec<u8> = (0..length)
            .map(|_| match random.below(40) {
                0 => random.next() as u8,
                _ => random.one_of(alphabet),
            })
            .collect();
        let findings = engine.scan(&bytes);
        assert!(findings.iter().all(|found| found.span.end <= bytes.len()));
        for offset in 0..bytes.len() {
            decode::decode_run_at(&bytes, offset, &mut |_| {});
            decode::decode_escapes(&bytes, offset, &mut |_| {});
            decode::decode_string_concat(&bytes, offset, &mut |_| {});
        }
        let offset = random.below(length + 1);
        assert!(decode::first_entry(&bytes, offset).is_some_and(|first| first <= offset));
    }
}

/// The results of decoding, as far as they are public.
fn decodings(bytes: &[u8], range: Range<usize>) -> Vec<(Step, Vec<u8>)> {
    let mut all = Vec::new();
    decode::decode_range(bytes, range, &mut |decoded| all.push((decoded.step, decoded.bytes)));
    all.sort();
    all
}

fn sorted(mut findings: Vec<Finding>) -> Vec<(usize, usize, Encoding)> {
    findings.sort_by_key(|found| (found.span, found.encoding));
    findings.iter().map(|found| (found.span.start, found.span.end, found.encoding)).collect()
}

#[test]
fn ranges_that_cover_everything_find_everything() {
    let engine = engine();
    let mut random = Random(11);
    for _ in 0..300 {
        let mut text = String::new();
        for _ in 0..4 {
            let mut written = random.token();
            for step in random_steps(&mut random) {
                written = encode(step, &written, &mut random);
            }
            text += &random.text(40);
            text += &written;
        }
        let bytes = text.as_bytes();
        let mut cuts: Vec<usize> = (0..5).map(|_| random.below(bytes.len() + 1)).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let ranges: Vec<Range<usize>> = cuts.windows(2).map(|cut| cut[0]..cut[1]).collect();
        let whole = 0..bytes.len();
        let mut parts: Vec<_> =
            ranges.iter().flat_map(|range| decodings(bytes, range.clone())).collect();
        parts.sort();
        assert_eq!(parts, decodings(bytes, whole.clone()), "{text}");
        assert_eq!(
            sorted(engine.detect(bytes, &ranges).findings),
            sorted(engine.detect(bytes, std::slice::from_ref(&whole)).findings),
            "{text}"
        );
    }
}

/// What is not near a change is decoded as before, unless its decoding depends on the change: the
/// property that the delta scan of the audit relies on.
#[test]
fn a_change_affects_only_decodings_that_depend_on_it() {
    let mut random = Random(13);
    for round in 0..300 {
        let mut text = String::new();
        for _ in 0..12 {
            let mut written = random.token();
            for step in random_steps(&mut random) {
                written = encode(step, &written, &mut random);
            }
            text += &random.text(30);
            text += &written;
        }
        let offset = random.below(text.len() + 1);
        let insert = random.one_of(&[
            "a",
            "\n",
            "%41",
            "\"",
            "YWJjZGVmZ2hpamtsbW5v",
            " ",
            "\x1b[1m",
            "\" + \"",
            " # ",
        ]);
        let changed = [&text[..offset], insert, &text[offset..]].concat();
        let (text, changed) = (text.as_bytes(), changed.as_bytes());
        let first = |bytes: &[u8], offset| decode::first_entry(bytes, offset).unwrap();
        let reaches = first(changed, offset)
            .min(first(changed, offset + insert.len()))
            .min(first(text, offset));
        let before = 0..reaches.saturating_sub(MARGIN);
        assert_eq!(decodings(changed, before.clone()), decodings(text, before), "round {round}");
        let after = offset + MARGIN;
        if after < text.len() {
            assert_eq!(
                decodings(changed, after + insert.len()..changed.len()),
                decodings(text, after..text.len()),
                "round {round}"
            );
        }
    }
}

#[test]
fn the_work_is_linear_in_the_length() {
    let token = token();
    let base64 = BASE64_STANDARD.encode(format!("export TOKEN={token}\n"));
    let twice = BASE64_STANDARD.encode(&base64);
    for unit in [
        "%41",
        "%41 ",
        "&#65;",
        "\\u0041",
        "\\x41",
        "\"a\"+",
        "\"a\"+\"b\",",
        "\"a\"\n",
        "&amp;%41\\x41",
        "%2541",
        "QUJD",
        "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNk\n",
        "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNk\\n",
        "41424344",
        &format!("{base64}\n"),
        &format!("{twice}\n"),
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaa%41",
        "\x1b[1m",
        "\\e[0ma",
        "\x1b]8;;",
        "\"a\";k+=",
        "\"a\" # a\n",
        "join('','a',",
        "join('','a','b')",
        "['a','b'].join('')",
    ] {
        let work = |length: usize| -> usize {
            let text = unit.repeat(length / unit.len());
            let scanned = std::cell::Cell::new(0);
            let scan = |text: &[u8], _: &mut Vec<Finding>, inner: &mut dyn FnMut(Decoded)| {
                scanned.set(scanned.get() + text.len());
                decode::decode_range(text, 0..text.len(), inner);
            };
            decode::decode_range(text.as_bytes(), 0..text.len(), &mut |decoded| {
                decode::scan_decoded(&decoded, decode::DEPTH, &scan, &mut Vec::new());
            });
            scanned.get()
        };
        let (once, four_times) = (work(1 << 18), work(1 << 20));
        assert!(four_times <= 8 << 20, "{unit:?}: {four_times}");
        assert!(four_times <= 5 * once + (1 << 16), "{unit:?}: {once}, {four_times}");
    }
}

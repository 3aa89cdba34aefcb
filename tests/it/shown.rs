//! Output for people never contains a secret or terminal control characters.

use crate::support;

use std::collections::BTreeMap;
use std::io::Write;

use base64::prelude::*;
use keysieve::blob::{Blob, Provenance};
use keysieve::findings::Pushed;
use keysieve::policy::Policy;
use keysieve::report::hook_report::{HookReport, Subject};
use keysieve::report::{Detail, Format, Screen, Task};
use keysieve::scan::scan;
use keysieve::source::{Coverage, Progress, Silent, Source, Visitor, admit};
use support::guarded::engine;
use support::tokens::localstack_auth_token as token;

/// Files of an index, in memory.
struct Files(Vec<(Vec<u8>, Vec<u8>)>);

impl Source for Files {
    fn visit(&self, visit: &Visitor<'_>, _progress: &dyn Progress) -> Coverage {
        let files = self.0.iter().map(|(path, bytes)| {
            admit(&Blob::whole(bytes, Provenance::Index(path.clone().into())), visit)
        });
        files.fold(Coverage::default(), Coverage::and)
    }
}

const SCREENS: [Screen; 4] = [
    Screen { width: 80, height: 24, detail: Detail::Counts },
    Screen { width: 60, height: 24, detail: Detail::Counts },
    Screen { width: 40, height: 10, detail: Detail::Counts },
    Screen { width: 100, height: 200, detail: Detail::Counts },
];

/// All output for people about these files: in the hook, for every subject, and in a scan.
fn shown(files: Vec<(Vec<u8>, Vec<u8>)>) -> Vec<String> {
    let engine = engine();
    let mut report = scan(&Files(files), &engine, &Policy::default(), &Silent);
    report.task = Task::Staged;
    let subjects = [
        Subject::Commit { first: true },
        Subject::Commit { first: false },
        Subject::Message,
        Subject::Commits { root: false },
        Subject::Tracked,
    ];
    let mut all = Vec::new();
    for screen in SCREENS {
        for subject in &subjects {
            let fingerprints = report.credentials.iter().map(|one| one.fingerprint);
            let pushed: BTreeMap<_, _> = fingerprints
                .zip([
                    Pushed::NotYet,
                    Pushed::To("origin/\u{1b}[31m".into()),
                    Pushed::Unknown("\u{7}".into()),
                ])
                .collect();
            let (subject, has_baseline, in_subfolder) = (subject.clone(), false, false);
            let hook_report =
                HookReport { report: &report, subject, pushed, has_baseline, in_subfolder };
            all.push(plain(|out| hook_report.write(screen, out)));
        }
        all.push(plain(|out| report.write_on(screen, Format::Human, out)));
    }
    all
}

/// Without our own colors.
fn plain(write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> String {
    let mut out = anstream::StripStream::new(Vec::new());
    write(&mut out).unwrap();
    let styled = String::from_utf8(out.into_inner()).unwrap();
    let steers = |c: char| c != '\n' && (c.is_control() || "\u{202e}\u{2066}\u{200b}".contains(c));
    assert!(!styled.contains(steers), "{styled:?}");
    styled
}

/// No output has eight consecutive characters of the secret; the prefix that all such secrets have
/// may be shown.
fn assert_hidden(shown: &str, secret: &str, prefix: usize) {
    let characters: Vec<char> = secret.chars().skip(prefix).collect();
    for stretch in characters.windows(8) {
        let stretch: String = stretch.iter().collect();
        assert!(!shown.contains(&stretch), "{stretch} of {secret} in\n{shown}");
    }
}

/// An endless sequence of numbers (Knuth's MMIX generator).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.roll(of.len())]
    }
}

/// The secret as it may be written.
fn written(secret: &str, dice: &mut Dice) -> String {
    let (front, back) = secret.split_at(20);
    let hex = |byte: u8| format!("{byte:02x}");
    match dice.roll(8) {
        0 => BASE64_STANDARD.encode(format!("TOKEN={secret}")),
        1 => secret.bytes().map(hex).collect(),
        2 => secret.bytes().map(|byte| format!("%{byte:02X}")).collect(),
        3 => format!("\"{front}\" +\n    \"{back}\""),
        4 => secret.bytes().map(|byte| format!("\\u00{byte:02x}")).collect(),
        _ => secret.to_owned(),
    }
}

#[test]
fn no_line_contains_a_secret_however_it_is_written() {
    let mut dice = Dice(7);
    for round in 0..200 {
        let mut secrets = Vec::new();
        let mut text = String::new();
        for _ in 0..1 + dice.roll(6) {
            let secret = token(1000 * round + secrets.len() as u64);
            text.push_str(dice.pick(&["", "\t", "x = 1\n", "ü \u{1b}[2J", "# \u{202e}", "\r\n"]));
            text.push_str(dice.pick(&[
                "key=",
                "LOCALSTACK_AUTH_TOKEN = ",
                "\"token\": \"",
                "-",
                "",
            ]));
            text.push_str(&written(&secret, &mut dice));
            match dice.roll(6) {
                0 => text.push_str(&format!(" # was {}", &secret[..19])),
                1 => text.push_str(&format!(" // ends in {} {}", &secret[20..], &secret[3..])),
                2 => text.push_str(&format!(" {secret}\"{secret}")),
                3 => text.push_str(&"z ".repeat(dice.roll(400))),
                _ => {}
            }
            text.push_str(dice.pick(&["\n", "; ", "\"\n", " \u{0}\n".trim_matches('\0')]));
            secrets.push(secret);
        }
        let path = match dice.roll(3) {
            0 => format!("a/{}\u{1b}]0;x\u{7}.env", secrets[0]),
            _ => dice.pick(&["a b.json", ".env", "x", "Dockerfile", "ü.py"]).to_owned(),
        };
        let mut bytes = text.into_bytes();
        if dice.roll(5) == 0 {
            let utf16 = String::from_utf8(bytes).unwrap();
            bytes = utf16.encode_utf16().flat_map(u16::to_le_bytes).collect();
            bytes.splice(0..0, [0xff, 0xfe]);
        }
        for shown in shown(vec![(path.into_bytes(), bytes)]) {
            secrets.iter().for_each(|secret| assert_hidden(&shown, secret, 3));
        }
    }
}

#[test]
fn a_long_line_is_cut() {
    let secret = token(1);
    let mut line = vec![b'x'; 10_000_000];
    line.extend_from_slice(format!(" key=\"{secret}\" ").as_bytes());
    line.extend(std::iter::repeat_n(b'y', 1_000_000));
    for shown in shown(vec![(b"a.js".to_vec(), line)]) {
        assert_hidden(&shown, &secret, 3);
        assert!(shown.contains("a.js:1:10000007"), "{shown}");
        assert!(shown.lines().all(|line| !line.contains("xxxx") || line.len() < 120), "{shown}");
    }
}

#[test]
fn of_a_multiline_key_only_the_first_line_is_shown() {
    let engine = engine();
    let rule = engine.rules().iter().find(|rule| rule.id == "privatekey-rsa").unwrap();
    for example in rule.examples.iter() {
        let key = example.replace("<>", "");
        let body = key.split(|c: char| !c.is_ascii_alphanumeric() && !"+/".contains(c));
        let body: Vec<&str> = body.filter(|line| line.len() > 40).collect();
        assert!(!body.is_empty());
        for shown in shown(vec![(b"b.pem".to_vec(), key.clone().into_bytes())]) {
            assert!(shown.contains("b.pem:"), "{shown}");
            body.iter().for_each(|line| assert_hidden(&shown, line, 0));
        }
    }
}

#[test]
fn one_finding_fits_on_a_terminal_and_so_do_many() {
    for count in [1, 2, 3, 30] {
        let lines: String =
            (0..count).map(|seed| format!("key{seed} = {}\n", token(seed))).collect();
        let shown = shown(vec![(b"src/main.rs".to_vec(), lines.into_bytes())]);
        // The last row is the prompt's.
        assert!(shown[0].lines().count() < 24, "{}", shown[0]);
        let (text, _sum) = shown[0].trim_end().rsplit_once('\n').unwrap();
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
}

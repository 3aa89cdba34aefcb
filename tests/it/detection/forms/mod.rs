//! Configuration formats whose value is near its name, but not right next to it; lists, connection
//! strings, and values that begin like a variable. Each form has generated values, and texts that
//! look like it and have none.

mod characters;
mod connections;
mod lists;
mod markup;
mod templates;

use keysieve::engine::Engine;
use keysieve::rules::Confidence;

use super::values::Alphabet;
use super::{confidence_of, engine, highest_confidence};
use crate::support::random::Random;

/// Values of each form that are drawn.
const VALUES: usize = 120;

/// Lengths of random values, and of passwords.
const LENGTHS: [usize; 4] = [20, 24, 32, 40];
const PASSWORD_LENGTH: usize = 12;

/// Minimum percentage that is found by default, of random values of 20 and more characters and of
/// passwords. In a sample of this size it is a few below the average.
const MIN_FOUND: usize = 96;
const MIN_PASSWORDS_FOUND: usize = 87;

/// Names of tokens and of passwords, as words.
const TOKEN_NAMES: [&[&str]; 6] = [
    &["api", "key"],
    &["access", "token"],
    &["client", "secret"],
    &["stripe", "secret", "key"],
    &["webhook", "secret"],
    &["encryption", "key"],
];
const PASSWORD_NAMES: [&[&str]; 5] = [
    &["password"],
    &["db", "password"],
    &["admin", "password"],
    &["smtp", "password"],
    &["root", "password"],
];

/// How the words of a name are joined.
#[derive(Clone, Copy)]
enum Case {
    Snake,
    Upper,
    Camel,
    Pascal,
    Dotted,
}

use Case::{Camel, Dotted, Pascal, Snake, Upper};

impl Case {
    fn join(self, words: &[&str]) -> String {
        let capitalized = |word: &&str| word[..1].to_uppercase() + &word[1..];
        match self {
            Snake => words.join("_"),
            Upper => words.join("_").to_uppercase(),
            Dotted => words.join("."),
            Pascal => words.iter().map(capitalized).collect(),
            Camel => words[0].to_owned() + &Pascal.join(&words[1..]),
        }
    }
}

/// A text with `NAME` and `VALUE`.
type Form = (Case, &'static str);

/// The text with a name for tokens, or for passwords, and the value.
fn written(form: Form, random: &mut Random, names: &[&[&str]], value: &str) -> String {
    let name = form.0.join(random.one::<&[&str]>(names));
    form.1.replace("NAME", &name).replace("VALUE", value)
}

/// Of the values, how many are reported with at least this confidence.
fn found(engine: &Engine, texts: &[(String, String)], least: Confidence) -> usize {
    let is_found = |(text, value): &&(String, String)| {
        confidence_of(&engine.scan(text.as_bytes()), text, value) >= Some(least)
    };
    texts.iter().filter(is_found).count()
}

/// A random token of any alphabet.
fn token(random: &mut Random) -> String {
    let length = *random.one(&LENGTHS);
    random.one(&Alphabet::ALL[..5]).draw(random, length)
}

fn password(random: &mut Random) -> String {
    Alphabet::Password.draw(random, PASSWORD_LENGTH)
}

/// Asserts that random values are found in each form, and random passwords.
fn assert_found(forms: &[Form]) {
    let engine = engine();
    let mut wrong = Vec::new();
    for (number, &form) in forms.iter().enumerate() {
        let mut random = Random(number as u64 + 1);
        let mut texts = |names: &[&[&str]], draw: fn(&mut Random) -> String| -> Vec<_> {
            let mut text = || {
                let value = draw(&mut random);
                (written(form, &mut random, names, &value), value)
            };
            (0..VALUES).map(|_| text()).collect()
        };
        let tokens = texts(&TOKEN_NAMES, token);
        let passwords = texts(&PASSWORD_NAMES, password);
        for (texts, least) in [(tokens, MIN_FOUND), (passwords, MIN_PASSWORDS_FOUND)] {
            let found = found(&engine, &texts, Confidence::Medium);
            if found * 100 < least * VALUES {
                wrong.push(format!("{found} of {VALUES}, for example {:?}", texts[0].0));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Asserts that of texts with a value of the function's each is reported.
fn assert_passwords_found(forms: &[&str], draw: impl Fn(&mut Random) -> String) {
    let engine = engine();
    let mut wrong = Vec::new();
    for (number, form) in forms.iter().enumerate() {
        let mut random = Random(number as u64 + 1);
        let texts: Vec<_> = (0..VALUES)
            .map(|_| draw(&mut random))
            .map(|value| (form.replace("VALUE", &value), value))
            .collect();
        let found = found(&engine, &texts, Confidence::Medium);
        if found * 100 < MIN_PASSWORDS_FOUND * VALUES {
            wrong.push(format!("{found} of {VALUES}, for example {:?}", texts[0].0));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Asserts that nothing in the texts is reported by default.
fn assert_quiet(texts: &[&str]) {
    let engine = engine();
    for text in texts {
        let text = text.replace("<>", "");
        assert!(highest_confidence(&engine, &text) < Some(Confidence::Medium), "{text}");
    }
}

//! Random values under credential names in every syntax.
//!
//! Each syntax is tried with a sample of 40 names, six alphabets and five lengths, in contexts as
//! programs have them. `KEYSIEVE_MATRIX=full` draws 1,200 values a syntax instead of 140, and half
//! as many short passwords.

use keysieve::engine::Engine;
use keysieve::rules::Confidence;

use super::values::Alphabet;
use super::{confidence_of, engine};
use crate::support::random::Random;
use crate::support::syntaxes::{Subject, Syntax};

/// Names of credentials; each syntax spells them in its own way.
const NAMES: [&str; 40] = [
    "api_key",
    "access_key",
    "secret_key",
    "private_key",
    "encryption_key",
    "signing_key",
    "account_key",
    "service_key",
    "master_key",
    "license_key",
    "admin_api_key",
    "payment_api_key",
    "secret_access_key",
    "storage_account_key",
    "shared_key",
    "token",
    "access_token",
    "auth_token",
    "api_token",
    "refresh_token",
    "bearer_token",
    "bot_token",
    "deploy_token",
    "oauth_token",
    "secret",
    "client_secret",
    "app_secret",
    "jwt_secret",
    "session_secret",
    "consumer_secret",
    "webhook_secret",
    "password",
    "db_password",
    "passphrase",
    "smtp_password",
    "user_password",
    "admin_password",
    "root_password",
    "ldap_password",
    "redis_password",
];

/// How many of them, from the end, name a password.
const PASSWORD_NAMES: usize = 9;

const LENGTHS: [usize; 5] = [20, 24, 32, 40, 64];

/// Length of a short password.
const PASSWORD_LENGTH: usize = 12;

/// Longest value that may come before its name: the engine reads a few dozen bytes before that.
const LONGEST_BEFORE_NAME: usize = 32;

/// Minimum percentage of random values that are reported, and of short passwords.
const MIN_VALUES: usize = 97;
const MIN_PASSWORDS: usize = 90;

/// What may be around a statement.
const CONTEXTS: [fn(&str) -> String; 8] = [
    |text| text.to_owned(),
    |text| format!("{text}\n"),
    |text| text.lines().map(|line| format!("        {line}\n")).collect(),
    |text| format!("# of the billing service\n{text}\n"),
    |text| format!("// sends the request\n{text}\n"),
    |text| format!("def test_request():\n{text}\n"),
    |text| format!("{text}\nx = 1\n"),
    |text| format!("region = \"eu\"\n{text}\nretries = 3\n"),
];

/// How many values of a syntax were reported, of how many.
#[derive(Clone, Copy, Default)]
struct Rate {
    found: usize,
    all: usize,
}

impl Rate {
    fn count(&mut self, found: bool) {
        self.found += usize::from(found);
        self.all += 1;
    }

    fn is_below(self, percentage: usize) -> bool {
        self.found * 100 < self.all * percentage
    }
}

/// Scans values of the syntax and counts which are reported with the default settings.
struct Trial<'e> {
    engine: &'e Engine,
    syntax: &'e Syntax,
    random: Random,
}

impl Trial<'_> {
    fn is_found(&mut self, name: &str, value: &str) -> bool {
        let context = *self.random.one(&CONTEXTS);
        let text = context(&self.syntax.write(name, value));
        let written = text.contains(value).then_some(value).map(str::to_owned);
        let value = written.unwrap_or_else(|| crate::support::notations::in_query(value));
        let findings = self.engine.scan(text.as_bytes());
        confidence_of(&findings, &text, &value) >= Some(Confidence::Medium)
    }

    fn values(&mut self, count: usize) -> Rate {
        let name_first = self.syntax.is_name_first();
        let lengths = LENGTHS.iter().filter(|&&it| name_first || it <= LONGEST_BEFORE_NAME);
        let lengths: Vec<usize> = lengths.copied().collect();
        let mut rate = Rate::default();
        for _ in 0..count {
            let name = *self.random.one(&NAMES);
            let length = *self.random.one(&lengths);
            let value = self.random.one(&Alphabet::ALL).draw(&mut self.random, length);
            rate.count(self.is_found(name, &value));
        }
        rate
    }

    fn passwords(&mut self, count: usize) -> Rate {
        let alphabets = [Alphabet::Alphanumeric, Alphabet::Password];
        let mut rate = Rate::default();
        for _ in 0..count {
            let name = *self.random.one(&NAMES[NAMES.len() - PASSWORD_NAMES..]);
            let value = self.random.one(&alphabets).draw(&mut self.random, PASSWORD_LENGTH);
            rate.count(self.is_found(name, &value));
        }
        rate
    }
}

/// The rates of a syntax, if one is too low.
fn failure(engine: &Engine, syntax: &Syntax, seed: u64, count: usize) -> Option<String> {
    let mut trial = Trial { engine, syntax, random: Random(seed) };
    let values = trial.values(count);
    let passwords = match syntax.subject {
        Subject::Token => Rate::default(),
        Subject::Name | Subject::Password => trial.passwords(count / 2),
    };
    let fails = values.is_below(MIN_VALUES) || passwords.is_below(MIN_PASSWORDS);
    fails.then(|| {
        format!(
            "{:>5} of {:<5}{:>4} of {:<4}{}",
            values.found, values.all, passwords.found, passwords.all, syntax.name
        )
    })
}

#[test]
fn random_values_are_reported_in_every_syntax() {
    let is_full = std::env::var("KEYSIEVE_MATRIX").is_ok_and(|it| it == "full");
    let (engine, count) = (engine(), if is_full { 1200 } else { 140 });
    let syntaxes = Syntax::all();
    assert!(syntaxes.len() > 500, "{}", syntaxes.len());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let failures_of = |thread: usize| -> Vec<String> {
        let numbered = syntaxes.iter().enumerate().skip(thread).step_by(threads);
        numbered
            .filter_map(|(number, syntax)| failure(&engine, syntax, number as u64 + 1, count))
            .collect()
    };
    let failing: Vec<String> = std::thread::scope(|scope| {
        let failures_of = &failures_of;
        let started: Vec<_> =
            (0..threads).map(|thread| scope.spawn(move || failures_of(thread))).collect();
        started.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(failing.is_empty(), "values, passwords of 12, syntax:\n{}", failing.join("\n"));
}

//! The baseline as a file: TOML, one table per credential, sorted by fingerprint, so that branches
//! that add entries seldom conflict. Errors have a line number.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use bstr::BStr;
use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Baseline, BaselineEntry, Disposition};
use crate::findings::fingerprint::PUBLIC_KEY;
use crate::findings::is_unprintable;
use crate::policy::files::PolicyFiles;
use crate::policy::syntax_error::{SyntaxError, suggestion};
use crate::rules::toml_error;
use crate::source::open;

/// An error in a baseline. No message shows a value: it may be a pasted secret.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    #[error("cannot read the baseline {}: {why}", file.display())]
    Read { file: PathBuf, why: String },
    #[error("{}:{line}: {what}", file.display())]
    Wrong { file: PathBuf, line: usize, what: String },
}

const HEAD: &str = "\
# Baseline of the credentials that keysieve found in this repository, one entry each. See
# docs/baseline.md of keysieve for how to edit it; `keysieve baseline update` rewrites it, sorted.
version = 1
";

const DISPOSITIONS: [&str; 4] = ["revoked", "false-positive", "test-value", "accepted"];

impl Baseline {
    /// Reads a file that the user names.
    pub fn read(file: &Path) -> Result<Self, BaselineError> {
        let text = open::named_text(file)
            .map_err(|why| BaselineError::Read { file: file.to_owned(), why: why.to_string() })?;
        Baseline::of_text(&text, file)
    }

    /// Reads the repository's baseline from where its policy files are.
    pub fn of(files: &PolicyFiles, path: &BStr) -> Result<Option<Self>, BaselineError> {
        let file = PathBuf::from(files.name(path));
        let text =
            files.text(path).map_err(|why| BaselineError::Read { file: file.clone(), why })?;
        text.map(|text| Baseline::of_text(&text, &file)).transpose()
    }

    /// Parses a baseline; errors name it `file`.
    pub fn of_text(text: &str, file: &Path) -> Result<Self, BaselineError> {
        Baseline::parse(text).map_err(|error| {
            let line = error.line(text);
            BaselineError::Wrong { file: file.to_owned(), line, what: error.message }
        })
    }

    fn parse(text: &str) -> Result<Self, SyntaxError> {
        let document = DeTable::parse(text).map_err(|wrong| {
            let offset = wrong.span().map_or(0, |span| span.start);
            SyntaxError::new(
                offset,
                format!("not valid TOML: {}", toml_error::redact_message(wrong.message())),
            )
        })?;
        let top = Table { offset: 0, name: "the baseline".to_owned(), fields: document.get_ref() };
        top.check_keys(&["version", "key", "history", "credential"])?;
        match top.value("version") {
            Some(version) if integer(version) == Some(1) => {}
            Some(version) => {
                return Err(SyntaxError::new(
                    version.span().start,
                    "unsupported version; this keysieve reads `version = 1`".to_owned(),
                ));
            }
            None => {
                return Err(SyntaxError::new(0, "`version = 1` is missing at the top".to_owned()));
            }
        }
        let mut baseline = Baseline::default();
        if let Some(key) = top.value("key") {
            let name = top.text("key")?;
            let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            if name != PUBLIC_KEY && !(name.len() == 4 && name.bytes().all(is_digit)) {
                let what = "`key` must be \"public\" or four hexadecimal digits, as keysieve wrote \
                            it; never put the key itself here";
                return Err(SyntaxError::new(key.span().start, what.to_owned()));
            }
            baseline.key = Some(name);
        }
        if let Some(history) = top.value("history") {
            let wrong =
                || SyntaxError::new(history.span().start, "`history` must be true or false");
            baseline.history = history.get_ref().as_bool().ok_or_else(wrong)?;
        }
        let Some(credentials) = top.value("credential") else { return Ok(baseline) };
        let wrong = "expected a table ([credential.FINGERPRINT])";
        let DeValue::Table(credentials) = credentials.get_ref() else {
            return Err(SyntaxError::new(credentials.span().start, wrong.to_owned()));
        };
        for (id, entry) in credentials {
            let offset = id.span().start;
            let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            if id.get_ref().len() != 10 || !id.get_ref().bytes().all(is_digit) {
                let what = "a fingerprint has ten hexadecimal digits, as shown in reports";
                return Err(SyntaxError::new(offset, what.to_owned()));
            }
            let DeValue::Table(fields) = entry.get_ref() else {
                return Err(SyntaxError::new(offset, wrong.to_owned()));
            };
            let table = Table { offset, name: id.get_ref().to_string(), fields };
            baseline.entries.insert(id.get_ref().to_string(), table.entry()?);
        }
        Ok(baseline)
    }

    /// The text before the entries.
    pub(super) fn head(&self) -> String {
        let key = self.key.as_ref().map(|key| format!("key = \"{key}\"\n")).unwrap_or_default();
        let history = if self.history { "history = true\n" } else { "" };
        format!("{HEAD}{key}{history}")
    }

    /// The text of the file.
    pub fn to_text(&self) -> String {
        let mut text = self.head();
        for (id, entry) in &self.entries {
            // Writing to a string cannot fail.
            let _ = write_entry(&mut text, id, entry);
        }
        text
    }
}

/// The table of an entry, after an empty line.
pub(super) fn write_entry(out: &mut String, id: &str, entry: &BaselineEntry) -> std::fmt::Result {
    writeln!(out, "\n[credential.{id}]")?;
    let quoted = |text: &str| toml_string(text);
    writeln!(out, "rule = {}", quoted(&entry.rule))?;
    match &entry.disposition {
        Disposition::Revoked { date, evidence } => {
            writeln!(out, "disposition = \"revoked\"\ndate = {date}")?;
            writeln!(out, "evidence = {}", quoted(evidence))?;
        }
        Disposition::FalsePositive { reason } => {
            writeln!(out, "disposition = \"false-positive\"\nreason = {}", quoted(reason))?;
        }
        Disposition::TestValue { reason } => {
            writeln!(out, "disposition = \"test-value\"\nreason = {}", quoted(reason))?;
        }
        Disposition::Accepted { reason, owner, expires } => {
            writeln!(out, "disposition = \"accepted\"\nreason = {}", quoted(reason))?;
            writeln!(out, "owner = {}\nexpires = {expires}", quoted(owner))?;
        }
    }
    write_paths(out, "paths", &entry.paths)?;
    write_paths(out, "past", &entry.past)
}

fn write_paths(out: &mut String, field: &str, paths: &BTreeSet<String>) -> std::fmt::Result {
    let quoted = |text: &str| toml_string(text);
    match paths.len() {
        0 => Ok(()),
        1 => paths.iter().try_for_each(|path| writeln!(out, "{field} = [{}]", quoted(path))),
        _ => {
            writeln!(out, "{field} = [")?;
            paths.iter().try_for_each(|path| writeln!(out, "  {},", quoted(path)))?;
            writeln!(out, "]")
        }
    }
}

/// A basic string (TOML 1.0, "String").
fn toml_string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if is_unprintable(letter) => {
                let _ = match u32::from(letter) {
                    code @ ..=0xffff => write!(quoted, "\\u{code:04X}"),
                    code => write!(quoted, "\\U{code:08X}"),
                };
            }
            letter => quoted.push(letter),
        }
    }
    quoted + "\""
}

/// A table of the file, and its name in error messages.
struct Table<'t> {
    offset: usize,
    name: String,
    fields: &'t DeTable<'t>,
}

impl Table<'_> {
    fn entry(&self) -> Result<BaselineEntry, SyntaxError> {
        let disposition = self.text("disposition")?;
        let of_all = ["rule", "disposition"];
        let own: &[&str] = match disposition.as_str() {
            "revoked" => &["date", "evidence"],
            "false-positive" => &["reason"],
            "test-value" => &["reason", "paths", "past"],
            "accepted" => &["reason", "owner", "expires", "paths", "past"],
            other => {
                let offset =
                    self.value("disposition").map_or(self.offset, |value| value.span().start);
                let what = format!(
                    "unknown disposition of {}; expected one of {}{}",
                    self.name,
                    DISPOSITIONS.join(", "),
                    suggestion(other, &DISPOSITIONS)
                );
                return Err(SyntaxError::new(offset, what));
            }
        };
        self.check_keys(&[&of_all, own].concat())?;
        let optional = |field| match self.value(field) {
            Some(_) => self.text(field),
            None => Ok(String::new()),
        };
        let disposition = match disposition.as_str() {
            "revoked" => Disposition::Revoked {
                date: self.date("date")?,
                evidence: self.filled("evidence")?,
            },
            "false-positive" => Disposition::FalsePositive { reason: optional("reason")? },
            "test-value" => Disposition::TestValue { reason: optional("reason")? },
            _ => Disposition::Accepted {
                reason: self.filled("reason")?,
                owner: self.filled("owner")?,
                expires: self.date("expires")?,
            },
        };
        let (paths, past) = (self.paths("paths")?, self.paths("past")?);
        if paths.is_empty()
            && past.is_empty()
            && matches!(disposition, Disposition::Accepted { .. })
        {
            let what = format!("{}: an accepted entry needs `paths`", self.name);
            return Err(SyntaxError::new(self.offset, what));
        }
        Ok(BaselineEntry { rule: optional("rule")?, disposition, paths, past })
    }

    fn value(&self, field: &str) -> Option<&Spanned<DeValue<'_>>> {
        self.fields.iter().find(|(name, _)| name.get_ref() == field).map(|(_, value)| value)
    }

    fn check_keys(&self, known: &[&str]) -> Result<(), SyntaxError> {
        match self.fields.keys().find(|name| !known.contains(&name.get_ref().as_ref())) {
            None => Ok(()),
            Some(name) => {
                let what = format!(
                    "unknown key in {}; expected one of {}{}",
                    self.name,
                    known.join(", "),
                    suggestion(name.get_ref(), known)
                );
                Err(SyntaxError::new(name.span().start, what))
            }
        }
    }

    fn text(&self, field: &str) -> Result<String, SyntaxError> {
        let value = self.needed(field)?;
        let text = value.get_ref().as_str().map(str::to_owned);
        text.ok_or_else(|| {
            SyntaxError::new(value.span().start, format!("`{field}` must be a string in quotes"))
        })
    }

    /// A string that is not empty.
    fn filled(&self, field: &str) -> Result<String, SyntaxError> {
        let text = self.text(field)?;
        if text.trim().is_empty() {
            let offset = self.value(field).map_or(self.offset, |value| value.span().start);
            return Err(SyntaxError::new(offset, format!("`{field}` of {} is empty", self.name)));
        }
        Ok(text)
    }

    fn date(&self, field: &str) -> Result<Date, SyntaxError> {
        let value = self.needed(field)?;
        let written = value.get_ref().as_datetime().map(ToString::to_string);
        let written = written.or_else(|| value.get_ref().as_str().map(str::to_owned));
        let date = written.filter(|text| text.len() == 10).and_then(|text| text.parse().ok());
        date.ok_or_else(|| {
            let message = format!("`{field}` must be a date such as 2027-01-31");
            SyntaxError::new(value.span().start, message)
        })
    }

    fn paths(&self, field: &str) -> Result<BTreeSet<String>, SyntaxError> {
        let Some(value) = self.value(field) else { return Ok(BTreeSet::new()) };
        let wrong = || {
            let message = format!("`{field}` must be a list of strings: [\"a/b\"]");
            SyntaxError::new(value.span().start, message)
        };
        let list = value.get_ref().as_array().ok_or_else(wrong)?;
        let paths = list.iter().map(|path| path.get_ref().as_str().map(str::to_owned));
        paths.collect::<Option<_>>().ok_or_else(wrong)
    }

    fn needed(&self, field: &str) -> Result<&Spanned<DeValue<'_>>, SyntaxError> {
        self.value(field).ok_or_else(|| {
            SyntaxError::new(self.offset, format!("missing key `{field}` in {}", self.name))
        })
    }
}

fn integer(value: &Spanned<DeValue<'_>>) -> Option<i64> {
    let number = value.get_ref().as_integer()?;
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}

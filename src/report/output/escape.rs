//! Escapes what would control a terminal, mislead a reader or give a CI system commands.
//!
//! A terminal obeys control characters; invisible and bidirectional characters mislead a reader
//! ([`is_unprintable`]); GitHub Actions executes a line that begins with `::`, after blanks too,
//! and one that contains `##[` (Azure Pipelines: `##vso[`).

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use crate::findings::is_unprintable;

/// What a workflow command begins with; a backslash before it makes it harmless.
const COMMAND: &str = "::";

/// What older workflow commands begin with, and what is written instead.
const OLD_COMMANDS: [(&str, &str); 2] = [("##[", r"#\#["), ("##vso[", r"#\#vso[")];

/// A text of the repository (a path, a commit's summary) for people, without control and
/// invisible characters.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if is_unprintable(character) {
            shown.extend(character.escape_debug())
        } else {
            shown.push(character)
        }
        // `escape_debug` leaves some characters as they are.
        if is_unprintable(character) && shown.ends_with(character) {
            shown.pop();
            shown.extend(character.escape_unicode());
        }
    }
    Cow::Owned(shown)
}

/// A message of one or more lines, escaped as by [`EscapingWriter`].
pub fn escaped_lines(text: &str) -> String {
    text.split_inclusive('\n').map(escape_line).collect()
}

/// Writes text for people: whatever a line contains, only keysieve's own colors and line ends
/// have an effect.
pub struct EscapingWriter<W: Write> {
    out: W,
    /// The beginning of a line that has not ended yet.
    line: Vec<u8>,
}

impl<W: Write> EscapingWriter<W> {
    pub fn new(out: W) -> Self {
        EscapingWriter { out, line: Vec::new() }
    }

    /// Writes the rest of the last line.
    pub fn finish(mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        self.out.write_all(escape_line(&String::from_utf8_lossy(&line)).as_bytes())
    }
}

impl<W: Write> Write for EscapingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for piece in bytes.split_inclusive(|&b| b == b'\n') {
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                let line = std::mem::take(&mut self.line);
                self.out.write_all(escape_line(&String::from_utf8_lossy(&line)).as_bytes())?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A line, with its line end if there is one.
fn escape_line(line: &str) -> String {
    let mut shown = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(character) = rest.chars().next() {
        let color = color(rest);
        if color > 0 {
            shown.push_str(&rest[..color]);
            rest = &rest[color..];
            continue;
        }
        match character {
            '\n' | '\t' => shown.push(character),
            character if is_unprintable(character) => {
                shown.push_str(&escaped(character.encode_utf8(&mut [0; 4])))
            }
            character => shown.push(character),
        }
        rest = &rest[character.len_utf8()..];
    }
    for (command, harmless) in OLD_COMMANDS {
        if shown.contains(command) {
            shown = shown.replace(command, harmless);
        }
    }
    let begin = beginning(&shown);
    if shown[begin..].starts_with(COMMAND) {
        shown.insert(begin, '\\');
    }
    shown
}

/// Offset of the first character of a line that is neither blank nor part of a color.
fn beginning(line: &str) -> usize {
    let mut offset = 0;
    loop {
        let rest = &line[offset..];
        let blank = rest.len() - rest.trim_start().len();
        match blank.max(color(rest)) {
            0 => return offset,
            more => offset += more,
        }
    }
}

/// The length of the color that the text begins with: `ESC [ … m` (ECMA-48, SGR).
fn color(text: &str) -> usize {
    let Some(parameters) = text.strip_prefix("\u{1b}[") else { return 0 };
    let end = parameters.find(|c: char| !c.is_ascii_digit() && c != ';');
    match end {
        Some(end) if parameters[end..].starts_with('m') => end + 3,
        _ => 0,
    }
}

/// Writes JSON, indented, without control and invisible characters.
pub fn json(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    value
        .serialize(&mut Serializer::with_formatter(&mut *out, Escaping(PrettyFormatter::new())))
        .map_err(io::Error::from)?;
    writeln!(out)
}

/// JSON in one line, without control and invisible characters.
pub fn json_line(value: &impl Serialize) -> io::Result<String> {
    let mut out = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut out, Escaping(CompactFormatter));
    value.serialize(&mut serializer).map_err(io::Error::from)?;
    String::from_utf8(out).map_err(io::Error::other)
}

/// Offset of the first character that must be escaped, or that begins a command.
fn first_to_escape(text: &str) -> Option<usize> {
    let commands = OLD_COMMANDS.iter().filter_map(|(command, _)| text.find(command));
    commands.chain(text.find(is_unprintable)).min()
}

/// Methods that call the inner formatter; some take whether it is the first element.
macro_rules! delegate {
    ($($method:ident($($first:ident)?);)*) => { $(
        fn $method<W: ?Sized + Write>(&mut self, out: &mut W $(, $first: bool)?) -> io::Result<()> {
            self.0.$method(out $(, $first)?)
        }
    )* };
}

/// Escapes [such characters](is_unprintable) in strings, in addition to those that JSON must
/// escape.
struct Escaping<F>(F);

impl<F: Formatter> Formatter for Escaping<F> {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(offset) = first_to_escape(rest) {
            let (before, from) = rest.split_at(offset);
            self.0.write_string_fragment(out, before)?;
            let mut characters = from.chars();
            for character in characters.by_ref().take(1) {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
            }
            rest = characters.as_str();
        }
        self.0.write_string_fragment(out, rest)
    }

    delegate! {
        begin_array();
        end_array();
        begin_array_value(first);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first);
        begin_object_value();
        end_object_value();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_harmless() {
        for (line, expected) in [
            ("plain é\n", "plain é\n"),
            ("\u{1b}[1mbold\u{1b}[0m\n", "\u{1b}[1mbold\u{1b}[0m\n"),
            ("\u{1b}]0;x\u{7}", r"\u{1b}]0;x\u{7}"),
            ("a\rb", r"a\rb"),
            ("::error::x", r"\::error::x"),
            ("  \u{1b}[1m ::error::x", "  \u{1b}[1m \\::error::x"),
            ("x ::error::", "x ::error::"),
            ("a ##[error]b ##vso[c]", r"a #\#[error]b #\#vso[c]"),
            ("a\u{202e}b\u{ad}\u{85}", r"a\u{202e}b\u{ad}\u{85}"),
        ] {
            assert_eq!(escape_line(line), expected, "{line:?}");
        }
        let mut out = Vec::new();
        let mut writer = EscapingWriter::new(&mut out);
        writer.write_all("one\n :".as_bytes()).unwrap();
        writer.write_all(":two".as_bytes()).unwrap();
        writer.finish().unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "one\n \\::two");
    }

    #[test]
    fn json_is_valid_and_harmless() {
        let text = "a\u{202e}b\u{9b}\"\\\u{e0041}é\n";
        let line = json_line(&text).unwrap();
        assert_eq!(line, "\"a\\u202eb\\u009b\\\"\\\\\\udb40\\udc41é\\n\"");
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
        assert_eq!(json_line(&"a##[b]").unwrap(), "\"a\\u0023#[b]\"");
        let mut out = Vec::new();
        json(&serde_json::json!({ "a": [1, text], "b": {} }), &mut out).unwrap();
        let pretty = String::from_utf8(out).unwrap();
        assert!(pretty.starts_with("{\n  \"a\": [\n    1,\n"), "{pretty}");
    }
}

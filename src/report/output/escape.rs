//! Texts that steer nobody: no terminal, no reader, no CI system.
//!
//! A terminal obeys control characters; a reader is misled by characters without a form of their
//! own ([`steers`]); GitHub Actions takes a line that begins with `::` for a command, blanks
//! before it or not, and one that holds `##[` too (Azure Pipelines: `##vso[`).

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use crate::foreign::steers;

/// What workflow commands begin with, and what is written in its place.
const COMMAND: &str = "::";
const OLD_COMMANDS: [(&str, &str); 2] = [("##[", r"#\#["), ("##vso[", r"#\#vso[")];

/// A text of the repository (a path, a commit's summary) for people: what would steer a terminal
/// or a reader is escaped.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        if steers(letter) {
            shown.extend(letter.escape_debug())
        } else {
            shown.push(letter)
        }
        // `escape_debug` leaves some characters as they are.
        if steers(letter) && shown.ends_with(letter) {
            shown.pop();
            shown.extend(letter.escape_unicode());
        }
    }
    Cow::Owned(shown)
}

/// A message of one line or several, escape_line as [`EscapingWriter`] does.
pub fn escaped_lines(text: &str) -> String {
    text.split_inclusive('\n').map(escape_line).collect()
}

/// Writes text for people: whatever the line holds, only keysieve's own colours and line ends
/// have an effect.
pub struct EscapingWriter<W: Write> {
    out: W,
    /// What is written of a line that has not ended yet.
    line: Vec<u8>,
}

impl<W: Write> EscapingWriter<W> {
    pub fn new(out: W) -> Self {
        EscapingWriter { out, line: Vec::new() }
    }

    /// Writes what is left of the last line.
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

/// A line with its end, if it has one.
fn escape_line(line: &str) -> String {
    let mut shown = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(letter) = rest.chars().next() {
        let color = color(rest);
        if color > 0 {
            shown.push_str(&rest[..color]);
            rest = &rest[color..];
            continue;
        }
        match letter {
            '\n' | '\t' => shown.push(letter),
            letter if steers(letter) => shown.push_str(&escaped(letter.encode_utf8(&mut [0; 4]))),
            letter => shown.push(letter),
        }
        rest = &rest[letter.len_utf8()..];
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

/// Where the first character of a line is that is neither blank nor part of a colour.
fn beginning(line: &str) -> usize {
    let mut at = 0;
    loop {
        let rest = &line[at..];
        let blank = rest.len() - rest.trim_start().len();
        match blank.max(color(rest)) {
            0 => return at,
            more => at += more,
        }
    }
}

/// The length of the colour that the text begins with: `ESC [ … m` (ECMA-48, SGR).
fn color(text: &str) -> usize {
    let Some(parameters) = text.strip_prefix("\u{1b}[") else { return 0 };
    let end = parameters.find(|c: char| !c.is_ascii_digit() && c != ';');
    match end {
        Some(end) if parameters[end..].starts_with('m') => end + 3,
        _ => 0,
    }
}

/// Writes JSON, indented, in which no character steers.
pub fn json(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    value
        .serialize(&mut Serializer::with_formatter(&mut *out, Escaping(PrettyFormatter::new())))
        .map_err(io::Error::from)?;
    writeln!(out)
}

/// JSON in one line, in which no character steers.
pub fn json_line(value: &impl Serialize) -> io::Result<String> {
    let mut out = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut out, Escaping(CompactFormatter));
    value.serialize(&mut serializer).map_err(io::Error::from)?;
    String::from_utf8(out).map_err(io::Error::other)
}

/// The position of the first character that steers, or that begins a command.
fn first_that_steers(text: &str) -> Option<usize> {
    let commands = OLD_COMMANDS.iter().filter_map(|(command, _)| text.find(command));
    commands.chain(text.find(steers)).min()
}

/// Escapes in strings what [`steers`], besides what JSON must escape.
struct Escaping<F>(F);

impl<F: Formatter> Formatter for Escaping<F> {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = first_that_steers(rest) {
            let (before, from) = rest.split_at(at);
            self.0.write_string_fragment(out, before)?;
            let mut letters = from.chars();
            for letter in letters.by_ref().take(1) {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
            }
            rest = letters.as_str();
        }
        self.0.write_string_fragment(out, rest)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_steers() {
        for (line, wanted) in [
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
            assert_eq!(escape_line(line), wanted, "{line:?}");
        }
        let mut out = Vec::new();
        let mut writer = EscapingWriter::new(&mut out);
        writer.write_all("one\n :".as_bytes()).unwrap();
        writer.write_all(":two".as_bytes()).unwrap();
        writer.finish().unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "one\n \\::two");
    }

    #[test]
    fn json_is_valid_and_ascii_where_it_would_steer() {
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

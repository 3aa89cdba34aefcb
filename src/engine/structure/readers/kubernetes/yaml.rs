//! A manifest as a block mapping of YAML, at any indentation, also in a template of Helm.

use std::ops::Range;

use super::json::flow_entries;
use super::{Entry, LONGEST, holder};
use crate::engine::structure::mark::Kind;
use crate::engine::structure::readers::Holder;
use crate::engine::structure::readers::lines::Line;
use crate::engine::structure::readers::value::{Value, json_escape};

/// Columns in which a mapping may begin.
const DEEPEST: usize = 200;

/// What was read before.
#[derive(Default)]
pub struct Mappings {
    /// For each column the end of the last mapping that begins in it.
    done: Vec<usize>,
}

/// Whether the rest of the line after a kind is empty, or a comment.
pub fn ends_line(bytes: &[u8], kind: &Kind) -> bool {
    let rest = &bytes[kind.end..Line::at(bytes, kind.end).end];
    let rest = rest.strip_prefix(&[kind.quote.map_or(b' ', |quote| quote.0)]).unwrap_or(rest);
    let rest = rest.trim_ascii();
    rest.is_empty() || rest.starts_with(b"#")
}

/// The start of the line in which only blanks and hyphens are before the key.
fn line_start(bytes: &[u8], kind: &Kind) -> Option<usize> {
    let first = kind.key.saturating_sub(DEEPEST);
    let before = bytes[first..kind.key].iter().rev();
    let length = before.take_while(|b| b" \t-".contains(b)).count();
    let start = kind.key - length;
    (start == 0 || bytes[start - 1] == b'\n').then_some(start)
}

impl Mappings {
    /// Whether the kind may be a key of a block mapping.
    pub fn begins_line(&self, bytes: &[u8], kind: &Kind) -> bool {
        line_start(bytes, kind).is_some()
    }

    /// Reads the mapping around a kind.
    pub fn read<'b>(&mut self, bytes: &'b [u8], kind: &Kind, entry: &mut Entry<'_, 'b>) {
        let Some(start) = line_start(bytes, kind) else { return };
        let column = kind.key - start;
        self.done.resize(self.done.len().max(column + 1), 0);
        if kind.key < self.done[column] {
            return;
        }
        let range = mapping(bytes, start, column, self.done[column]);
        self.done[column] = range.end;
        let mut line = Line::at(bytes, range.start);
        while line.start < range.end {
            if let Some((name, rest)) = member(bytes, line, column)
                && let Some(holder) = holder(&bytes[name])
            {
                read_entries(bytes, line, rest, column..range.end, holder, entry);
            }
            match line.after(bytes) {
                Some(next) => line = next,
                None => break,
            }
        }
    }
}

/// The lines of the mapping whose keys begin in `column`, one of them in the line at `start`; none
/// of them is before `done`.
fn mapping(bytes: &[u8], start: usize, column: usize, done: usize) -> Range<usize> {
    let line = Line::at(bytes, start);
    let (mut first, mut last) = (line, line);
    let reach = start.saturating_sub(LONGEST).max(done)..start + LONGEST;
    while !begins_item(bytes, first, column) && first.start > reach.start {
        match first.before(bytes).map(|line| (line, Place::of(bytes, line, column))) {
            Some((line, Place::Inside | Place::First)) => first = line,
            _ => break,
        }
    }
    while last.start < reach.end {
        match last.after(bytes).map(|line| (line, Place::of(bytes, line, column))) {
            Some((line, Place::Inside)) => last = line,
            _ => break,
        }
    }
    first.start..last.next
}

/// Whether the line begins an item of a list: `- kind: Secret`.
fn begins_item(bytes: &[u8], line: Line, column: usize) -> bool {
    let text = line.text(bytes);
    text.len() > column
        && text[..column].contains(&b'-')
        && text[..column].iter().all(|b| b" \t-".contains(b))
}

/// Where a line is with regard to a mapping.
enum Place {
    Inside,
    /// Its first line, which begins an item of a list.
    First,
    Outside,
}

impl Place {
    fn of(bytes: &[u8], line: Line, column: usize) -> Place {
        let text = line.text(bytes);
        let trimmed = text.trim_ascii();
        if trimmed.is_empty() || trimmed.starts_with(b"#") || is_template(trimmed) {
            return Place::Inside;
        }
        match line.indent(bytes) {
            indent if indent > column => Place::Inside,
            indent if indent == column && member(bytes, line, column).is_some() => Place::Inside,
            // Items of a list may begin in the column of their key.
            indent if indent == column && trimmed.starts_with(b"- ") => Place::Inside,
            _ if begins_item(bytes, line, column) => Place::First,
            _ => Place::Outside,
        }
    }
}

/// Whether the line is an instruction of a template: of Helm, or of Jinja.
fn is_template(line: &[u8]) -> bool {
    line.starts_with(b"{{") || line.starts_with(b"{%")
}

/// The name of the member that begins in a line, without quotes, and the offset after the colon.
fn member(bytes: &[u8], line: Line, column: usize) -> Option<(Range<usize>, usize)> {
    let text = line.text(bytes);
    let is_at_column = text.len() > column && text[..column].iter().all(|b| b" \t-".contains(b));
    let key = text.get(column..).filter(|_| is_at_column)?;
    let start = line.start + column;
    let (name, after) = match key[0] {
        quote @ (b'"' | b'\'') => {
            let length = memchr::memchr(quote, &key[1..])?;
            (start + 1..start + 1 + length, start + length + 2)
        }
        b if b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.') => {
            let is_name = |b: &&u8| b.is_ascii_alphanumeric() || b"_-./".contains(b);
            let length = key.iter().take_while(is_name).count();
            (start..start + length, start + length)
        }
        _ => return None,
    };
    let blanks = bytes[after..line.end].iter().take_while(|b| b" \t".contains(b)).count();
    let colon = after + blanks;
    let ends = bytes.get(colon + 1).is_none_or(u8::is_ascii_whitespace);
    (bytes.get(colon) == Some(&b':') && ends && colon < line.end).then_some((name, colon + 1))
}

/// Reads the entries of the member in a line, whose value begins at `rest`. `within` is the column
/// of the member and the end of its mapping.
fn read_entries<'b>(
    bytes: &'b [u8],
    line: Line,
    rest: usize,
    within: Range<usize>,
    holder: Holder,
    entry: &mut Entry<'_, 'b>,
) {
    let blanks = bytes[rest..line.end].iter().take_while(|b| b" \t".contains(b)).count();
    if bytes.get(rest + blanks) == Some(&b'{') && bytes.get(rest + blanks + 1) != Some(&b'{') {
        return flow_entries(&bytes[..within.end], rest + blanks + 1, holder, entry);
    }
    let mut column = None;
    let mut next = line.after(bytes);
    while let Some(line) = next.filter(|line| line.start < within.end) {
        next = line.after(bytes);
        let text = line.text(bytes).trim_ascii();
        if text.is_empty() || text.starts_with(b"#") || is_template(text) {
            continue;
        }
        let indent = line.indent(bytes);
        if indent <= within.start {
            return;
        }
        let column = *column.get_or_insert(indent);
        if let Some((name, rest)) = member(bytes, line, column).filter(|_| indent == column) {
            let scalar = Scalar::at(bytes, line, rest, column, within.end);
            next = Line::at(bytes, scalar.last.start).after(bytes);
            if let Some(value) = scalar.value {
                entry(holder, &bytes[name], value);
            }
        }
    }
}

/// A scalar of YAML.
struct Scalar<'b> {
    value: Option<Value<'b>>,
    /// The last line that belongs to it.
    last: Line,
}

impl<'b> Scalar<'b> {
    /// The scalar that begins at `from` in a line; `column` is that of its key.
    fn at(bytes: &'b [u8], line: Line, from: usize, column: usize, end: usize) -> Scalar<'b> {
        let from = skip_properties(bytes, from, line.end);
        match bytes[from..line.end].first() {
            Some(quote @ (b'"' | b'\'')) => Scalar::quoted(bytes, line, from, *quote, end),
            Some(b'|' | b'>' | b'#') | None => Scalar::block(bytes, line, None, column, end),
            Some(_) => {
                let text = &bytes[from..line.end];
                let comment = text.windows(2).position(|two| two == b" #");
                let length = text[..comment.unwrap_or(text.len())].trim_ascii_end().len();
                Scalar::block(bytes, line, Some(from..from + length), column, end)
            }
        }
    }

    fn quoted(bytes: &'b [u8], line: Line, from: usize, quote: u8, end: usize) -> Scalar<'b> {
        let mut offset = from + 1;
        while offset < end && bytes[offset] != quote {
            offset += 1 + usize::from(quote == b'"' && bytes[offset] == b'\\');
        }
        if offset >= end {
            return Scalar { value: None, last: line };
        }
        let value = Value::written(bytes, from + 1..offset);
        let value = if quote == b'"' { value.unescaped(json_escape) } else { value };
        Scalar { value: Some(value), last: Line::around(bytes, offset) }
    }

    /// A text in the lines below that are indented more than the key, after the text in the key's
    /// line, if any.
    fn block(
        bytes: &'b [u8],
        line: Line,
        first: Option<Range<usize>>,
        column: usize,
        end: usize,
    ) -> Scalar<'b> {
        let mut parts: Vec<Range<usize>> = first.into_iter().collect();
        let (mut last, mut next) = (line, line.after(bytes));
        while let Some(line) = next.filter(|line| line.start < end) {
            let text = line.trimmed(bytes);
            if !text.is_empty() && line.indent(bytes) <= column {
                break;
            }
            if !text.is_empty() {
                parts.push(text);
                last = line;
            }
            next = line.after(bytes);
        }
        let value = match &parts[..] {
            [] => None,
            [one] => Some(Value::written(bytes, one.clone())),
            [start, .., end] => {
                let span = start.start..end.end;
                let lines = parts.iter().flat_map(|part| part.clone().chain([part.end]));
                let byte = |offset: usize| (bytes.get(offset).copied().unwrap_or(b'\n'), offset);
                let mut text: Vec<(u8, usize)> = lines.map(byte).collect();
                text.pop();
                Some(Value::of_parts(text.into_iter(), span))
            }
        };
        Scalar { value, last }
    }
}

/// The offset after blanks, tags and anchors: `!!binary`, `&name`.
fn skip_properties(bytes: &[u8], mut from: usize, end: usize) -> usize {
    loop {
        from += bytes[from..end].iter().take_while(|b| b" \t".contains(b)).count();
        if !matches!(bytes[from..end].first(), Some(b'!' | b'&')) {
            return from;
        }
        from += bytes[from..end].iter().take_while(|b| !b.is_ascii_whitespace()).count();
    }
}

//! The line of a secret with the secret underlined, as compilers show errors.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use anstyle::{AnsiColor, Style};

use super::human::{BAD, FAINT, STRONG, remarks};
use super::location;
use crate::findings::{Excerpt, Occurrence};

/// Columns that line numbers take in addition to their digits.
const GUTTER: usize = 4;

/// The style of the crate's own lines.
const EDGE: Style = AnsiColor::BrightBlue.on_default().bold();

const RENDERER: Renderer = Renderer::styled().term_width(usize::MAX / 2).line_num(EDGE).error(BAD);

/// Before the title.
const ERROR: &str = "error: ";

/// Replaces a part of the line that is not shown.
const CUT: &str = "…";

/// The title, the location and the line with `label` under the secret, within `width` columns, in
/// color. An empty title is omitted.
pub fn write(title: &str, occurrence: &Occurrence, label: &str, width: usize) -> String {
    let start = occurrence.region.start;
    let digits = start.line.to_string().len();
    let mut shown = match title {
        "" => String::new(),
        title => {
            let title = wrapped(title, width.saturating_sub(ERROR.len())).join("\n       ");
            format!("{BAD}error{BAD:#}{STRONG}: {title}{STRONG:#}\n")
        }
    };
    // The crate would count the column in the part of the line that is shown.
    let (location, remarks) = (location(occurrence), remarks(occurrence));
    shown.push_str(&format!("{:digits$}{EDGE}-->{EDGE:#} {location}{FAINT}{remarks}{FAINT:#}", ""));
    if let Some(excerpt) = &occurrence.excerpt {
        let width = width.saturating_sub(GUTTER + digits);
        let (text, mark) = line(excerpt, width, label.len() + 1);
        let annotation = AnnotationKind::Primary.span(mark).label(label.to_owned());
        let snippet = Snippet::source(text).line_start(start.line).annotation(annotation);
        let group = Group::with_level(Level::ERROR).element(snippet);
        shown.push('\n');
        // The line is cut to the width already.
        shown.push_str(&RENDERER.render(&[group]));
    }
    shown
}

/// The line in `width` columns, and the bytes of it that show the secret. The label takes `label`
/// columns after the secret, one line below.
fn line(excerpt: &Excerpt, width: usize, label: usize) -> (String, Range<usize>) {
    let room = width.saturating_sub(columns(&excerpt.secret) + 2);
    // The text before a secret shows what it is; the text after it seldom does.
    let after_room = columns(&excerpt.after).min(room / 4).max(label.min(room * 2 / 3));
    let (before, cut) = last(&excerpt.before, room - after_room);
    let mut text = if cut || excerpt.cut_before { CUT.to_owned() } else { String::new() };
    text.push_str(before);
    let start = text.len();
    text.push_str(&excerpt.secret);
    let mark = start..text.len();
    let (after, cut) = first(&excerpt.after, room.saturating_sub(columns(before)));
    text.push_str(after);
    if cut || excerpt.cut_after {
        text.push_str(CUT);
    }
    (text, mark)
}

/// The end of a text that fits in `room` columns, and whether it was cut.
fn last(text: &str, room: usize) -> (&str, bool) {
    let mut left = columns(text);
    let mut characters = text.chars();
    while left > room {
        left -= characters.next().map_or(left, column);
    }
    (characters.as_str(), characters.as_str().len() < text.len())
}

/// The beginning of a text that fits in `room` columns, and whether it was cut.
fn first(text: &str, room: usize) -> (&str, bool) {
    let mut left = columns(text);
    let mut characters = text.chars();
    while left > room {
        left -= characters.next_back().map_or(left, column);
    }
    (characters.as_str(), characters.as_str().len() < text.len())
}

/// Wraps words to lines of `width` columns; a longer word has a line of its own.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if columns(line) + 1 + columns(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn columns(text: &str) -> usize {
    text.chars().map(column).sum()
}

/// A character that is not ASCII may take two columns.
fn column(character: char) -> usize {
    if character.is_ascii() { 1 } else { 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_to_its_width_around_the_secret() {
        let excerpt = Excerpt {
            before: "é".repeat(50) + "=\"",
            secret: "ls-********".to_owned(),
            after: "\", ".repeat(90),
            cut_before: false,
            cut_after: true,
        };
        for width in [0, 1, 12, 40, 80, 300] {
            let (text, mark) = line(&excerpt, width, 9);
            assert_eq!(&text[mark], excerpt.secret);
            assert!(columns(&text) <= width.max(13) + columns(CUT), "{width}: {text}");
        }
        let (text, _) = line(&Excerpt { before: "a=".into(), ..Excerpt::default() }, 40, 9);
        assert_eq!(text, "a=");
    }
}

//! A secret's line, underlined, as compilers show it.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use anstyle::{AnsiColor, Style};

use super::human::{BAD, FAINT, STRONG, TEST_PATH};
use super::location_name;
use crate::findings::{Excerpt, Occurrence, Setting};

/// Columns that the numbers of lines take, but for the digits.
const GUTTER: usize = 4;

/// As the crate draws its lines.
const EDGE: Style = AnsiColor::BrightBlue.on_default().bold();

const RENDERER: Renderer = Renderer::styled().term_width(usize::MAX / 2).line_num(EDGE).error(BAD);

/// What stands before a title.
const ERROR: &str = "error: ";

/// What stands for a part of the line that is not shown.
const CUT: &str = "…";

/// The title, the place and the line with `label` under the secret, within `width` columns;
/// coloured. The title is left out where it is empty.
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
    // The crate would count the column in what is shown of the line.
    let place = format!("{}:{}:{}", location_name(occurrence), start.line, start.column);
    let test = if occurrence.setting == Setting::Test { TEST_PATH } else { "" };
    shown.push_str(&format!("{:digits$}{EDGE}-->{EDGE:#} {place}{FAINT}{test}{FAINT:#}", ""));
    if let Some(excerpt) = &occurrence.excerpt {
        let width = width.saturating_sub(GUTTER + digits);
        let (text, mark) = line(excerpt, width, label.len() + 1);
        let annotation = AnnotationKind::Primary.span(mark).label(label.to_owned());
        let snippet = Snippet::source(text).line_start(start.line).annotation(annotation);
        let group = Group::with_level(Level::ERROR).element(snippet);
        shown.push('\n');
        // The line fits already.
        shown.push_str(&RENDERER.render(&[group]));
    }
    shown
}

/// The line in `width` columns, and which of its bytes stand for the secret. So many columns
/// behind the secret are the label's, one line below.
fn line(excerpt: &Excerpt, width: usize, label: usize) -> (String, Range<usize>) {
    let room = width.saturating_sub(columns(&excerpt.secret) + 2);
    // What stands before a secret says what it is; what stands behind seldom does.
    let behind = columns(&excerpt.after).min(room / 4).max(label.min(room * 2 / 3));
    let (before, cut) = last(&excerpt.before, room - behind);
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

/// The end of a text that fits, and whether that is not all of it.
fn last(text: &str, room: usize) -> (&str, bool) {
    let mut left = columns(text);
    let mut characters = text.chars();
    while left > room {
        left -= characters.next().map_or(left, column);
    }
    (characters.as_str(), characters.as_str().len() < text.len())
}

/// The beginning of a text that fits, and whether that is not all of it.
fn first(text: &str, room: usize) -> (&str, bool) {
    let mut left = columns(text);
    let mut characters = text.chars();
    while left > room {
        left -= characters.next_back().map_or(left, column);
    }
    (characters.as_str(), characters.as_str().len() < text.len())
}

/// Words in lines of so many columns; a longer word has its own.
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

/// What is not ASCII may take two columns.
fn column(character: char) -> usize {
    if character.is_ascii() { 1 } else { 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_to_its_width_round_the_secret() {
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

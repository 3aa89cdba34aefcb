//! Text that a repository supplies (paths, names, messages, reasons) within keysieve's own
//! messages.
//!
//! A message such as `3 findings excluded by tests/** (fixtures)` contains both. [`foreign`] and
//! [`foreign_path`] mark the repository's part with Unicode noncharacters, so that the output
//! filter (`report::output`) can remove secrets from it and leave keysieve's own words unchanged.
//! The filter removes the marks.

use std::fmt::{self, Display, Write};

/// Begins a text of the repository.
const TEXT: char = '\u{fdd0}';

/// Begins a path or another name, in which short words are common.
const PATH: char = '\u{fdd1}';

/// Ends either.
const END: char = '\u{fdd2}';

/// A text of the repository, marked as such when it is displayed.
pub struct Foreign<T> {
    begin: char,
    text: T,
}

/// Marks a text of the repository.
pub fn foreign<T: Display>(text: T) -> Foreign<T> {
    Foreign { begin: TEXT, text }
}

/// Marks a path of the repository, or the name of a branch.
pub fn foreign_path<T: Display>(text: T) -> Foreign<T> {
    Foreign { begin: PATH, text }
}

impl<T: Display> Display for Foreign<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char(self.begin)?;
        write!(Unmarked(f), "{}", self.text)?;
        f.write_char(END)
    }
}

/// Writes text without marks: a text of the repository can neither end its own part nor begin
/// another.
struct Unmarked<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl Write for Unmarked<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.split(is_mark).try_for_each(|part| self.0.write_str(part))
    }
}

/// A part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'t> {
    /// Keysieve's own words, or unmarked text.
    Own(&'t str),
    Text(&'t str),
    Path(&'t str),
}

/// The parts of a message, in order, without the marks.
pub fn parts(message: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = message;
    while let Some(offset) = rest.find(is_mark) {
        let (before, from) = rest.split_at(offset);
        parts.push(Part::Own(before));
        let mut characters = from.chars();
        let mark = characters.next();
        rest = characters.as_str();
        if mark == Some(END) {
            continue;
        }
        let (inside, after) = rest.split_at(rest.find(is_mark).unwrap_or(rest.len()));
        parts.push(if mark == Some(PATH) { Part::Path(inside) } else { Part::Text(inside) });
        rest = after;
    }
    parts.push(Part::Own(rest));
    parts
}

/// The message without the marks.
pub fn unmarked(message: &str) -> String {
    message.replace(is_mark, "")
}

fn is_mark(character: char) -> bool {
    matches!(character, TEXT | PATH | END)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repositorys_part_of_a_message_is_marked_and_cannot_end_itself() {
        let path = "a\u{fdd2}b";
        let message = format!("by {} ({}).", foreign_path(path), foreign("why"));
        let found: Vec<Part<'_>> = parts(&message);
        let expected = [
            Part::Own("by "),
            Part::Path("ab"),
            Part::Own(""),
            Part::Own(" ("),
            Part::Text("why"),
            Part::Own(""),
            Part::Own(")."),
        ];
        let filled = |parts: &[Part<'_>]| -> Vec<String> {
            parts.iter().filter(|part| **part != Part::Own("")).map(|p| format!("{p:?}")).collect()
        };
        assert_eq!(filled(&found), filled(&expected));
        assert_eq!(unmarked(&message), "by ab (why).");
        assert_eq!(parts("plain"), [Part::Own("plain")]);
        // One within the other: all of it is the repository's.
        let nested = format!("{}", foreign(format!("x{}y", foreign("z"))));
        assert!(parts(&nested).contains(&Part::Text("xzy")), "{:?}", parts(&nested));
    }
}

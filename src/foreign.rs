//! Text that a repository supplies (paths, names, messages, reasons) where it appears between
//! keysieve's own words.
//!
//! A message such as `excluded: 3 places by tests/** (fixtures)` is made of both. [`foreign`] and
//! [`foreign_path`] mark the repository's part with noncharacters of Unicode, so that the output
//! filter (`report::output`) can remove secrets from it and leave keysieve's own words as they
//! are. The filter consumes the marks.

use std::fmt::{self, Display, Write};

/// Begins a text of the repository.
const TEXT: char = '\u{fdd0}';

/// Begins a path or another name in which short words are common.
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

/// Writes what it is given without marks: a text of the repository can neither end its own
/// part nor begin another.
struct Unmarked<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl Write for Unmarked<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.split(is_mark).try_for_each(|part| self.0.write_str(part))
    }
}

/// A part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'t> {
    /// Keysieve's own words, or what nobody marked.
    Own(&'t str),
    Text(&'t str),
    Path(&'t str),
}

/// The parts of a message, in order, without the marks.
pub fn parts(message: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = message;
    while let Some(at) = rest.find(is_mark) {
        let (before, from) = rest.split_at(at);
        parts.push(Part::Own(before));
        let mut letters = from.chars();
        let mark = letters.next();
        rest = letters.as_str();
        if mark == Some(END) {
            continue;
        }
        let (inside, behind) = rest.split_at(rest.find(is_mark).unwrap_or(rest.len()));
        parts.push(if mark == Some(PATH) { Part::Path(inside) } else { Part::Text(inside) });
        rest = behind;
    }
    parts.push(Part::Own(rest));
    parts
}

/// The message without the marks.
pub fn unmarked(message: &str) -> String {
    message.replace(is_mark, "")
}

fn is_mark(letter: char) -> bool {
    matches!(letter, TEXT | PATH | END)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repositorys_part_of_a_message_is_known_and_cannot_end_itself() {
        let path = "a\u{fdd2}b";
        let message = format!("by {} ({}).", foreign_path(path), foreign("why"));
        let told: Vec<Part<'_>> = parts(&message);
        let wanted = [
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
        assert_eq!(filled(&told), filled(&wanted));
        assert_eq!(unmarked(&message), "by ab (why).");
        assert_eq!(parts("plain"), [Part::Own("plain")]);
        // One within the other: all of it is the repository's.
        let nested = format!("{}", foreign(format!("x{}y", foreign("z"))));
        assert!(parts(&nested).contains(&Part::Text("xzy")), "{:?}", parts(&nested));
    }
}

//! Paths of files and folders under the name of a credential.

use super::Place;
use crate::rules::word_list::WordList;

/// Whether the value is an absolute path: below a well-known folder, or any under the name `PWD`,
/// which is also that of the working directory.
pub fn is_path(place: &Place) -> bool {
    let Some(path) = place.text.strip_prefix(b"/") else { return false };
    let in_path = |b: &u8| b.is_ascii_alphanumeric() || b"/._-:@+".contains(b);
    let Some(end) = path.iter().position(|&b| b == b'/') else { return false };
    let is_working_directory = place.name.keyword(place.bytes).eq_ignore_ascii_case(b"pwd");
    path.iter().all(in_path)
        && (is_working_directory || place.lexicon().has(WordList::PathBeginnings, &path[..end]))
}

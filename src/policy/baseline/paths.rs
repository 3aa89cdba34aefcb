//! The paths that a baseline entry lists, and how they are compared with those of occurrences.

use std::collections::BTreeSet;

use bstr::ByteSlice;

use crate::findings::{HistorySource, Occurrence, OccurrenceSource};

/// Replaces a secret in a path.
const HIDDEN: &str = "********";

/// The entry in a list of paths for a location without one.
pub(super) const NO_PATH: &str = "(no path)";

/// The path of an occurrence, as a baseline lists it.
pub(crate) fn path_of(occurrence: &Occurrence) -> String {
    let path = occurrence.path.as_ref().map(|path| path.to_str_lossy().into_owned());
    path.unwrap_or_else(|| NO_PATH.to_owned())
}

/// Whether a list contains a path. A secret in a path is hidden in the list, and may be hidden in
/// the path or not: another run finds other secrets.
pub(super) fn contains_path(paths: &BTreeSet<String>, path: &str) -> bool {
    paths.contains(path) || paths.iter().any(|listed| is_hidden_form(listed, path))
}

/// Whether `listed` is the path with secrets hidden in it.
fn is_hidden_form(listed: &str, path: &str) -> bool {
    let Some((before, after)) = listed.split_once(HIDDEN) else { return listed == path };
    let Some(rest) = path.strip_prefix(before) else { return false };
    let folder_end = rest.find('/').unwrap_or(rest.len());
    let ends = rest.char_indices().map(|(end, _)| end).chain([rest.len()]);
    ends.filter(|&end| end > 0 && end <= folder_end).any(|end| is_hidden_form(after, &rest[end..]))
}

/// Whether an occurrence is a current one, not in a past version.
pub(super) fn is_current(occurrence: &Occurrence) -> bool {
    match occurrence.source {
        OccurrenceSource::WorkTree | OccurrenceSource::Index => true,
        OccurrenceSource::History(HistorySource { at_head, .. }) => at_head,
        // A copy in the git directory is not where a file was moved to.
        OccurrenceSource::Stdin | OccurrenceSource::Local { .. } => false,
    }
}

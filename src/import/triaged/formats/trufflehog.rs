//! trufflehog.

use serde_json::Value;

use super::super::entry::commit;
use super::super::{Digest, ForeignEntry, ForeignError};
use super::{line, text};

/// One finding per line, mixed with log lines, which have no detector.
pub fn entries(file: &str) -> Result<Vec<ForeignEntry>, ForeignError> {
    let mut entries = Vec::new();
    for (number, written) in file.lines().enumerate() {
        if written.trim().is_empty() {
            continue;
        }
        let found: Value = serde_json::from_str(written)
            .map_err(|_| ForeignError::line(number, "is not JSON; run trufflehog with --json"))?;
        if found.get("DetectorName").is_none() {
            continue;
        }
        // The key of the object inside is the kind of source.
        let kinds = found.pointer("/SourceMetadata/Data").and_then(Value::as_object);
        let locations = kinds.into_iter().flat_map(|kinds| kinds.values());
        let Some((location, path)) =
            locations.filter_map(|location| Some((location, text(location, "file")?))).next()
        else {
            return Err(ForeignError::line(number, "has no file"));
        };
        entries.push(ForeignEntry {
            digest: text(&found, "Raw").map(|raw| Digest::of(raw.as_bytes())),
            ..ForeignEntry::at(
                path,
                line(location, "line"),
                text(location, "commit").and_then(commit),
            )
        });
    }
    Ok(entries)
}

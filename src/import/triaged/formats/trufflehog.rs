//! trufflehog.

use serde_json::Value;

use super::super::claim::commit;
use super::super::{Claim, Digest, ForeignError};
use super::{line, text};

/// One finding per line, mixed with log lines, which have no detector.
pub fn claims(file: &str) -> Result<Vec<Claim>, ForeignError> {
    let mut claims = Vec::new();
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
        let places = found.pointer("/SourceMetadata/Data").and_then(Value::as_object);
        let place = places.into_iter().flat_map(|kinds| kinds.values());
        let Some((place, path)) = place.filter_map(|at| Some((at, text(at, "file")?))).next()
        else {
            return Err(ForeignError::line(number, "has no file"));
        };
        claims.push(Claim {
            digest: text(&found, "Raw").map(|raw| Digest::of(raw.as_bytes())),
            ..Claim::at(path, line(place, "line"), text(place, "commit").and_then(commit))
        });
    }
    Ok(claims)
}

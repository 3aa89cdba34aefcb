//! detect-secrets.

use serde_json::Value;

use super::super::entry::ForeignDisposition;
use super::super::{Digest, ForeignEntry, ForeignError};
use super::{line, text};

/// Its name for private keys, of which it digests the header.
const PRIVATE_KEY: &str = "Private Key";

/// `results`: the secrets of each file. `is_secret` is the result of its audit.
pub fn entries(file: &str) -> Result<Vec<ForeignEntry>, ForeignError> {
    let baseline: Value = serde_json::from_str(file)
        .map_err(|wrong| ForeignError::form(&format!("not valid JSON (line {})", wrong.line())))?;
    let Some(Value::Object(results)) = baseline.get("results") else {
        return Err(ForeignError::form("missing key `results`"));
    };
    let mut entries = Vec::new();
    for (path, found) in results {
        for found in found.as_array().into_iter().flatten() {
            let entry = ForeignEntry::at(path, line(found, "line_number"), None);
            let Some(digest) = text(found, "hashed_secret").and_then(Digest::parse) else {
                return Err(ForeignError::form(&format!(
                    "{}: missing key `hashed_secret`",
                    entry.name
                )));
            };
            let no_secret = found.get("is_secret").and_then(Value::as_bool) == Some(false);
            entries.push(ForeignEntry {
                digest: Some(digest),
                is_of_secret: text(found, "type") != Some(PRIVATE_KEY),
                disposition: if no_secret {
                    ForeignDisposition::NotASecret
                } else {
                    ForeignDisposition::Triaged
                },
                ..entry
            });
        }
    }
    Ok(entries)
}

//! detect-secrets.

use serde_json::Value;

use super::super::claim::Said;
use super::super::{Claim, Digest, ForeignError};
use super::{line, text};

/// Its name for private keys, of which it digests the header.
const PRIVATE_KEY: &str = "Private Key";

/// `results`: the secrets of each file. `is_secret` is the result of its audit.
pub fn claims(file: &str) -> Result<Vec<Claim>, ForeignError> {
    let baseline: Value = serde_json::from_str(file)
        .map_err(|wrong| ForeignError::form(&format!("not valid JSON (line {})", wrong.line())))?;
    let Some(Value::Object(results)) = baseline.get("results") else {
        return Err(ForeignError::form("missing key `results`"));
    };
    let mut claims = Vec::new();
    for (path, found) in results {
        for found in found.as_array().into_iter().flatten() {
            let at = Claim::at(path, line(found, "line_number"), None);
            let Some(digest) = text(found, "hashed_secret").and_then(Digest::parse) else {
                return Err(ForeignError::form(&format!(
                    "{}: missing key `hashed_secret`",
                    at.name
                )));
            };
            let no_secret = found.get("is_secret").and_then(Value::as_bool) == Some(false);
            claims.push(Claim {
                digest: Some(digest),
                is_of_secret: text(found, "type") != Some(PRIVATE_KEY),
                said: if no_secret { Said::NoSecret } else { Said::Known },
                ..at
            });
        }
    }
    Ok(claims)
}

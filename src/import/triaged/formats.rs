//! The files of other scanners, as their public documentation describes them.
//!
//! | scanner | file |
//! |---|---|
//! | gitleaks | `.gitleaksignore`: `COMMIT:PATH:RULE:LINE` or `PATH:RULE:LINE`; a JSON report, which is its baseline |
//! | betterleaks | the same; since version 2 `.betterleaksignore` with SHA-256 digests, and its own JSON and JSONL |
//! | detect-secrets | `.secrets.baseline`: JSON with SHA-1 digests |
//! | kingfisher | the baseline: YAML, versions 1 and 2 |
//! | trufflehog | `--json`: one object per line |

mod detect_secrets;
mod gitleaks;
mod kingfisher;
mod trufflehog;

use serde_json::Value;

use super::{ForeignEntry, ForeignError};
use crate::findings::OtherScanner;

/// The entries of a file, in order.
pub fn entries(scanner: OtherScanner, text: &str) -> Result<Vec<ForeignEntry>, ForeignError> {
    match scanner {
        OtherScanner::Gitleaks | OtherScanner::Betterleaks => gitleaks::entries(text),
        OtherScanner::DetectSecrets => detect_secrets::entries(text),
        OtherScanner::Kingfisher => kingfisher::entries(text),
        OtherScanner::Trufflehog => trufflehog::entries(text),
    }
}

/// A field that is a string.
fn text<'v>(value: &'v Value, field: &str) -> Option<&'v str> {
    value.get(field)?.as_str().filter(|text| !text.is_empty())
}

/// A field that is a line number, from 1.
fn line(value: &Value, field: &str) -> Option<usize> {
    value.get(field)?.as_u64().and_then(|line| line.try_into().ok()).filter(|&line| line > 0)
}

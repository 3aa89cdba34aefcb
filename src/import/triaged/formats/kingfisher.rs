//! kingfisher: the YAML that it writes, one `key: value` per line.

use super::super::{ForeignEntry, ForeignError};

/// Keys that contain no finding.
const OTHER: [&str; 13] = [
    "version",
    "fingerprint_algorithm",
    "repositories",
    "id",
    "findings",
    "fingerprint",
    "rule_id",
    "first_seen_at",
    "last_updated_at",
    "ExactFindings",
    "matches",
    "lastupdated",
    "---",
];

/// The path and line of a finding, whose keys differ in versions 1 and 2, come in any order: a
/// finding ends where the next item of the list begins.
pub fn entries(file: &str) -> Result<Vec<ForeignEntry>, ForeignError> {
    let mut entries = Vec::new();
    let mut finding = (None, None);
    for (number, written) in file.lines().enumerate() {
        let written = written.trim();
        if written.is_empty() || written.starts_with('#') || written == "---" {
            continue;
        }
        let (is_item, written) = match written.strip_prefix("- ") {
            Some(rest) => (true, rest.trim_start()),
            None => (false, written),
        };
        let pair =
            written.split_once(':').filter(|(_, value)| value.is_empty() || value.starts_with(' '));
        let Some((key, value)) = pair else {
            return Err(ForeignError::line(number, "is not `key: value`"));
        };
        if is_item {
            entries.extend(entry(std::mem::take(&mut finding)));
        }
        let value = unquoted(value.trim());
        match key {
            "path" | "filepath" => finding.0 = Some(value),
            "line" | "linenum" => match value.parse() {
                Ok(line) => finding.1 = Some(line),
                Err(_) => return Err(ForeignError::line(number, "has no line number")),
            },
            key if OTHER.contains(&key) => {}
            _ => {
                return Err(ForeignError::line(
                    number,
                    "has an unknown key; expected a baseline of version 1 or 2",
                ));
            }
        }
    }
    entries.extend(entry(finding));
    if entries.is_empty() && !file.contains("repositories") && !file.contains("ExactFindings") {
        return Err(ForeignError::form("missing key `repositories` or `ExactFindings`"));
    }
    Ok(entries)
}

fn entry((path, line): (Option<String>, Option<usize>)) -> Option<ForeignEntry> {
    Some(ForeignEntry::at(&path?, line, None))
}

fn unquoted(value: &str) -> String {
    let single = value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    let double = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match (single, double) {
        (Some(text), _) => text.replace("''", "'"),
        (None, Some(text)) => text.replace("\\\"", "\"").replace("\\\\", "\\"),
        (None, None) => value.to_owned(),
    }
}

//! gitleaks and betterleaks.

use serde_json::Value;

use super::super::entry::commit;
use super::super::{Digest, ForeignEntry, ForeignError};
use super::{line, text};

/// An ignore file, or a report as JSON or JSON lines.
pub fn entries(file: &str) -> Result<Vec<ForeignEntry>, ForeignError> {
    if !file.trim_start().starts_with(['[', '{']) {
        return ignored(file);
    }
    let found = match serde_json::from_str::<Value>(file) {
        Ok(Value::Array(found)) => found,
        Ok(report) if report.get("finding").is_some() => vec![report],
        Ok(report) => match report.get("findings") {
            Some(Value::Array(found)) => found.clone(),
            _ => return Err(ForeignError::form("expected a list of findings")),
        },
        Err(_) => lines(file)?,
    };
    found.iter().enumerate().map(|(number, found)| reported(number, found)).collect()
}

/// JSON lines: an object around each finding, and a summary at the end.
fn lines(file: &str) -> Result<Vec<Value>, ForeignError> {
    let mut found = Vec::new();
    for (number, line) in file.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let value: Value = serde_json::from_str(line)
            .map_err(|_| ForeignError::line(number, "is neither a JSON object nor an entry"))?;
        if value.get("finding").is_some() {
            found.push(value);
        }
    }
    Ok(found)
}

fn reported(number: usize, found: &Value) -> Result<ForeignEntry, ForeignError> {
    let found = found.get("finding").unwrap_or(found);
    // Version 2 of betterleaks has a location, a match and attributes; the rest is gitleaks'
    // format.
    let entry = match (found.get("location"), found.get("match")) {
        (Some(location), Some(matched)) => {
            let digest = text(matched, "fingerprint").and_then(Digest::parse);
            let commit =
                found.get("attributes").and_then(|all| text(all, "git.sha")).and_then(commit);
            let path = text(location, "path");
            path.map(|path| ForeignEntry {
                digest: digest.or_else(|| shown(text(matched, "value")?)),
                ..ForeignEntry::at(path, line(location, "start_line"), commit)
            })
        }
        _ => text(found, "File").map(|path| ForeignEntry {
            digest: text(found, "Secret").and_then(shown),
            ..ForeignEntry::at(
                path,
                line(found, "StartLine"),
                text(found, "Commit").and_then(commit),
            )
        }),
    };
    entry.ok_or_else(|| ForeignError::form(&format!("finding {} has no file", number + 1)))
}

/// The digest of a value that the report shows, unless it was redacted.
fn shown(value: &str) -> Option<Digest> {
    let is_redacted = value == "REDACTED" || value.ends_with("...");
    (!is_redacted).then(|| Digest::of(value.as_bytes()))
}

/// One entry per line. Comments directly above an entry are its reason.
fn ignored(file: &str) -> Result<Vec<ForeignEntry>, ForeignError> {
    let mut entries = Vec::new();
    let mut comments: Vec<&str> = Vec::new();
    for (number, line) in file.lines().enumerate() {
        let line = line.trim();
        match line.strip_prefix('#') {
            Some(comment) => comments.push(comment.trim_start_matches('#').trim()),
            None if line.is_empty() => comments.clear(),
            None => {
                let entry = entry(number, line)?;
                entries
                    .push(ForeignEntry { reason: comments.join(" ").trim().to_owned(), ..entry });
            }
        }
    }
    Ok(entries)
}

fn entry(number: usize, line: &str) -> Result<ForeignEntry, ForeignError> {
    if let Some(digest @ Digest::Sha256(_)) = Digest::parse(line) {
        let name = format!("the digest on line {}", number + 1);
        return Ok(ForeignEntry { digest: Some(digest), ..ForeignEntry::named(name) });
    }
    let parsed = || {
        let (rest, line_number) = line.rsplit_once(':')?;
        let (rest, _rule) = rest.rsplit_once(':')?;
        let line_number: usize = line_number.parse().ok()?;
        let (commit, path) = match rest.split_once(':') {
            Some((word, path)) if commit(word).is_some() => (commit(word), path),
            _ => (None, rest),
        };
        (!path.is_empty()).then(|| ForeignEntry::at(path, Some(line_number), commit))
    };
    parsed().ok_or_else(|| {
        ForeignError::line(number, "is not COMMIT:PATH:RULE:LINE, PATH:RULE:LINE or a digest")
    })
}

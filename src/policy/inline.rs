//! Suppression comments: `keysieve:allow RULE reason`, in a comment of any language.
//!
//! A comment applies to its own line; if it is alone on its line it also applies to the next one.
//! A comment after a secret deliberately does not apply to the line below: a second secret that is
//! added there later must not be hidden.
//!
//! Lines are counted on the bytes of the blob that has the findings, and only lines next to a
//! finding are searched.

use std::collections::BTreeMap;
use std::ops::Range;

use memchr::memmem;

use super::foreign::{self, Lines};
use crate::blob::{LineIndex, Region};
use crate::findings::{
    Credential, Finding, Occurrence, OtherScanner, Suppression, SuppressionComment, SuppressionKind,
};
use crate::foreign::foreign_path;
use crate::rules::{Rule, resolve};

/// The start of a suppression comment.
pub const MARKER: &str = "keysieve:allow";

/// Bytes after the marker that may contain the rule and the reason.
const LONGEST: usize = 400;

/// Bytes before the marker that may open its comment, including blanks.
const LONGEST_OPENING: usize = 200;

/// Words that open a comment; all other openings have no letters.
const OPENING_WORDS: [&str; 3] = ["rem", "@rem", "dnl"];

/// What closes a comment or ends the reason.
const CLOSINGS: [&str; 9] = ["*/", "-->", "--%>", "%>", "#}", "}}", "*)", "|#", MARKER];

/// The suppression comments of one text, by line.
pub struct SuppressionComments {
    by_line: BTreeMap<usize, Vec<Placed>>,
}

/// A suppression comment and the lines that it applies to.
struct Placed {
    comment: SuppressionComment,
    on_line: bool,
    on_next: bool,
    /// For a multi-line value that ends on the line before.
    on_end_before: bool,
}

impl SuppressionComments {
    /// Those of a text with its settled findings, by span. The output filter removes secrets from
    /// a reason.
    pub fn of(text: &[u8], findings: &[Finding], lines: &LineIndex<'_>, rules: &[Rule]) -> Self {
        let mut by_line: BTreeMap<usize, Vec<Placed>> = BTreeMap::new();
        if findings.is_empty() {
            return SuppressionComments { by_line };
        }
        let nearby = nearby_lines(text, findings);
        for offset in nearby.iter().flat_map(|range| in_range(text, range, MARKER)) {
            let begin = offset + MARKER.len();
            let after = findings.partition_point(|finding| finding.span.start < begin);
            // A secret after the marker is never part of the reason.
            let next = findings.get(after).map_or(text.len(), |finding| finding.span.start);
            let end = next.min(begin + LONGEST).min(text.len());
            let Some((word, reason)) = words(&text[begin..end]) else { continue };
            let rule = resolve(rules, &word);
            let line = lines.position(offset).line;
            let comment =
                SuppressionComment { line, rule, names_rule: false, reason, scanner: None };
            let on_next = is_alone(text, offset);
            let placed = Placed { comment, on_line: true, on_next, on_end_before: false };
            by_line.entry(line).or_default().push(placed);
        }
        for (offset, marker) in nearby.iter().flat_map(|range| foreign::markers(text, range)) {
            let line = lines.position(offset).line;
            let foreign = Some(marker.scanner);
            let comment = SuppressionComment {
                line,
                rule: None,
                names_rule: false,
                reason: String::new(),
                scanner: foreign,
            };
            let near = marker.lines == Lines::Near;
            let placed = Placed {
                comment,
                on_line: marker.lines != Lines::NextLine,
                on_next: marker.lines == Lines::NextLine || near && is_alone(text, offset),
                on_end_before: near,
            };
            by_line.entry(line).or_default().push(placed);
        }
        SuppressionComments { by_line }
    }

    /// The suppression comments for a finding of that rule: on its first or last line, or alone on
    /// the line above.
    pub fn at(&self, region: Region, rule: usize) -> Vec<SuppressionComment> {
        if self.by_line.is_empty() {
            return Vec::new();
        }
        let (first, last) = (region.start.line, region.end.line);
        let on = |line: usize| self.by_line.get(&line).into_iter().flatten();
        let above = first.checked_sub(1).into_iter().flat_map(on).filter(|one| one.on_next);
        let end = (last > first).then(|| on(last)).into_iter().flatten();
        let same = on(first).chain(end).filter(|one| one.on_line);
        let after = (last > first).then(|| on(last + 1)).into_iter().flatten();
        above
            .chain(same)
            .chain(after.filter(|one| one.on_end_before))
            .map(|Placed { comment, .. }| SuppressionComment {
                names_rule: comment.rule == Some(rule),
                ..comment.clone()
            })
            .collect()
    }
}

/// The lines of each finding with the line before and the line after, where a suppression comment
/// could apply to it: sorted and disjoint.
fn nearby_lines(text: &[u8], findings: &[Finding]) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for finding in findings {
        let before = memchr::memrchr(b'\n', &text[..finding.span.start]);
        let start = before.and_then(|end| memchr::memrchr(b'\n', &text[..end]));
        let next_line =
            |from: usize| memchr::memchr(b'\n', &text[from..]).map(|offset| from + offset + 1);
        let end = next_line(finding.span.end).and_then(next_line).unwrap_or(text.len());
        let start = start.map_or(0, |end| end + 1);
        match ranges.last_mut() {
            Some(last) if start <= last.end => last.end = last.end.max(end),
            _ => ranges.push(start..end),
        }
    }
    ranges
}

/// The offsets within the range at which the text contains `written`.
pub(super) fn in_range<'t>(
    text: &'t [u8],
    range: &Range<usize>,
    written: &'static str,
) -> impl Iterator<Item = usize> + use<'t> {
    let start = range.start;
    memmem::find_iter(&text[range.clone()], written).map(move |offset| start + offset)
}

/// The rule and the reason after a marker; `None` if the marker is the start of another word.
fn words(after: &[u8]) -> Option<(String, String)> {
    let line = after.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let mut line = String::from_utf8_lossy(line).into_owned();
    if line.starts_with(|first: char| first.is_alphanumeric() || "-_:".contains(first)) {
        return None;
    }
    if let Some(end) = CLOSINGS.iter().filter_map(|closing| line.find(closing)).min() {
        line.truncate(end);
    }
    let (word, reason) = line.trim().split_once(char::is_whitespace).unwrap_or((line.trim(), ""));
    let word = word.trim_end_matches([':', ',', ';']).to_owned();
    // In JSON and similar formats the comment is a string.
    let reason =
        reason.trim_end_matches(|last: char| last.is_whitespace() || "\"',".contains(last));
    let is_reason = reason.contains(char::is_alphanumeric);
    Some((word, if is_reason { reason.trim().to_owned() } else { String::new() }))
}

/// Whether only what opens a comment is before the marker on its line.
fn is_alone(text: &[u8], offset: usize) -> bool {
    let from = offset.saturating_sub(LONGEST_OPENING);
    let before = &text[from..offset];
    let opening = match memchr::memrchr(b'\n', before) {
        Some(end) => &before[end + 1..],
        None if from == 0 => before,
        None => return false,
    };
    let opening = String::from_utf8_lossy(opening).trim().to_ascii_lowercase();
    !opening.contains(char::is_alphanumeric) || OPENING_WORDS.contains(&opening.as_str())
}

/// The suppression of an occurrence by the comments next to it: one that names the credential's
/// rule, or the rule that found it there, and gives a reason; or, if these are honored, another
/// scanner's ignore comment.
pub fn suppression(
    comments: &[SuppressionComment],
    rule: usize,
    honor_foreign: bool,
) -> Option<Suppression> {
    let names_it = |comment: &&SuppressionComment| comment.names_rule || comment.rule == Some(rule);
    let own = comments.iter().find(|comment| names_it(comment) && !comment.reason.is_empty());
    let reason = own.map(|comment| comment.reason.clone()).or_else(|| {
        let scanner =
            comments.iter().find_map(|comment| comment.scanner).filter(|_| honor_foreign)?;
        Some(foreign_reason(scanner))
    })?;
    Some(Suppression { kind: SuppressionKind::InSource, reason })
}

fn foreign_reason(scanner: OtherScanner) -> String {
    format!("{} ignore comment", scanner.as_str())
}

/// The number of locations with another scanner's ignore comment, and whether these are honored.
pub(super) fn foreign_note(credentials: &[Credential], honored: bool) -> Option<String> {
    let mut by_scanner: BTreeMap<OtherScanner, usize> = BTreeMap::new();
    for occurrence in credentials.iter().flat_map(|credential| &credential.occurrences) {
        let Some(scanner) =
            occurrence.suppression_comments.iter().find_map(|comment| comment.scanner)
        else {
            continue;
        };
        if decides(occurrence, scanner, honored) {
            *by_scanner.entry(scanner).or_default() += 1;
        }
    }
    if by_scanner.is_empty() {
        return None;
    }
    let count = |(scanner, count): (&OtherScanner, &usize)| format!("{count} {}", scanner.as_str());
    let counts: Vec<String> = by_scanner.iter().map(count).collect();
    let counts = counts.join(", ");
    let comments = match by_scanner.values().sum() {
        1 => "ignore comment",
        _ => "ignore comments",
    };
    Some(if honored {
        format!("{counts} {comments} honored")
    } else {
        format!("{counts} {comments} not honored; use --honor-ignore-comments to honor them")
    })
}

/// Whether the comment is what suppresses the occurrence, or would suppress it.
fn decides(occurrence: &Occurrence, scanner: OtherScanner, honored: bool) -> bool {
    match &occurrence.suppression {
        None => !honored,
        Some(suppression) => honored && suppression.reason == foreign_reason(scanner),
    }
}

/// Why the suppression comments at the open locations of a credential are ignored.
pub(super) fn notes(credential: &Credential, rules: &[Rule]) -> Vec<String> {
    let id = &rules[credential.rule].id;
    let mut notes = Vec::new();
    for occurrence in credential.open() {
        for comment in
            occurrence.suppression_comments.iter().filter(|comment| comment.scanner.is_none())
        {
            let fault = match comment.rule {
                None => "names an unknown rule and is ignored".to_owned(),
                // It does not count, because another revision decides.
                Some(rule)
                    if !comment.reason.is_empty()
                        && (comment.names_rule || rule == credential.rule) =>
                {
                    continue;
                }
                Some(rule) if comment.names_rule || rule == credential.rule => {
                    "gives no reason and is ignored".to_owned()
                }
                Some(rule) => {
                    format!("is for rule {}, but the finding is from rule {id}", rules[rule].id)
                }
            };
            let path = occurrence.path.as_ref().map(|path| format!("{}:", foreign_path(path)));
            let location = path.unwrap_or_else(|| "line ".to_owned());
            notes.push(format!(
                "{location}{}: this {MARKER} {fault}; use `{MARKER} {id} REASON`",
                comment.line
            ));
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(after: &str) -> Option<(String, String)> {
        words(after.as_bytes())
    }

    #[test]
    fn any_comment_may_have_rule_and_reason() {
        let expected = Some(("nimbus-key".to_owned(), "a fixture, fake".to_owned()));
        for after in [
            " nimbus-key a fixture, fake\r\nmore",
            " nimbus-key a fixture, fake */ key = 1",
            " nimbus-key: a fixture, fake -->",
            " nimbus-key a fixture, fake #}",
            " nimbus-key a fixture, fake\",",
            " nimbus-key a fixture, fake keysieve:allow other x",
        ] {
            assert_eq!(split(after), expected, "{after}");
        }
        assert_eq!(split("ed nimbus-key x"), None);
        assert_eq!(split(" nimbus-key -->"), Some(("nimbus-key".to_owned(), String::new())));
        assert_eq!(split(""), Some((String::new(), String::new())));
    }

    #[test]
    fn a_suppression_comment_may_be_alone_on_its_line() {
        for opening in
            ["", "# ", "  // ", "<!-- ", "-- ", "; ", "{# ", "REM ", "\"//\": \"", "x\n# "]
        {
            let text = format!("{opening}{MARKER}");
            assert!(is_alone(text.as_bytes(), opening.len()), "{opening}");
        }
        for before in ["key = 1 # ", "x ", "é // "] {
            let text = format!("{before}{MARKER}");
            assert!(!is_alone(text.as_bytes(), before.len()), "{before}");
        }
    }
}

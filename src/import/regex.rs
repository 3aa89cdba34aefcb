//! Converts a Go regex to one that the engine accepts: bytes, one group `secret`, bounded.

use std::ops::Range;

use regex_syntax::ast::{
    Ast, ClassPerlKind, GroupKind, RepetitionKind, RepetitionRange, parse::Parser,
};
use regex_syntax::hir::literal::Extractor;
use regex_syntax::hir::{Hir, HirKind};

/// The most anchors of one rule: ignoring case, a word of five letters has 32.
const MOST_ANCHORS: usize = 32;

/// The least bytes of an anchor.
const SHORTEST_ANCHOR: usize = 3;

/// A regex whose groups and repetitions were analyzed.
pub struct GoRegex<'p> {
    pattern: &'p str,
    /// Which group is the secret; `None` for the whole match.
    secret: Option<u32>,
    edits: Vec<(Range<usize>, Edit)>,
}

/// A change to a part of the pattern.
enum Edit {
    Drop,
    OpenSecret,
    OpenGroup,
    /// At least so many times, with an upper bound.
    Bound {
        least: u32,
        greedy: bool,
    },
    /// Inserted text.
    Insert(&'static str),
}

impl<'p> GoRegex<'p> {
    /// Parses a pattern; `secret_group` is that of the rule. The error is what is not supported.
    pub fn new(pattern: &'p str, secret_group: Option<u32>) -> Result<Self, String> {
        let ast = Parser::new()
            .parse(pattern)
            .map_err(|error| format!("unsupported regex: {}", error.kind()))?;
        let mut groups = Vec::new();
        let mut edits = Vec::new();
        walk(&ast, &mut groups, &mut edits);
        let secret = match secret_group.filter(|&group| group > 0) {
            Some(group) if group as usize > groups.len() => {
                return Err(format!(
                    "secretGroup is {group}, but its regex has only {}",
                    groups.len()
                ));
            }
            Some(group) => Some(group),
            None => (!groups.is_empty()).then_some(1),
        };
        for (number, opening) in (1..).zip(groups) {
            let is_secret = Some(number) == secret;
            edits.push((opening, if is_secret { Edit::OpenSecret } else { Edit::OpenGroup }));
        }
        if secret.is_some() {
            edits.extend(leading_options(&ast).into_iter().map(|span| (span, Edit::Drop)));
        }
        if let Some(secret) = group_of(&ast, secret) {
            exclude_split_marker(secret, &mut edits);
        }
        edits.sort_by_key(|(span, _)| (span.start, span.end));
        Ok(GoRegex { pattern, secret, edits })
    }

    /// Whether the secret is a group and not the whole match.
    pub fn has_groups(&self) -> bool {
        self.secret.is_some()
    }

    /// Whether the secret could contain the split marker of an example, and was restricted.
    pub fn is_narrowed(&self) -> bool {
        self.edits.iter().any(|(_, edit)| matches!(edit, Edit::Insert(_)))
    }

    /// Whether it has an unbounded repetition.
    pub fn is_unbounded(&self) -> bool {
        self.edits.iter().any(|(_, edit)| matches!(edit, Edit::Bound { .. }))
    }

    /// The pattern for the engine, with unbounded repetitions limited to `most`.
    pub fn bounded(&self, most: u32) -> String {
        let mut text = String::new();
        let mut offset = 0;
        for (span, edit) in &self.edits {
            // Inside of what was dropped.
            if span.start < offset {
                continue;
            }
            text.push_str(&self.pattern[offset..span.start]);
            match edit {
                Edit::Drop => {}
                Edit::Insert(inserted) => text.push_str(inserted),
                Edit::OpenSecret => text.push_str("(?<secret>"),
                Edit::OpenGroup => text.push_str("(?:"),
                Edit::Bound { least, greedy } => {
                    let lazy = if *greedy { "" } else { "?" };
                    text.push_str(&format!("{{{least},{}}}{lazy}", most.max(*least)));
                }
            }
            offset = span.end;
        }
        text.push_str(&self.pattern[offset..]);
        if self.secret.is_none() { format!("(?<secret>{text})") } else { text }
    }
}

/// The openings of capturing groups, by number, and unbounded repetitions.
fn walk(ast: &Ast, groups: &mut Vec<Range<usize>>, edits: &mut Vec<(Range<usize>, Edit)>) {
    match ast {
        Ast::Group(group) => {
            let start = group.span.start.offset;
            match &group.kind {
                GroupKind::CaptureIndex(_) => groups.push(start..start + 1),
                GroupKind::CaptureName { name, .. } => {
                    groups.push(start..name.span.end.offset + 1);
                }
                GroupKind::NonCapturing(_) => {}
            }
            walk(&group.ast, groups, edits);
        }
        Ast::Repetition(repetition) => {
            let least = match &repetition.op.kind {
                RepetitionKind::ZeroOrMore => Some(0),
                RepetitionKind::OneOrMore => Some(1),
                RepetitionKind::Range(RepetitionRange::AtLeast(least)) => Some(*least),
                _ => None,
            };
            if let Some(least) = least {
                let op = &repetition.op.span;
                let span = op.start.offset..op.end.offset;
                edits.push((span, Edit::Bound { least, greedy: repetition.greedy }));
            }
            walk(&repetition.ast, groups, edits);
        }
        Ast::Concat(concat) => concat.asts.iter().for_each(|sub| walk(sub, groups, edits)),
        Ast::Alternation(either) => either.asts.iter().for_each(|sub| walk(sub, groups, edits)),
        _ => {}
    }
}

/// The content of the group of that number; the whole pattern if the secret is not a group.
fn group_of(ast: &Ast, number: Option<u32>) -> Option<&Ast> {
    let Some(number) = number else { return Some(ast) };
    match ast {
        Ast::Group(group) if group.capture_index() == Some(number) => Some(&group.ast),
        Ast::Group(group) => group_of(&group.ast, Some(number)),
        Ast::Repetition(repetition) => group_of(&repetition.ast, Some(number)),
        Ast::Concat(concat) => concat.asts.iter().find_map(|sub| group_of(sub, Some(number))),
        Ast::Alternation(either) => either.asts.iter().find_map(|sub| group_of(sub, Some(number))),
        _ => None,
    }
}

/// A secret of any characters, such as `[^"]+`, could contain the split marker `<>`, which keeps an
/// example from being a leak: `<` and `>` are excluded from such classes.
fn exclude_split_marker(ast: &Ast, edits: &mut Vec<(Range<usize>, Edit)>) {
    match ast {
        Ast::ClassBracketed(class) if class.negated => {
            let end = class.span.end.offset - 1;
            edits.push((end..end, Edit::Insert("<>")));
        }
        Ast::Dot(span) => {
            edits.push((span.start.offset..span.end.offset, Edit::Insert("[^\\n<>]")));
        }
        Ast::ClassPerl(class) if class.negated && class.kind == ClassPerlKind::Space => {
            let span = class.span.start.offset..class.span.end.offset;
            edits.push((span, Edit::Insert("[^\\s<>]")));
        }
        Ast::Group(group) => exclude_split_marker(&group.ast, edits),
        Ast::Repetition(repetition) => exclude_split_marker(&repetition.ast, edits),
        Ast::Concat(concat) => concat.asts.iter().for_each(|sub| exclude_split_marker(sub, edits)),
        Ast::Alternation(either) => {
            either.asts.iter().for_each(|sub| exclude_split_marker(sub, edits))
        }
        _ => {}
    }
}

/// Leading parts that may match nothing and contain no group: the secret is found without them, and
/// without them the match begins at its literal text.
fn leading_options(ast: &Ast) -> Vec<Range<usize>> {
    let Ast::Concat(concat) = ast else { return Vec::new() };
    let mut options = Vec::new();
    for part in &concat.asts {
        match part {
            Ast::Flags(_) | Ast::Empty(_) => {}
            Ast::Repetition(repetition) => {
                let least = match &repetition.op.kind {
                    RepetitionKind::ZeroOrOne | RepetitionKind::ZeroOrMore => 0,
                    RepetitionKind::OneOrMore => 1,
                    RepetitionKind::Range(
                        RepetitionRange::Exactly(least)
                        | RepetitionRange::AtLeast(least)
                        | RepetitionRange::Bounded(least, _),
                    ) => *least,
                };
                let mut groups = Vec::new();
                walk(&repetition.ast, &mut groups, &mut Vec::new());
                if least > 0 || !groups.is_empty() {
                    break;
                }
                options.push(repetition.span.start.offset..repetition.span.end.offset);
            }
            _ => break,
        }
    }
    options
}

/// The structure of a pattern, as the engine parses it.
pub fn parse(pattern: &str) -> Result<Hir, String> {
    let mut parser = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build();
    parser.parse(pattern).map_err(|error| match error {
        regex_syntax::Error::Parse(error) => error.kind().to_string(),
        regex_syntax::Error::Translate(error) => error.kind().to_string(),
        other => other.to_string(),
    })
}

/// Literals of which every match contains one: those at its start, otherwise the first inside it.
pub fn anchors(hir: &Hir) -> Option<Vec<String>> {
    let parts: Vec<Hir> = match hir.kind() {
        HirKind::Concat(parts) => parts.clone(),
        HirKind::Capture(capture) => return anchors(&capture.sub),
        _ => vec![hir.clone()],
    };
    (0..parts.len()).find_map(|first| fixed(&Hir::concat(parts[first..].to_vec())))
}

/// The literals that every match starts with, if they are few and long enough.
fn fixed(hir: &Hir) -> Option<Vec<String>> {
    let mut extractor = Extractor::new();
    extractor.limit_total(MOST_ANCHORS).limit_class(4);
    let mut texts = extractor.extract(hir);
    texts.minimize_by_preference();
    let literals = texts.literals().filter(|literals| !literals.is_empty())?;
    let texts = literals.iter().map(|literal| {
        let text = std::str::from_utf8(literal.as_bytes()).ok()?;
        (text.len() >= SHORTEST_ANCHOR).then(|| text.to_owned())
    });
    let mut texts = texts.collect::<Option<Vec<String>>>()?;
    texts.sort();
    texts.dedup();
    Some(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounded(pattern: &str, secret_group: Option<u32>) -> String {
        GoRegex::new(pattern, secret_group).unwrap_or_else(|why| panic!("{why}")).bounded(40)
    }

    #[test]
    fn groups_and_repetitions_become_the_engine_s() {
        assert_eq!(bounded("nmb_[a-z]{20}", None), "(?<secret>nmb_[a-z]{20})");
        assert_eq!(bounded("(key)=(?P<v>[a-z]+)", Some(2)), "(?:key)=(?<secret>[a-z]{1,40})");
        assert_eq!(bounded("(?i)nmb-([a-z]*?)\\b", None), "(?i)nmb-(?<secret>[a-z]{0,40}?)\\b");
        assert_eq!(bounded("a{64,}", None), "(?<secret>a{64,64})");
        assert_eq!(bounded("\"([^\"]+)\"", None), "\"(?<secret>[^\"<>]{1,40})\"");
        assert_eq!(bounded("k=(.{9}\\S)", None), "k=(?<secret>[^\\n<>]{9}[^\\s<>])");
    }

    #[test]
    fn an_optional_part_at_the_start_is_dropped() {
        let pattern = r"(?i)[\w.-]{0,50}?(?:nimbus)\s*=\s*([a-z]{9})";
        assert_eq!(bounded(pattern, None), r"(?i)(?:nimbus)\s{0,40}=\s{0,40}(?<secret>[a-z]{9})");
        // The whole match would be another.
        assert_eq!(bounded("x?nmb_[a-z]{9}", None), "(?<secret>x?nmb_[a-z]{9})");
    }

    #[test]
    fn what_only_go_s_regexes_support_is_refused() {
        assert!(GoRegex::new(r"(?=a)b", None).is_err());
        assert!(GoRegex::new(r"\Qa.b\E", None).is_err());
        assert!(GoRegex::new("(a)", Some(2)).is_err());
    }

    #[test]
    fn anchors_are_what_every_match_contains() {
        let anchors =
            |pattern: &str| anchors(&parse(pattern).unwrap_or_else(|why| panic!("{why}")));
        assert_eq!(anchors("(?:nmb|nmc)_[a-z]{9}").unwrap(), ["nmb_", "nmc_"]);
        assert_eq!(anchors("[a-z]{9}@nimbus[.]test").unwrap(), ["@nimbus.test"]);
        assert_eq!(anchors("(?i)nimbus=").unwrap().len(), MOST_ANCHORS);
        assert_eq!(anchors("[a-f0-9]{32}"), None);
    }
}

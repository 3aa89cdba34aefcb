//! What a regex's structure tells of its matches: where the anchors stand, how far a match
//! reaches, what it is made of. Read off before any text is seen, by regex-syntax's HIR.

use regex_syntax::hir::literal::{ExtractKind, Extractor};
use regex_syntax::hir::{Class, Hir, HirKind};

use super::{AnchorPosition, LONG_RUN, TOKEN_RUN, is_token_byte, is_word_byte};

/// Where in the matches the anchors stand.
pub(super) fn position(hir: &Hir, anchors: &[String]) -> AnchorPosition {
    if !begins_with_an_anchor(hir, anchors) {
        return if run_round(hir, anchors) >= LONG_RUN {
            AnchorPosition::InRun
        } else {
            AnchorPosition::Inside
        };
    }
    let words =
        anchors.iter().all(|anchor| anchor.as_bytes().first().copied().is_some_and(is_word_byte));
    if words && begins_a_word(hir) && leading_tokens(hir).0 >= TOKEN_RUN {
        AnchorPosition::TokenStart
    } else {
        AnchorPosition::MatchStart
    }
}

/// How many bytes a match may have in front of its anchor, where the regex is a row of parts
/// one of which is a literal that holds it.
pub(super) fn bytes_before(hir: &Hir, anchors: &[String]) -> Option<usize> {
    let mut before = 0;
    for part in parts(hir) {
        if let HirKind::Literal(literal) = part.kind() {
            let text = literal.0.as_ref();
            let place = anchors.iter().find_map(|anchor| {
                text.windows(anchor.len()).position(|window| window == anchor.as_bytes())
            });
            if let Some(place) = place {
                return Some(before + place);
            }
        }
        before += part.properties().maximum_len()?;
    }
    None
}

/// How many characters of base64 stand in a row round the anchor in every match, where the
/// regex is a row of parts one of which is a literal that holds it.
fn run_round(hir: &Hir, anchors: &[String]) -> usize {
    let in_run = |b: u8| is_word_byte(b) || b"+/-".contains(&b);
    let parts = parts(hir);
    let holds = |part: &&Hir| match part.kind() {
        HirKind::Literal(literal) => {
            let text = literal.0.as_ref();
            text.iter().all(|&b| in_run(b))
                && anchors.iter().any(|anchor| {
                    text.windows(anchor.len()).any(|window| window == anchor.as_bytes())
                })
        }
        _ => false,
    };
    let Some(place) = parts.iter().position(holds) else { return 0 };
    // Every anchor must be of such characters: each is looked for in runs alone.
    if !anchors.iter().all(|anchor| anchor.bytes().all(in_run)) {
        return 0;
    }
    let row = |parts: &mut dyn Iterator<Item = &&Hir>| -> usize {
        let mut total = 0;
        for part in parts {
            match repeated(part, &in_run) {
                (length, true) => total += length,
                (_, false) => break,
            }
        }
        total
    };
    row(&mut parts[..place].iter().rev()) + row(&mut parts[place..].iter())
}

/// How many wanted bytes a part has at least, and whether it has no others, so that the row
/// goes on. A part that has others counts for nothing.
fn repeated(part: &Hir, wanted: &dyn Fn(u8) -> bool) -> (usize, bool) {
    match part.kind() {
        HirKind::Empty | HirKind::Look(_) => (0, true),
        HirKind::Literal(literal) => {
            let length = literal.0.iter().take_while(|&&b| wanted(b)).count();
            (length, length == literal.0.len())
        }
        HirKind::Class(Class::Bytes(class)) => {
            let all = class.iter().all(|range| (range.start()..=range.end()).all(wanted));
            (usize::from(all), all)
        }
        HirKind::Repetition(repetition) => {
            let (length, whole) = repeated(&repetition.sub, wanted);
            if whole { (length * repetition.min as usize, true) } else { (0, false) }
        }
        HirKind::Capture(capture) => repeated(&capture.sub, wanted),
        HirKind::Concat(subs) => subs.iter().fold((0, true), |(total, whole), sub| {
            let (length, goes_on) = repeated(sub, wanted);
            (total + length, whole && goes_on)
        }),
        HirKind::Alternation(subs) => subs
            .iter()
            .map(|sub| repeated(sub, wanted))
            .reduce(|a, b| (a.0.min(b.0), a.1 && b.1))
            .unwrap_or((0, false)),
        _ => (0, false),
    }
}

/// The parts of a concatenation, groups opened.
pub(super) fn parts(hir: &Hir) -> Vec<&Hir> {
    match hir.kind() {
        HirKind::Concat(subs) => subs.iter().flat_map(parts).collect(),
        HirKind::Capture(capture) => parts(&capture.sub),
        _ => vec![hir],
    }
}

/// Whether every match begins with one of the anchors.
fn begins_with_an_anchor(hir: &Hir, anchors: &[String]) -> bool {
    let mut extractor = Extractor::new();
    extractor.kind(ExtractKind::Prefix).limit_total(2048);
    let prefixes = extractor.extract(&without_looks(hir));
    match prefixes.literals() {
        Some(literals) if !literals.is_empty() => literals.iter().all(|literal| {
            anchors.iter().any(|anchor| literal.as_bytes().starts_with(anchor.as_bytes()))
        }),
        _ => false,
    }
}

/// The regex without its look-arounds, which have no width but hide prefixes.
fn without_looks(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Look(_) => Hir::empty(),
        HirKind::Capture(capture) => without_looks(&capture.sub),
        HirKind::Concat(subs) => Hir::concat(subs.iter().map(without_looks).collect()),
        HirKind::Alternation(subs) => Hir::alternation(subs.iter().map(without_looks).collect()),
        HirKind::Repetition(repetition) => Hir::repetition(regex_syntax::hir::Repetition {
            min: repetition.min,
            max: repetition.max,
            greedy: repetition.greedy,
            sub: Box::new(without_looks(&repetition.sub)),
        }),
        HirKind::Class(Class::Bytes(class)) => Hir::class(Class::Bytes(class.clone())),
        _ => hir.clone(),
    }
}

/// Whether the regex begins with `\b`.
pub(super) fn begins_a_word(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Look(look) => *look == regex_syntax::hir::Look::WordAscii,
        HirKind::Capture(capture) => begins_a_word(&capture.sub),
        HirKind::Concat(subs) => subs.first().is_some_and(begins_a_word),
        HirKind::Alternation(subs) => subs.iter().all(begins_a_word),
        _ => false,
    }
}

/// With how many token characters every match begins at least, and whether all of the
/// match is made of them.
fn leading_tokens(hir: &Hir) -> (usize, bool) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => (0, true),
        HirKind::Literal(literal) => {
            let length = literal.0.iter().take_while(|&&b| is_token_byte(b)).count();
            (length, length == literal.0.len())
        }
        HirKind::Class(Class::Bytes(class)) => {
            let tokens = class.iter().all(|range| (range.start()..=range.end()).all(is_token_byte));
            (usize::from(tokens), tokens)
        }
        HirKind::Class(Class::Unicode(_)) => (0, false),
        HirKind::Capture(capture) => leading_tokens(&capture.sub),
        HirKind::Repetition(repetition) => {
            let (length, all) = leading_tokens(&repetition.sub);
            let times = if all { repetition.min as usize } else { repetition.min.min(1) as usize };
            (length * times, all)
        }
        HirKind::Concat(subs) => {
            let mut total = 0;
            for sub in subs {
                let (length, all) = leading_tokens(sub);
                total += length;
                if !all {
                    return (total, false);
                }
            }
            (total, true)
        }
        HirKind::Alternation(subs) => {
            let each = subs.iter().map(leading_tokens);
            each.reduce(|a, b| (a.0.min(b.0), a.1 && b.1)).unwrap_or((0, true))
        }
    }
}

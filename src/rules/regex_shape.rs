//! Properties of a regex's matches, derived from its syntax tree (regex-syntax's HIR): the position
//! of the anchors, how far a match reaches, which bytes it consists of.

use regex_syntax::hir::literal::{ExtractKind, Extractor};
use regex_syntax::hir::{Class, Hir, HirKind};

use super::{AnchorPosition, LONG_RUN, TOKEN_RUN, is_token_byte, is_word_byte};

/// The position of the anchors in the matches.
pub(super) fn anchor_position(hir: &Hir, anchors: &[String]) -> AnchorPosition {
    if !begins_with_an_anchor(hir, anchors) {
        return if run_length_around(hir, anchors) >= LONG_RUN {
            AnchorPosition::InRun
        } else {
            AnchorPosition::Inside
        };
    }
    let words =
        anchors.iter().all(|anchor| anchor.as_bytes().first().copied().is_some_and(is_word_byte));
    if words && begins_at_word_boundary(hir) && leading_token_bytes(hir).0 >= TOKEN_RUN {
        AnchorPosition::TokenStart
    } else {
        AnchorPosition::MatchStart
    }
}

/// How many bytes a match may have before its anchor, if the regex is a concatenation with a
/// literal that contains the anchor.
pub(super) fn bytes_before(hir: &Hir, anchors: &[String]) -> Option<usize> {
    let mut before = 0;
    for part in concat_parts(hir) {
        if let HirKind::Literal(literal) = part.kind() {
            let text = literal.0.as_ref();
            let index = anchors.iter().find_map(|anchor| {
                text.windows(anchor.len()).position(|window| window == anchor.as_bytes())
            });
            if let Some(index) = index {
                return Some(before + index);
            }
        }
        before += part.properties().maximum_len()?;
    }
    None
}

/// How many base64 characters every match has around the anchor, if the regex is a concatenation
/// with a literal that contains the anchor.
fn run_length_around(hir: &Hir, anchors: &[String]) -> usize {
    let is_run_byte = |b: u8| is_word_byte(b) || b"+/-".contains(&b);
    let concat_parts = concat_parts(hir);
    let has_anchor = |part: &&Hir| match part.kind() {
        HirKind::Literal(literal) => {
            let text = literal.0.as_ref();
            text.iter().all(|&b| is_run_byte(b))
                && anchors.iter().any(|anchor| {
                    text.windows(anchor.len()).any(|window| window == anchor.as_bytes())
                })
        }
        _ => false,
    };
    let Some(index) = concat_parts.iter().position(has_anchor) else { return 0 };
    // Every anchor must consist of such characters: it is searched for in runs only.
    if !anchors.iter().all(|anchor| anchor.bytes().all(is_run_byte)) {
        return 0;
    }
    let run_length = |concat_parts: &mut dyn Iterator<Item = &&Hir>| -> usize {
        let mut total = 0;
        for part in concat_parts {
            match matching_bytes(part, &is_run_byte) {
                (length, true) => total += length,
                (_, false) => break,
            }
        }
        total
    };
    run_length(&mut concat_parts[..index].iter().rev())
        + run_length(&mut concat_parts[index..].iter())
}

/// How many bytes that match the predicate a part has at least, and whether it has no others, so
/// that the run continues. A part that has others counts as none.
fn matching_bytes(part: &Hir, predicate: &dyn Fn(u8) -> bool) -> (usize, bool) {
    match part.kind() {
        HirKind::Empty | HirKind::Look(_) => (0, true),
        HirKind::Literal(literal) => {
            let length = literal.0.iter().take_while(|&&b| predicate(b)).count();
            (length, length == literal.0.len())
        }
        HirKind::Class(Class::Bytes(class)) => {
            let all = class.iter().all(|range| (range.start()..=range.end()).all(predicate));
            (usize::from(all), all)
        }
        HirKind::Repetition(repetition) => {
            let (length, whole) = matching_bytes(&repetition.sub, predicate);
            if whole { (length * repetition.min as usize, true) } else { (0, false) }
        }
        HirKind::Capture(capture) => matching_bytes(&capture.sub, predicate),
        HirKind::Concat(subs) => subs.iter().fold((0, true), |(total, whole), sub| {
            let (length, goes_on) = matching_bytes(sub, predicate);
            (total + length, whole && goes_on)
        }),
        HirKind::Alternation(subs) => subs
            .iter()
            .map(|sub| matching_bytes(sub, predicate))
            .reduce(|a, b| (a.0.min(b.0), a.1 && b.1))
            .unwrap_or((0, false)),
        _ => (0, false),
    }
}

/// The parts of a concatenation, with groups flattened.
pub(super) fn concat_parts(hir: &Hir) -> Vec<&Hir> {
    match hir.kind() {
        HirKind::Concat(subs) => subs.iter().flat_map(concat_parts).collect(),
        HirKind::Capture(capture) => concat_parts(&capture.sub),
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
pub(super) fn begins_at_word_boundary(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Look(look) => *look == regex_syntax::hir::Look::WordAscii,
        HirKind::Capture(capture) => begins_at_word_boundary(&capture.sub),
        HirKind::Concat(subs) => subs.first().is_some_and(begins_at_word_boundary),
        HirKind::Alternation(subs) => subs.iter().all(begins_at_word_boundary),
        _ => false,
    }
}

/// The minimum number of token bytes that every match begins with, and whether the match has no
/// others.
fn leading_token_bytes(hir: &Hir) -> (usize, bool) {
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
        HirKind::Capture(capture) => leading_token_bytes(&capture.sub),
        HirKind::Repetition(repetition) => {
            let (length, all) = leading_token_bytes(&repetition.sub);
            let times = if all { repetition.min as usize } else { repetition.min.min(1) as usize };
            (length * times, all)
        }
        HirKind::Concat(subs) => {
            let mut total = 0;
            for sub in subs {
                let (length, all) = leading_token_bytes(sub);
                total += length;
                if !all {
                    return (total, false);
                }
            }
            (total, true)
        }
        HirKind::Alternation(subs) => {
            let each = subs.iter().map(leading_token_bytes);
            each.reduce(|a, b| (a.0.min(b.0), a.1 && b.1)).unwrap_or((0, true))
        }
    }
}

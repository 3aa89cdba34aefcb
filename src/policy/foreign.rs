//! The ignore comments of other scanners, as their public documentation describes them.
//!
//! They are always recognized, and honored only on request: they name neither a rule nor a reason.
//!
//! | scanner | comment | applies to |
//! |---|---|---|
//! | gitleaks, betterleaks | `gitleaks:allow`, `betterleaks:allow` | its line |
//! | trufflehog | `trufflehog:ignore` | its line |
//! | kingfisher | `kingfisher:ignore` | its line; alone on its line, the next one; the line after a multi-line value |
//! | detect-secrets | `pragma: allowlist secret`, once `whitelist` | its line |
//! | | `pragma: allowlist nextline secret` | the next line |

use std::ops::Range;

use super::inline::in_range;
use crate::findings::Scanner;

/// The marker of another scanner, and the lines that it applies to.
pub(super) struct Mark {
    pub scanner: Scanner,
    written: &'static str,
    pub holds: Holds,
}

/// The lines that a marker applies to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Line,
    NextLine,
    /// The line, the next one if the marker is alone, and a multi-line value that ends before it.
    Near,
}

/// The text of each marker.
pub(super) fn written() -> impl Iterator<Item = &'static str> {
    MARKS.iter().map(|mark| mark.written)
}

const MARKS: [Mark; 7] = [
    Mark { scanner: Scanner::Gitleaks, written: "gitleaks:allow", holds: Holds::Line },
    Mark { scanner: Scanner::Betterleaks, written: "betterleaks:allow", holds: Holds::Line },
    Mark { scanner: Scanner::Trufflehog, written: "trufflehog:ignore", holds: Holds::Line },
    Mark { scanner: Scanner::Kingfisher, written: "kingfisher:ignore", holds: Holds::Near },
    Mark {
        scanner: Scanner::DetectSecrets,
        written: "pragma: allowlist secret",
        holds: Holds::Line,
    },
    Mark {
        scanner: Scanner::DetectSecrets,
        written: "pragma: whitelist secret",
        holds: Holds::Line,
    },
    Mark {
        scanner: Scanner::DetectSecrets,
        written: "pragma: allowlist nextline secret",
        holds: Holds::NextLine,
    },
];

/// The markers of other scanners in a range of a text, each with its offset.
pub(super) fn marks<'t>(
    text: &'t [u8],
    range: &Range<usize>,
) -> impl Iterator<Item = (usize, &'static Mark)> + use<'t> {
    let range = range.clone();
    MARKS.iter().flat_map(move |mark| {
        let whole = move |at: &usize| {
            let behind = text.get(at + mark.written.len());
            let before = at.checked_sub(1).and_then(|before| text.get(before));
            [before, behind].into_iter().flatten().all(|&byte| !is_word(byte))
        };
        in_range(text, &range, mark.written).filter(whole).map(move |at| (at, mark))
    })
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_".contains(&byte)
}

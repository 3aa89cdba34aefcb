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
use crate::findings::OtherScanner;

/// The marker of another scanner, and the lines that it applies to.
pub(super) struct Marker {
    pub scanner: OtherScanner,
    written: &'static str,
    pub lines: Lines,
}

/// The lines that a marker applies to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    Line,
    NextLine,
    /// The line, the next one if the marker is alone, and a multi-line value that ends before it.
    Near,
}

/// The text of each marker.
pub(super) fn written() -> impl Iterator<Item = &'static str> {
    MARKERS.iter().map(|marker| marker.written)
}

const MARKERS: [Marker; 7] = [
    Marker { scanner: OtherScanner::Gitleaks, written: "gitleaks:allow", lines: Lines::Line },
    Marker { scanner: OtherScanner::Betterleaks, written: "betterleaks:allow", lines: Lines::Line },
    Marker { scanner: OtherScanner::Trufflehog, written: "trufflehog:ignore", lines: Lines::Line },
    Marker { scanner: OtherScanner::Kingfisher, written: "kingfisher:ignore", lines: Lines::Near },
    Marker {
        scanner: OtherScanner::DetectSecrets,
        written: "pragma: allowlist secret",
        lines: Lines::Line,
    },
    Marker {
        scanner: OtherScanner::DetectSecrets,
        written: "pragma: whitelist secret",
        lines: Lines::Line,
    },
    Marker {
        scanner: OtherScanner::DetectSecrets,
        written: "pragma: allowlist nextline secret",
        lines: Lines::NextLine,
    },
];

/// The markers of other scanners in a range of a text, each with its offset.
pub(super) fn markers<'t>(
    text: &'t [u8],
    range: &Range<usize>,
) -> impl Iterator<Item = (usize, &'static Marker)> + use<'t> {
    let range = range.clone();
    MARKERS.iter().flat_map(move |marker| {
        let whole = move |offset: &usize| {
            let after = text.get(offset + marker.written.len());
            let before = offset.checked_sub(1).and_then(|before| text.get(before));
            [before, after].into_iter().flatten().all(|&byte| !is_word(byte))
        };
        in_range(text, &range, marker.written).filter(whole).map(move |offset| (offset, marker))
    })
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_".contains(&byte)
}

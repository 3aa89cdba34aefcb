//! How a secret is encoded: plain, or in one or several encodings.

use std::fmt;

use crate::blob::TextEncoding;

/// Encoding steps of one secret, at most: three inside a text, and the text's own UTF-16.
const MAX_STEPS: usize = 4;

/// One encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Standard or URL alphabet, with or without padding.
    Base64,
    /// Two digits a byte.
    Hex,
    /// `%41`.
    Percent,
    /// `\u0041`, `\u{41}`, `\U00000041`.
    UnicodeEscape,
    /// `\x41`.
    HexEscape,
    /// `&quot;`, `&#39;`, `&#x3D;`.
    HtmlEntity,
    /// Concatenated string literals: `"…" + "…"`.
    Joined,
    /// Colors and other control sequences of terminals within or around words.
    Terminal,
    /// UTF-16 of either byte order.
    Utf16,
    /// UTF-32 of either byte order.
    Utf32,
}

impl Step {
    /// The step that corresponds to a text's own encoding; none for UTF-8.
    pub fn from_text_encoding(encoding: TextEncoding) -> Option<Step> {
        match encoding {
            TextEncoding::Utf8 => None,
            TextEncoding::Utf16(_) => Some(Step::Utf16),
            TextEncoding::Utf32(_) => Some(Step::Utf32),
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Step::Base64 => "base64",
            Step::Hex => "hex",
            Step::Percent => "percent-encoding",
            Step::UnicodeEscape => "unicode-escape",
            Step::HexEscape => "hex-escape",
            Step::HtmlEntity => "html-entity",
            Step::Joined => "joined",
            Step::Terminal => "terminal-sequence",
            Step::Utf16 => "utf-16",
            Step::Utf32 => "utf-32",
        }
    }
}

/// The steps between the blob's bytes and the secret. Displayed from the innermost:
/// `plain`, `base64`, `base64 in percent-encoding`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Encoding {
    /// The number of steps; fewer sort first.
    depth: u8,
    /// Outermost first.
    steps: [Option<Step>; MAX_STEPS],
}

impl Encoding {
    /// No step at all.
    pub const PLAIN: Encoding = Encoding { depth: 0, steps: [None; MAX_STEPS] };

    /// The encoding of the same secret if the text around it was itself encoded by `outer`.
    #[must_use]
    pub fn within(self, outer: Step) -> Encoding {
        let mut steps = [None; MAX_STEPS];
        steps[0] = Some(outer);
        steps[1..].copy_from_slice(&self.steps[..MAX_STEPS - 1]);
        Encoding { depth: self.depth.saturating_add(1).min(MAX_STEPS as u8), steps }
    }

    /// The steps from the blob's bytes to the secret.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = Step> {
        self.steps.into_iter().flatten()
    }
}

impl From<Step> for Encoding {
    fn from(step: Step) -> Self {
        Encoding::PLAIN.within(step)
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.depth == 0 {
            return f.write_str("plain");
        }
        for (number, step) in self.steps().rev().enumerate() {
            let link = if number == 0 { "" } else { " in " };
            write!(f, "{link}{}", step.as_str())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_is_displayed_from_the_innermost_step() {
        assert_eq!(Encoding::PLAIN.to_string(), "plain");
        let base64 = Encoding::from(Step::Base64);
        assert_eq!(base64.to_string(), "base64");
        let nested = base64.within(Step::Percent);
        assert_eq!(nested.to_string(), "base64 in percent-encoding");
        assert!(
            Encoding::PLAIN < base64 && base64 < nested && Encoding::from(Step::Utf16) < nested
        );
    }
}

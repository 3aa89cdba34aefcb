//! Prefixes that only one provider's tokens have. A value that begins with one and is shorter than
//! any such token is truncated or a placeholder: it grants nothing, whatever its name is.
//!
//! A longer value, or one with other characters, may be in a newer format of the provider.

use std::collections::BTreeMap;

use crate::engine::checks::words::is_made_of_words;
use crate::rules::lexicon::Lexicon;
use crate::rules::{AnchorPosition, Confidence, Rule, Trigger};

/// Minimum length of such a prefix. Shorter ones begin words and random values, too.
const SHORTEST_PREFIX: usize = 4;

/// The prefixes of a catalogue.
pub struct VendorPrefixes(Vec<VendorPrefix>);

struct VendorPrefix {
    prefix: Vec<u8>,
    /// Length of the shortest token with this prefix.
    min_length: usize,
}

impl VendorPrefixes {
    /// Collects the anchors that begin a token, of rules with high confidence. Excludes anchors
    /// that several providers share, such as `sk_live_`, and words.
    pub fn new(rules: &[Rule]) -> Self {
        let mut by_prefix: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
        // What is near a token has no influence on its form.
        for rule in rules.iter().filter(|rule| rule.near.is_none()) {
            if let Trigger::Anchors { literals, position: AnchorPosition::TokenStart, .. } =
                &rule.trigger
            {
                for literal in literals.iter() {
                    by_prefix.entry(literal).or_default().push(rule);
                }
            }
        }
        let is_distinctive = |prefix: &str, rules_of: &[&Rule]| {
            prefix.len() >= SHORTEST_PREFIX
                && rules_of.iter().all(|rule| rule.confidence >= Confidence::High)
                && rules_of.iter().all(|rule| rule.provider == rules_of[0].provider)
                && !is_made_of_words(&Lexicon::default(), prefix.as_bytes())
        };
        let min_length = |prefix: &str| {
            let shorter = (1..=prefix.len()).filter_map(|end| by_prefix.get(prefix.get(..end)?));
            shorter.flatten().map(|rule| min_length(rule)).min().unwrap_or(0)
        };
        let distinctive =
            by_prefix.iter().filter(|(prefix, rules_of)| is_distinctive(prefix, rules_of));
        let vendor_prefix = |(prefix, _): (&&str, _)| VendorPrefix {
            prefix: prefix.as_bytes().to_vec(),
            min_length: min_length(prefix),
        };
        VendorPrefixes(distinctive.map(vendor_prefix).collect())
    }

    /// Whether the value begins like one provider's tokens and is shorter than all of them.
    pub fn is_truncated(&self, value: &[u8]) -> bool {
        let mut rules_of =
            self.0.iter().filter(|vendor_prefix| value.starts_with(&vendor_prefix.prefix));
        rules_of.any(|vendor_prefix| value.len() < vendor_prefix.min_length)
    }
}

fn min_length(rule: &Rule) -> usize {
    match rule.trigger {
        Trigger::Anchors { shortest, .. } => shortest,
        Trigger::Names(_) | Trigger::Kind(_) | Trigger::Reader(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::catalogue::Catalogue;

    #[test]
    fn a_token_of_one_provider_that_is_too_short_is_truncated() {
        let prefixes = VendorPrefixes::new(Catalogue::built_in().rules());
        let body = "k3Zq8Rw1Tn6Yb4Xc9Vm2Lp7Hs5Dg0Fj";
        for prefix in ["ghp_", "glpat-", "AIza", "xoxb-", "cfut_"] {
            assert!(
                prefixes.is_truncated(format!("{prefix}{}", &body[..12]).as_bytes()),
                "{prefix}"
            );
            assert!(
                !prefixes.is_truncated([prefix, body, body, body].concat().as_bytes()),
                "{prefix}"
            );
        }
        // Shared by providers, a word, too short, of a rule that needs more than the format.
        for prefix in ["sk_live_", "secret_", "SG.", "re_", "AKIA"] {
            assert!(
                !prefixes.is_truncated(format!("{prefix}{}", &body[..5]).as_bytes()),
                "{prefix}"
            );
        }
    }
}

//! Prefixes that only one provider's tokens have. What begins with one and is shorter than any
//! such token was cut or made up: it opens nothing, whatever its name promises.
//!
//! What is longer, or of other characters, may be of a form that the provider has brought since.

use std::collections::BTreeMap;

use crate::engine::checks::words::is_made_of_words;
use crate::rules::{AnchorPosition, Confidence, Rule, Trigger};

/// Characters that such a prefix has at least. Shorter ones begin words and random values, too.
const SHORTEST_PREFIX: usize = 4;

/// The prefixes of a catalogue.
pub struct VendorPrefixes(Vec<VendorPrefix>);

struct VendorPrefix {
    prefix: Vec<u8>,
    /// Bytes of the shortest token that begins so.
    min_length: usize,
}

impl VendorPrefixes {
    /// Takes the anchors that begin a token of rules that are sure by its form alone; those that
    /// several providers share, such as `sk_live_`, and those that are words tell nothing.
    pub fn new(rules: &[Rule]) -> Self {
        let mut by_prefix: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
        for rule in rules {
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
                && !is_made_of_words(prefix.as_bytes())
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

    /// Whether the value begins as one provider's tokens do and is shorter than each of them.
    pub fn is_truncated(&self, value: &[u8]) -> bool {
        let mut rules_of =
            self.0.iter().filter(|vendor_prefix| value.starts_with(&vendor_prefix.prefix));
        rules_of.any(|vendor_prefix| value.len() < vendor_prefix.min_length)
    }
}

fn min_length(rule: &Rule) -> usize {
    match rule.trigger {
        Trigger::Anchors { shortest, .. } => shortest,
        Trigger::Names(_) | Trigger::Kind(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::catalogue::Catalogue;

    #[test]
    fn a_token_of_one_provider_that_is_too_short_is_cut() {
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
        // Of several providers, a word, too short, of a rule that asks for more than the form.
        for prefix in ["sk_live_", "secret_", "SG.", "re_", "AKIA"] {
            assert!(
                !prefixes.is_truncated(format!("{prefix}{}", &body[..5]).as_bytes()),
                "{prefix}"
            );
        }
    }
}

//! Prefixes that only one provider's tokens have. What begins with one and is shorter than any
//! such token was cut or made up: it opens nothing, whatever its name promises.
//!
//! What is longer, or of other characters, may be of a form that the provider has brought since.

use crate::rules::lexicon::Lexicon;
use std::collections::BTreeMap;

use super::checks::words::is_made_of_words;
use crate::rules::{Confidence, Rule, Seat, Trigger};

/// Characters that such a prefix has at least. Shorter ones begin words and random values, too.
const SHORTEST_PREFIX: usize = 4;

/// The prefixes of a catalogue.
pub struct Brands(Vec<Brand>);

struct Brand {
    prefix: Vec<u8>,
    /// Bytes of the shortest token that begins so.
    shortest: usize,
}

impl Brands {
    /// Takes the anchors that begin a token of rules that are sure by its form alone; those that
    /// several providers share, such as `sk_live_`, and those that are words tell nothing.
    pub fn new(rules: &[Rule]) -> Self {
        let mut by_prefix: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
        for rule in rules {
            if let Trigger::Anchors { literals, seat: Seat::TokenStart, .. } = &rule.trigger {
                for literal in literals.iter() {
                    by_prefix.entry(literal).or_default().push(rule);
                }
            }
        }
        let tells = |prefix: &str, of: &[&Rule]| {
            prefix.len() >= SHORTEST_PREFIX
                && of.iter().all(|rule| rule.confidence >= Confidence::High)
                && of.iter().all(|rule| rule.provider == of[0].provider)
                && !is_made_of_words(&Lexicon::default(), prefix.as_bytes())
        };
        let shortest = |prefix: &str| {
            let shorter = (1..=prefix.len()).filter_map(|end| by_prefix.get(prefix.get(..end)?));
            shorter.flatten().map(|rule| shortest(rule)).min().unwrap_or(0)
        };
        let telling = by_prefix.iter().filter(|(prefix, of)| tells(prefix, of));
        let brand = |(prefix, _): (&&str, _)| Brand {
            prefix: prefix.as_bytes().to_vec(),
            shortest: shortest(prefix),
        };
        Brands(telling.map(brand).collect())
    }

    /// Whether the value begins as one provider's tokens do and is shorter than each of them.
    pub fn is_cut(&self, value: &[u8]) -> bool {
        let mut of = self.0.iter().filter(|brand| value.starts_with(&brand.prefix));
        of.any(|brand| value.len() < brand.shortest)
    }
}

fn shortest(rule: &Rule) -> usize {
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
        let brands = Brands::new(Catalogue::built_in().rules());
        let body = "k3Zq8Rw1Tn6Yb4Xc9Vm2Lp7Hs5Dg0Fj";
        for prefix in ["ghp_", "glpat-", "AIza", "xoxb-", "cfut_"] {
            assert!(brands.is_cut(format!("{prefix}{}", &body[..12]).as_bytes()), "{prefix}");
            assert!(!brands.is_cut([prefix, body, body, body].concat().as_bytes()), "{prefix}");
        }
        // Of several providers, a word, too short, of a rule that asks for more than the form.
        for prefix in ["sk_live_", "secret_", "SG.", "re_", "AKIA"] {
            assert!(!brands.is_cut(format!("{prefix}{}", &body[..5]).as_bytes()), "{prefix}");
        }
    }
}

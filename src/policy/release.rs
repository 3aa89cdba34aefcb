//! A new rule warns for one release before it fails, so that an update of keysieve does not block
//! anybody with findings of a rule that is seen for the first time.
//!
//! A rule is new in the release that introduced it, [`Rule::since`]; in the next one, even a patch
//! release, it fails. The rules of the first release fail immediately: nobody has used an older
//! version. Custom rules are not part of a release.

use crate::rules::Rule;

/// The first release.
const FIRST: &str = "0.1.0";

/// Whether this release introduced the rule.
pub fn is_new(rule: &Rule) -> bool {
    is_new_in(rule, env!("CARGO_PKG_VERSION"))
}

fn is_new_in(rule: &Rule, release: &str) -> bool {
    rule.is_built_in() && rule.since == release && release != FIRST
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::catalogue::Catalogue;

    #[test]
    fn a_rule_warns_in_the_release_that_introduced_it_and_never_in_the_first() {
        let rule = |since: &'static str| Rule {
            since: since.into(),
            ..Catalogue::built_in().rules()[0].clone()
        };
        for (since, release, expected) in [
            ("0.1.0", "0.1.0", false),
            ("0.2.0", "0.2.0", true),
            ("0.1.0", "0.2.0", false),
            ("0.2.0", "0.2.1", false),
            ("0.2.0", "0.3.0", false),
        ] {
            assert_eq!(is_new_in(&rule(since), release), expected, "{since} in {release}");
        }
        let own = Rule { id: "own".to_owned().into(), ..rule("0.2.0") };
        assert!(!is_new_in(&own, "0.2.0"));
    }

    /// A rule that claims to be newer than the release would warn forever, or never.
    #[test]
    fn no_rule_is_of_a_future_release() {
        let parts = |version: &str| -> Vec<u32> {
            version.split('.').map(|part| part.parse().unwrap()).collect()
        };
        for rule in Catalogue::built_in().rules() {
            assert!(parts(&rule.since) <= parts(env!("CARGO_PKG_VERSION")), "{}", rule.id);
        }
    }
}

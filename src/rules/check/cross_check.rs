//! Checks between the rules of a whole catalogue, once all files are read: the public halves that
//! a `pair` names exist, and every alias belongs to one rule only.

use std::collections::HashMap;

use super::RuleError;
use crate::rules::Rule;

/// Checks what rules require of each other. `rules` are sorted by id.
pub fn cross_check(rules: &[Rule]) -> Result<(), RuleError> {
    let mut owners = HashMap::new();
    for rule in rules {
        check_pair(rule, rules)
            .and_then(|()| check_aliases(rule, rules, &mut owners))
            .map_err(|why| RuleError::Catalogue { id: rule.id.to_string(), why })?;
    }
    Ok(())
}

fn check_pair(rule: &Rule, rules: &[Rule]) -> Result<(), String> {
    let Some(pair) = &rule.pair else { return Ok(()) };
    if rule.public.is_some() {
        return Err("pair: belongs to the rule of the secret half, but this rule is public".into());
    }
    for id in pair.with.iter() {
        match index_of(id, rules) {
            Some(index) if rules[index].public.is_some() => {}
            Some(_) => return Err(format!("pair: the rule {id} is not public; give it `public`")),
            None => return Err(format!("pair: unknown rule {id}")),
        }
    }
    Ok(())
}

/// An alias must not be the id of a rule, and must belong to one rule only. `owners` are the
/// aliases seen so far.
fn check_aliases<'r>(
    rule: &'r Rule,
    rules: &[Rule],
    owners: &mut HashMap<&'r str, &'r str>,
) -> Result<(), String> {
    for alias in rule.aliases.iter() {
        if index_of(alias, rules).is_some() {
            return Err(format!("aliases: {alias} is the id of a rule; choose another"));
        }
        if let Some(owner) = owners.insert(alias, &rule.id) {
            return Err(format!("aliases: {alias} is already an alias of {owner}"));
        }
    }
    Ok(())
}

fn index_of(id: &str, rules: &[Rule]) -> Option<usize> {
    rules.binary_search_by(|rule| rule.id.as_ref().cmp(id)).ok()
}

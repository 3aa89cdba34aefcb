//! Do the pairs of a whole catalogue hold together? Asked once all files are read.

use super::Rule;
use super::check::RuleError;

/// Every rule's `pair` names public rules that are there. `rules` are sorted by id.
pub fn check_pairs(rules: &[Rule]) -> Result<(), RuleError> {
    for rule in rules {
        check_pair(rule, rules).map_err(|why| RuleError::Pair { id: rule.id.to_string(), why })?;
    }
    Ok(())
}

fn check_pair(rule: &Rule, rules: &[Rule]) -> Result<(), String> {
    let Some(pair) = &rule.pair else { return Ok(()) };
    if rule.public.is_some() {
        return Err("pair: stands with the secret half, and this rule is public".into());
    }
    for id in pair.with.iter() {
        match rules.binary_search_by(|known| known.id.cmp(id)) {
            Ok(place) if rules[place].public.is_some() => {}
            Ok(_) => return Err(format!("pair: the rule {id} is not public; give it `public`")),
            Err(_) => return Err(format!("pair: there is no rule {id}")),
        }
    }
    Ok(())
}

//! The named groups of a rule's regex: `secret`, and one for each public fact.

use regex_syntax::hir::{Hir, HirKind};

/// The name of the group that matches the secret.
const SECRET: &str = "secret";

/// The number of groups named `secret`, and the names of all others. In the regex of a secret,
/// facts and `secret` must not be nested; unnested groups cannot overlap.
pub(super) fn named_groups(hir: &Hir, is_public: bool) -> Result<(usize, Vec<String>), String> {
    let (mut secrets, mut facts) = (0, Vec::new());
    walk(hir, &mut Vec::new(), &mut |name, enclosing| {
        if name == SECRET {
            secrets += 1;
        } else if !facts.iter().any(|known| known == name) {
            facts.push(name.to_owned());
        }
        let inside = enclosing.iter().find(|outer| name == SECRET || **outer == SECRET);
        match inside {
            Some(outer) if !is_public => Err(format!(
                "regex: the group {name} is inside {outer}: a fact must not be part of the secret"
            )),
            _ => check_fact_name(name),
        }
    })?;
    Ok((secrets, facts))
}

/// The names of facts are keys in reports.
pub(super) fn check_fact_name(name: &str) -> Result<(), String> {
    let is_lower_case = name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if is_lower_case && (2..=24).contains(&name.len()) {
        Ok(())
    } else {
        Err(format!(
            "a fact's name must have 2 to 24 characters, only lower-case letters and _, not {name:?}"
        ))
    }
}

/// Calls `visit` with each named group and the named groups around it, outermost first.
fn walk<'h>(
    hir: &'h Hir,
    enclosing: &mut Vec<&'h str>,
    visit: &mut impl FnMut(&'h str, &[&'h str]) -> Result<(), String>,
) -> Result<(), String> {
    match hir.kind() {
        HirKind::Capture(capture) => {
            let name = capture.name.as_deref();
            if let Some(name) = name {
                visit(name, enclosing)?;
                enclosing.push(name);
            }
            walk(&capture.sub, enclosing, visit)?;
            if name.is_some() {
                enclosing.pop();
            }
            Ok(())
        }
        HirKind::Repetition(repetition) => walk(&repetition.sub, enclosing, visit),
        HirKind::Concat(subs) | HirKind::Alternation(subs) => {
            subs.iter().try_for_each(|sub| walk(sub, enclosing, visit))
        }
        _ => Ok(()),
    }
}

//! Public facts that a rule's regex names: every group besides `secret`.

use regex_syntax::hir::{Hir, HirKind};

/// The named group in which a secret stands.
const SECRET: &str = "secret";

/// Groups named `secret`, and the names of all others. In the regex of a secret no fact may lie
/// within it, nor it within a fact: groups do not overlap otherwise.
pub(super) fn named_groups(hir: &Hir, is_public: bool) -> Result<(usize, Vec<String>), String> {
    let (mut secrets, mut facts) = (0, Vec::new());
    walk(hir, &mut Vec::new(), &mut |name, around| {
        if name == SECRET {
            secrets += 1;
        } else if !facts.iter().any(|known| known == name) {
            facts.push(name.to_owned());
        }
        let inside = around.iter().find(|outer| name == SECRET || **outer == SECRET);
        match inside {
            Some(outer) if !is_public => Err(format!(
                "regex: the group {name} stands inside {outer}: a fact is no part of the secret"
            )),
            _ => check_name(name),
        }
    })?;
    Ok((secrets, facts))
}

/// Facts are fields of reports.
pub(super) fn check_name(name: &str) -> Result<(), String> {
    let is_word = name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if is_word && (2..=24).contains(&name.len()) {
        Ok(())
    } else {
        Err(format!("a fact is named by 2 to 24 lower-case letters and _, not by {name:?}"))
    }
}

/// Calls `visit` with each named group and the named groups round it, outermost first.
fn walk<'h>(
    hir: &'h Hir,
    around: &mut Vec<&'h str>,
    visit: &mut impl FnMut(&'h str, &[&'h str]) -> Result<(), String>,
) -> Result<(), String> {
    match hir.kind() {
        HirKind::Capture(capture) => {
            let name = capture.name.as_deref();
            if let Some(name) = name {
                visit(name, around)?;
                around.push(name);
            }
            walk(&capture.sub, around, visit)?;
            if name.is_some() {
                around.pop();
            }
            Ok(())
        }
        HirKind::Repetition(repetition) => walk(&repetition.sub, around, visit),
        HirKind::Concat(subs) | HirKind::Alternation(subs) => {
            subs.iter().try_for_each(|sub| walk(sub, around, visit))
        }
        _ => Ok(()),
    }
}

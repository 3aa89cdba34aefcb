//! Identifiers on the right side of an assignment in code: `r.token=Xk8dJq;`.

use super::super::contains::contains_part;
use super::super::randomness::is_random;
use super::Place;
use crate::rules::word_list::WordList;

/// Bytes of the longest identifier in minified code.
const LONGEST_MINIFIED: usize = 20;

/// Whether the value is a name of code: without quotes, assigned to a member or a variable, and
/// followed by what ends an expression. In configuration files and in shells the same is a value,
/// so that the left side and the end must both be those of code.
pub fn is_identifier(place: &Place) -> bool {
    if is_next_assignment(place) || is_member_name(place) || is_test_result(place) {
        return true;
    }
    let is_expression = || {
        is_assigned(place.gap()) && is_code(place)
            || is_argument(place)
            || is_compared(place.gap())
            || is_member_of_literal(place)
    };
    !place.is_quoted()
        && place.value.start > place.name.span.start
        && is_path(place.text)
        && (ends_expression(place) && is_expression()
            || is_compared_with(place)
            || is_next_name(place))
}

/// The name of a test in the output of Go's tests: `--- PASS: TestLogin/k8s_1.31`.
fn is_test_result(place: &Place) -> bool {
    let name = &place.bytes[place.name.span.clone()];
    name == b"PASS" && place.before().ends_with(b"--- ")
}

/// The name of the next member: `"password": …, "pfx_or_p12": "…"`.
fn is_member_name(place: &Place) -> bool {
    let quote = place.value.start.checked_sub(1).map(|offset| place.bytes[offset]);
    place.is_quoted()
        && place.after().first().copied() == quote
        && place.after().get(1) == Some(&b':')
        && !is_random(place.text, false)
}

/// The right side of a comparison that goes on or begins a block: `key == Rsa256 || …`.
fn is_compared_with(place: &Place) -> bool {
    let after = place.after().trim_ascii_start();
    matches!(place.gap().trim_ascii(), b"==" | b"===" | b"!=" | b"!==")
        && [&b"||"[..], b"&&", b"{", b"?"].iter().any(|next| after.starts_with(next))
}

/// Another name in a list of names, or one that contains the name: `AuthKey as AuthKeyOld`.
fn is_next_name(place: &Place) -> bool {
    let name = &place.bytes[place.name.span.clone()];
    let in_list = place.gap().trim_ascii() == b","
        && matches!(place.after().first(), Some(b',' | b')' | b'\n'))
        && !is_random(place.text, false);
    in_list || place.text.len() > name.len() && contains_part(place.text, name)
}

/// What was read as the second value of a list is an assignment: `token=Xk8dJq,e.secret=Tq0fRy`.
fn is_next_assignment(place: &Place) -> bool {
    let listed = place.value.start > 0 && place.bytes[place.value.start - 1] == b',';
    let name = place.text.iter().position(|&b| b == b'=').unwrap_or_default();
    let assigned = place.text.len() - name;
    listed && name > 0 && assigned > 2 && is_path(&place.text[..name])
}

/// An identifier, or several joined by dots; also as the condition of `a?b:c`.
fn is_path(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"=").unwrap_or(text);
    let text = match text.iter().position(|&b| b == b'?') {
        Some(end) if end > 0 && text[end..].contains(&b':') => &text[..end],
        _ => text,
    };
    text.first().is_some_and(|b| !b.is_ascii_digit() && *b != b'.')
        && text.iter().all(|b| b.is_ascii_alphanumeric() || b"_$.".contains(b))
}

/// Whether what ends an expression follows. At the beginning of a line, where a properties file has
/// its names, only a semicolon counts.
fn ends_expression(place: &Place) -> bool {
    match place.after().trim_ascii_start().first() {
        Some(b';') => true,
        Some(b',' | b')' | b'}' | b'?' | b'[') => !place.line_before().trim_ascii().is_empty(),
        _ => false,
    }
}

/// An operator that assigns, and nothing else.
fn is_assigned(gap: &[u8]) -> bool {
    gap.trim_ascii() == b"="
}

/// The last argument of a call, after the name: `convert(privateKey, formats.Pkcs8)`.
fn is_argument(place: &Place) -> bool {
    place.gap().trim_ascii() == b"," && place.after().first() == Some(&b')')
}

/// `{token:Xk8dJq,` without a blank, as minified code has it: YAML needs one, JSON needs quotes, and
/// `${token:Xk8dJq}` gives a default.
fn is_member_of_literal(place: &Place) -> bool {
    place.gap() == b":"
        && matches!(place.before().last(), Some(b'{' | b','))
        && !place.before().ends_with(b"${")
        && place.text.len() <= LONGEST_MINIFIED
        && matches!(place.after().first(), Some(b',' | b'}'))
}

/// `==` and `===`, of which the last `=` is read as a part of the value.
fn is_compared(gap: &[u8]) -> bool {
    matches!(gap.trim_ascii(), b"==" | b"===" | b"!=" | b"!==")
}

/// Whether the left side is a member of an object, or a variable that is declared; not an option
/// of a command, such as Helm's `--set auth.password=v,`.
fn is_code(place: &Place) -> bool {
    let (line, before) = (place.line_before(), place.before());
    let span = &place.bytes[place.name.span.clone()];
    let member = span.contains(&b'.') || before.ends_with(b"->") || before.ends_with(b").");
    // `var token=Xk8dJq`, and the next one after a comma.
    let declared = line
        .split(|b| !b.is_ascii_alphanumeric())
        .any(|word| place.lexicon().has(WordList::DeclarationWords, word));
    (member || declared && !span.contains(&b'-')) && !contains_part(line, b"--")
}

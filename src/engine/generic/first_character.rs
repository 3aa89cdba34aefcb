//! Values that begin with a character by which templates, variables and formats begin too.

use super::language;
use super::randomness::is_random;

/// Longest name of a variable next to which a random text is not one that contains the variable.
const LONGEST_RUN: usize = 3;

/// Whether the value is a template, a variable or a format to its first character, not a random
/// text that happens to begin like one: `$HOME`, `${X}`, `$(cmd)`, `%NAME%`, `%s`, `<token>`.
pub fn begins_template(text: &[u8]) -> bool {
    let Some((&first, rest)) = text.split_first() else { return false };
    match first {
        b'$' => is_variable(rest),
        b'%' => is_format(rest),
        b'<' => rest.contains(&b'>') || !is_drawn(rest),
        b'{' => rest.contains(&b'}') || !is_drawn(rest),
        b'(' => rest.contains(&b')') || !is_drawn(rest),
        _ => false,
    }
}

/// Whether a generator of passwords may have drawn the text.
pub fn is_drawn(text: &[u8]) -> bool {
    is_random(text, true)
}

/// Whether a `$` with this text after it is a variable, a command or the hash of a password.
fn is_variable(rest: &[u8]) -> bool {
    if !is_drawn(rest) || matches!(rest[0], b'{' | b'(' | b'[' | b'<' | b'$') || is_hash(rest) {
        return true;
    }
    let run = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    if rest[0].is_ascii_digit() || run == 0 {
        return false;
    }
    let (run, after) = rest.split_at(run);
    if after.is_empty() || is_drawn(run) {
        return !is_drawn(run);
    }
    let plain = |is_case: fn(&u8) -> bool| run.iter().all(|b| is_case(b) || *b == b'_');
    let is_name = plain(u8::is_ascii_lowercase)
        || plain(u8::is_ascii_uppercase)
        || language::covered(run) * 2 >= run.len();
    is_name
        && (run.len() > LONGEST_RUN
            || !is_drawn(after)
            || after.iter().any(|b| b"/$%:".contains(b)))
}

/// The rest of a hash as crypt(3) writes it: `$id$salt$hash`.
fn is_hash(rest: &[u8]) -> bool {
    let id = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
    id > 0 && rest.get(id) == Some(&b'$')
}

/// Whether a `%` with this text after it is a variable of Windows or a format: `%NAME%`, `%s`,
/// `%(name)s`, `%w[…]`.
fn is_format(rest: &[u8]) -> bool {
    let opens = |index: usize| rest.get(index).is_some_and(|b| b"{([<".contains(b));
    !is_drawn(rest) || rest.contains(&b'%') || opens(0) || opens(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_and_formats_are_not_random() {
        for text in [
            "$HOME",
            "$1",
            "$$",
            "${X}",
            "$(cat /run/s3cr3t9x)",
            "$HOME/.k3y2x9Qz",
            "$dbPassword1",
            "$DB_PASS_2",
            "$env:PASS1word2",
            "$user:$x9Kq2mZ7",
            "%NAME%",
            "%s",
            "%02x",
            "%(name)s",
            "%s:%s",
            "%w[a1b2c3d4]",
            "%-10s",
            "<token>",
            "<your-k3y>",
            "{name}",
            "{{ x9Kq2mZ7 }}",
            "(none)",
            "$2a$10$q7Rz0Pk3LmX9vTn2WbYs5H",
            "$apr1$q7Rz0Pk3$LmX9vTn2WbYs5H",
        ] {
            assert!(begins_template(text.as_bytes()), "{text}");
        }
        for text in [
            "$9q7Rz0Pk3LmX9vTn2",
            "$q7Rz0Pk3LmX9vTn2",
            "$!q7Rz0Pk3LmX9vTn2",
            "%7VKlyOBrTYvcsbwv1",
            "%sBaX3DEbVXu7q",
            "<q7Rz0Pk3LmX9vTn2",
            "{q7Rz0Pk3LmX9vTn2",
            "(q7Rz0Pk3LmX9vTn2",
        ] {
            assert!(!begins_template(text.as_bytes()), "{text}");
        }
    }
}

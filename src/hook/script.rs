//! The hook's text: a POSIX shell script that finds keysieve and hands over to it, or blocks.

use std::path::Path;

use bstr::{BString, ByteSlice, ByteVec};

/// Shebang and the beginning of the marker line. The line ends with a checksum of all that
/// follows, so that a hook somebody has edited is theirs and not ours any more.
const HEAD: &[u8] = b"#!/bin/sh\n# hook of keysieve, sum ";

/// Behind the path of the binary. Where no binary is found the commit stops: a guard that
/// cannot look must not let pass.
const FIND_AND_RUN: &str = r#"
if ! [ -f "$keysieve" ] || ! [ -x "$keysieve" ]; then
    keysieve=$(command -v keysieve) || keysieve=
fi
if [ -z "$keysieve" ]; then
    printf '%s\n' \
        'keysieve: commit stopped: it was not searched for secrets, the keysieve binary is gone' \
        'from where this hook was installed and is not on PATH.' \
        'To go on, install keysieve and run `keysieve hook install`,' \
        'or pass this one commit unsearched with `git commit --no-verify`.' >&2
    exit 2
fi
exec "$keysieve" hook run
"#;

/// The pre-commit hook for the keysieve binary at that path. `keysieve hook install` may
/// replace such a text and `keysieve hook uninstall` remove it.
pub fn text(binary: &Path) -> BString {
    let mut body = BString::from(
        "# `keysieve hook install` replaces this file and `keysieve hook uninstall` removes it,\n\
         # as long as nobody edits it.\n\
         keysieve=",
    );
    body.push_str(quoted(binary));
    body.push_str(FIND_AND_RUN);
    [HEAD, sum(&body).as_bytes(), b"\n", &body].concat().into()
}

/// The line by which another hook, being a shell script, runs the guard and stops where it
/// says so.
pub fn line(binary: &Path) -> BString {
    let mut line = quoted(binary);
    line.push_str(" hook run || exit $?");
    line
}

/// Whether a text is one that [`text`] made, of this version or another, and unedited.
pub(super) fn is_ours(text: &[u8]) -> bool {
    let rest = text.strip_prefix(HEAD);
    let parts = rest.and_then(|rest| rest.split_once_str("\n"));
    parts.is_some_and(|(marked, body)| marked == sum(body).as_bytes())
}

fn sum(body: &[u8]) -> String {
    format!("{:08x}", crc32fast::hash(body))
}

/// A path as one word of the shell. Between single quotes every byte but `'` is itself.
fn quoted(path: &Path) -> BString {
    let bytes = path.as_os_str().as_encoded_bytes();
    let mut word = BString::from("'");
    word.push_str(bytes.replace("'", r"'\''"));
    word.push_str("'");
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_text_is_ours_until_it_is_edited() {
        let ours = text(Path::new("/opt/it's here/keysieve"));
        assert!(is_ours(&ours));
        assert!(!is_ours(&[&ours[..], b"make lint\n"].concat()));
        assert!(!is_ours(&ours.replace("hook run", "hook run || true")));
        assert!(!is_ours(b"#!/bin/sh\n"));
    }
}

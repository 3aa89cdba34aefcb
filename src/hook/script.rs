//! The hook's script: POSIX shell that finds keysieve and runs it, or blocks; and the block of
//! lines that does the same within an existing shell script.

use std::path::{Path, PathBuf};

use bstr::{BString, ByteSlice, ByteVec};

use super::Stage;

/// Shebang and the beginning of the marker line. The line ends with a checksum of the rest, so
/// that a hook which somebody edited is no longer treated as ours.
const HEAD: &[u8] = b"#!/bin/sh\n# keysieve hook, checksum ";

/// The first line of a block within another hook, up to the checksum of the lines between it and
/// the last.
const BEGIN: &[u8] = b"# >>> keysieve (remove with `keysieve hook uninstall`), checksum ";
const END: &[u8] = b"# <<< keysieve\n";

/// Follows the path of the binary. If no binary is found git is blocked: a guard that cannot scan
/// must fail closed.
const FIND: &str = r#"
if ! [ -f "$keysieve" ] || ! [ -x "$keysieve" ]; then
    keysieve=$(command -v keysieve) || keysieve=
fi
if [ -z "$keysieve" ]; then
    printf '%s\n' \
        'keysieve: WHAT blocked: cannot find the keysieve binary (neither at its install path' \
        'nor on PATH). If this is a container or another machine, install keysieve there:' \
        '    cargo install --locked --git https://github.com/keysieve/keysieve' \
        'or skip the check for this WHAT:' \
        '    SKIP' >&2
    exit 2
fi
"#;

/// An existing pre-push hook reads the same lines of standard input after us.
const KEEP_INPUT: &str = "keysieve_refs=$(cat)\n";
const GIVE_INPUT: &str = "\
if [ -n \"$keysieve_refs\" ]; then
    exec <<KEYSIEVE_REFS
$keysieve_refs
KEYSIEVE_REFS
else
    exec </dev/null
fi
";

/// The script of the hook for the keysieve binary at that path. `keysieve hook install` may
/// replace it and `keysieve hook uninstall` remove it.
pub fn text(stage: Stage, binary: &Path) -> BString {
    let mut body = BString::from(
        "# Unless it is edited, `keysieve hook install` updates this file and\n\
         # `keysieve hook uninstall` removes it.\n",
    );
    body.push_str(find(stage, binary));
    body.push_str(format!("exec \"$keysieve\" {}\n", stage.arguments()));
    [HEAD, checksum(&body).as_bytes(), b"\n", &body].concat().into()
}

/// The line that makes another hook, if it is a shell script, run the guard and fail if the guard
/// does.
pub fn line(stage: Stage, binary: &Path) -> BString {
    let mut line = shell_word(binary);
    line.push_str(format!(" {} || exit $?", stage.arguments()));
    line
}

/// Whether a script was made by [`text`], in this version or another, and not edited.
pub fn is_ours(text: &[u8]) -> bool {
    let rest = text.strip_prefix(HEAD);
    let parts = rest.and_then(|rest| rest.split_once_str("\n"));
    parts.is_some_and(|(marked, body)| marked == checksum(body).as_bytes())
}

/// An existing shell script with our block after its first line, in place of an older block.
/// `None` if it is not a shell script.
pub fn chained(stage: Stage, binary: &Path, theirs: &[u8]) -> Option<BString> {
    let theirs = unchained(theirs).unwrap_or_else(|| theirs.into());
    // An edited block is not ours to remove, and there must not be a second one.
    if theirs.contains_str(BEGIN) {
        return None;
    }
    let (first, rest) = theirs.split_once_str("\n")?;
    is_shell(first).then(|| {
        let block = block(stage, binary);
        [first, b"\n", &block, rest].concat().into()
    })
}

/// The script without our block; `None` if there is none, or if it was edited.
pub fn unchained(text: &[u8]) -> Option<BString> {
    let begin = text.find(BEGIN)?;
    let (marked, rest) = text[begin + BEGIN.len()..].split_once_str("\n")?;
    let (body, after) = rest.split_once_str(END)?;
    let is_whole = begin == 0 || text[begin - 1] == b'\n';
    (is_whole && marked == checksum(body).as_bytes())
        .then(|| [&text[..begin], after].concat().into())
}

/// The binary that our script or block was installed for.
pub fn binary(text: &[u8]) -> Option<PathBuf> {
    let start = text.find("\nkeysieve='")? + "\nkeysieve='".len();
    let mut path = Vec::new();
    let mut rest = &text[start..];
    loop {
        let (word, after) = rest.split_once_str("'")?;
        path.extend_from_slice(word);
        // `'\''` is a quote between two words.
        match after.strip_prefix(br"\''") {
            Some(after) => {
                path.push(b'\'');
                rest = after;
            }
            None => return path.to_path().ok().map(Path::to_owned),
        }
    }
}

/// A subshell, so that our variables are not visible in the other script, whatever its options.
fn block(stage: Stage, binary: &Path) -> BString {
    let (keep, give) = match stage {
        Stage::PrePush => (KEEP_INPUT, GIVE_INPUT),
        _ => ("", ""),
    };
    let input = if keep.is_empty() { "" } else { "printf '%s' \"$keysieve_refs\" | " };
    let mut body = BString::from(keep);
    body.push_str("(\n");
    body.push_str(find(stage, binary));
    body.push_str(format!("{input}\"$keysieve\" {}\n) || exit $?\n{give}", stage.arguments()));
    [BEGIN, checksum(&body).as_bytes(), b"\n", &body, END].concat().into()
}

fn find(stage: Stage, binary: &Path) -> BString {
    let text = FIND.replace("WHAT", stage.blocks()).replace("SKIP", stage.skipping());
    let mut lines = BString::from("keysieve=");
    lines.push_str(shell_word(binary));
    lines.push_str(text);
    lines
}

/// Whether a script's first line names a POSIX shell.
fn is_shell(first: &[u8]) -> bool {
    let words = first.strip_prefix(b"#!").unwrap_or_default();
    let mut words = words.split_str(" ").filter(|word| !word.is_empty());
    let name = |path: Option<&[u8]>| path?.rsplit_str("/").next().map(<[u8]>::to_vec);
    let program = match name(words.next()) {
        Some(env) if env == b"env" => name(words.next()),
        program => program,
    };
    let shells: [&[u8]; 5] = [b"sh", b"bash", b"dash", b"ash", b"ksh"];
    program.is_some_and(|program| shells.contains(&&program[..]))
}

fn checksum(body: &[u8]) -> String {
    format!("{:08x}", crc32fast::hash(body))
}

/// A path as one word of the shell. Between single quotes every byte but `'` is itself.
pub(super) fn shell_word(path: &Path) -> BString {
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
        for stage in Stage::ALL {
            let ours = text(stage, Path::new("/opt/it's here/keysieve"));
            assert!(is_ours(&ours));
            assert_eq!(binary(&ours), Some(PathBuf::from("/opt/it's here/keysieve")));
            assert!(!is_ours(&[&ours[..], b"make lint\n"].concat()));
            assert!(!is_ours(&ours.replace("hook run", "hook run || true")));
        }
        assert!(!is_ours(b"#!/bin/sh\n"));
    }

    #[test]
    fn a_block_is_added_once_and_removed() {
        let (here, in_other) =
            (Path::new("/opt/it's here/keysieve"), Path::new("/usr/bin/keysieve"));
        for stage in Stage::ALL {
            for theirs in
                [&b"#!/bin/sh\n"[..], b"#! /usr/bin/env bash -e\nmake\r\n\xff", b"#!sh\n\n"]
            {
                let once = chained(stage, here, theirs).expect("a shell script");
                assert_eq!(chained(stage, here, &once), Some(once.clone()));
                assert_eq!(unchained(&once).expect("a block"), theirs);
                assert_eq!(binary(&once).as_deref(), Some(here));
                let moved = chained(stage, in_other, &once).expect("a shell script");
                assert_eq!(unchained(&moved).expect("a block"), theirs);
                let edited = once.replace("hook run", "hook run || true");
                assert_eq!((unchained(&edited), chained(stage, here, &edited)), (None, None));
            }
        }
        assert_eq!(unchained(b"#!/bin/sh\n"), None);
    }

    #[test]
    fn another_language_is_not_a_shell() {
        let others = [
            "#!/usr/bin/env python3\n",
            "",
            "make\n",
            "#!/bin/sh\r\n",
            "#!/bin/sh",
            "#!/bin/fish\n",
        ];
        for theirs in others {
            assert_eq!(chained(Stage::PreCommit, Path::new("/k"), theirs.as_bytes()), None);
        }
    }
}

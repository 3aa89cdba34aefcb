//! The command of a config hook. Git runs it through the shell and adds the hook's own arguments
//! ("hook.<friendly-name>.command" in git-config(1)).

use std::path::{Path, PathBuf};

use bstr::{BString, ByteVec};

use crate::hook::Stage;
use crate::hook::script::shell_word;

/// The command that runs the guard, for the keysieve binary at that path.
pub fn text(stage: Stage, binary: &Path) -> BString {
    let mut command = shell_word(binary);
    command.push_str(" ");
    command.push_str(stage.command());
    command
}

/// The keysieve binary that a command runs at this stage: a path, or a name to look up on PATH.
/// `None` if it runs something else, or more than keysieve.
pub fn keysieve(command: &[u8], stage: Stage) -> Option<PathBuf> {
    let words = words(command)?;
    let [program, hook, run, options @ ..] = &words[..] else { return None };
    let program = home_expanded(program)?;
    let is_keysieve = program.file_stem().is_some_and(|name| name == "keysieve");
    let runs = hook == b"hook" && run == b"run" && scans(options, stage);
    (is_keysieve && runs).then_some(program)
}

/// Whether keysieve with these options scans what this stage is about.
fn scans(options: &[Vec<u8>], stage: Stage) -> bool {
    let mut named = options.iter().zip(options.iter().skip(1));
    let separate = named.find(|(option, _)| *option == b"--stage").map(|(_, name)| &name[..]);
    let joined = options.iter().find_map(|option| option.strip_prefix(b"--stage="));
    let scanned = separate.or(joined).unwrap_or(b"pre-commit");
    let names = |stage: Stage| scanned == stage.name().as_bytes();
    match stage {
        Stage::CommitMsg | Stage::PrePush => names(stage),
        _ => Stage::STAGED.into_iter().any(names),
    }
}

/// The words of a command that consists of words alone. `None` if the shell would do anything else
/// with it than to split and unquote it.
fn words(command: &[u8]) -> Option<Vec<Vec<u8>>> {
    const SPECIAL: &[u8] = b"|&;<>()$`*?[#=%{}!\n\r";
    let (mut words, mut word) = (Vec::new(), None);
    let mut rest = command.iter().copied();
    while let Some(byte) = rest.next() {
        match byte {
            b' ' | b'\t' => words.extend(word.take()),
            b'\'' | b'"' => {
                let text = word.get_or_insert_with(Vec::new);
                loop {
                    match rest.next()? {
                        end if end == byte => break,
                        b'$' | b'`' | b'\\' if byte == b'"' => return None,
                        quoted => text.push(quoted),
                    }
                }
            }
            b'\\' => word.get_or_insert_with(Vec::new).push(rest.next()?),
            // Part of an option, not an assignment before the command.
            b'=' if !words.is_empty() => word.get_or_insert_with(Vec::new).push(byte),
            special if SPECIAL.contains(&special) => return None,
            other => word.get_or_insert_with(Vec::new).push(other),
        }
    }
    words.extend(word);
    Some(words)
}

/// A program's path, with `~` for the home folder.
fn home_expanded(program: &[u8]) -> Option<PathBuf> {
    match program.strip_prefix(b"~/") {
        None => program.to_vec().into_path_buf().ok(),
        Some(below) => {
            let home = std::env::var_os("HOME")?;
            Some(Path::new(&home).join(below.to_vec().into_path_buf().ok()?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_command_is_recognized_at_its_stage() {
        let binary = Path::new("/opt/it's \"here\" $x/keysieve");
        for stage in Stage::ALL {
            let command = text(stage, binary);
            assert_eq!(keysieve(&command, stage).as_deref(), Some(binary), "{command}");
            for other in [Stage::CommitMsg, Stage::PrePush] {
                assert_eq!(keysieve(&command, other).is_some(), other == stage, "{command}");
            }
        }
    }

    #[test]
    fn a_command_that_does_more_or_less_is_another_hook() {
        let runs = |command: &str| keysieve(command.as_bytes(), Stage::PreCommit).is_some();
        assert!(runs("keysieve hook run"));
        assert!(runs("  \"/opt/x y/keysieve\" hook  run --config=a"));
        assert!(runs("/a\\ b/keysieve hook run --fail-on high"));
        for command in [
            "",
            "keysieve",
            "keysieve scan",
            "keysieve hook doctor",
            "keysieve hook run || true",
            "true # keysieve hook run",
            "X=1 keysieve hook run",
            "$(which keysieve) hook run",
            "\"$HOME/keysieve\" hook run",
            "'keysieve hook run",
            "echo keysieve hook run",
            "keysieve hook run --stage pre-push",
            "keysieve hook run --stage=commit-msg",
        ] {
            assert!(!runs(command), "{command}");
        }
    }
}

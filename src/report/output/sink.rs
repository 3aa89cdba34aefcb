//! Where bytes leave the process: standard output, standard error, files. Nothing else in the
//! project may write to them (`clippy.toml`).

#![expect(
    clippy::disallowed_methods,
    reason = "the only module that writes; its input went through the output filter"
)]

use std::fs;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::panic::PanicHookInfo;
use std::path::Path;
use std::sync::{OnceLock, PoisonError, RwLock};

use anstream::{AutoStream, StripStream};
use anstyle::{AnsiColor, Style};
use tempfile::NamedTempFile;

use super::Filter;
use super::escape::escaped_lines;
use crate::engine::Engine;
use crate::findings::FingerprintKey;
use crate::rules::catalogue::Catalogue;

/// How errors are marked.
const BAD: Style = AnsiColor::Red.on_default().bold();

/// Exit code of a failure: nothing was found clean.
const INCOMPLETE: i32 = 2;

/// The secrets of the run, as far as they are known.
static RUN: RwLock<Option<Filter>> = RwLock::new(None);

/// Removes these secrets from all messages from now on.
pub fn remember(filter: &Filter) {
    *RUN.write().unwrap_or_else(PoisonError::into_inner) = Some(filter.clone());
}

/// Writes a report, or text that is all keysieve's own, to standard output, in color on a
/// terminal that supports it. A pipe that its reader closes, as in `| head`, is not an error.
pub fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(AutoStream::auto(io::stdout().lock()));
    ignore_broken_pipe(write(&mut out).and_then(|()| out.flush()))
}

/// Writes a report to standard error, in color on a terminal that supports it.
pub fn eprint(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
    let mut out = BufWriter::new(AutoStream::auto(io::stderr().lock()));
    // If standard error is closed there is nobody to report to; the exit code remains.
    let _ = write(&mut out).and_then(|()| out.flush());
}

/// Writes a message and a line end to standard output.
pub fn print_line(message: &str) -> io::Result<()> {
    print_text(&format!("{message}\n"))
}

/// Writes a text of many lines to standard output.
pub fn print_text(text: &str) -> io::Result<()> {
    let text = escaped_lines(&filtered(text));
    print(|out| out.write_all(text.as_bytes()))
}

/// Writes a message and a line end to standard error.
pub fn eprint_line(message: &str) {
    eprint_text(&escaped_lines(&filtered(message)));
}

/// Writes an error to standard error, with all its causes.
pub fn print_error(error: &dyn std::fmt::Display) {
    let why = filtered(&format!("{error:#}"));
    let why = why.trim_end().replace('\n', "\n  ");
    eprint_text(&format!("{BAD}error:{BAD:#} {}", escaped_lines(&why)));
}

/// Writes the response to a coding agent.
pub fn print_response(stdout: &str, stderr: &str) -> io::Result<()> {
    print(|out| out.write_all(stdout.as_bytes()))?;
    io::stderr().lock().write_all(stderr.as_bytes())
}

/// Writes a usage error to standard error, without secrets that it repeats from the command line.
/// `styled` is the text with colors, `plain` the same without.
pub fn print_usage_error(styled: &str, plain: &str) {
    let shown = safe_message(plain);
    // It keeps its colors if nothing was removed.
    let shown = if shown == plain { styled } else { &shown };
    let _ = write!(AutoStream::auto(io::stderr().lock()), "{shown}");
}

/// Whether standard output is a terminal.
pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Makes a panic on any thread end the process with a line that shows nothing of the data.
pub fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        eprint_text(&panicked(panic));
        std::process::exit(INCOMPLETE);
    }));
}

/// One line of what was known at compile time. A message formatted at run time may contain bytes
/// of the repository and is not shown.
fn panicked(panic: &PanicHookInfo<'_>) -> String {
    let location = panic.location().map_or_else(String::new, |location| {
        // Without the folder that it was compiled in.
        let parts: Vec<&str> = location.file().rsplitn(4, ['/', '\\']).take(3).collect();
        let file: Vec<&str> = parts.into_iter().rev().collect();
        format!(" at {}:{}", file.join("/"), location.line())
    });
    let what = panic.payload().downcast_ref::<&'static str>();
    internal_error(&location, &what.map_or_else(String::new, |what| format!(" ({what})")))
}

fn internal_error(location: &str, what: &str) -> String {
    let page = concat!(env!("CARGO_PKG_REPOSITORY"), "/issues");
    let version = env!("CARGO_PKG_VERSION");
    let line = escaped_lines(&format!("{location}{what}")).replace('\n', " ");
    format!(
        "{BAD}error:{BAD:#} internal error{line}; the scan is incomplete. Please report this line \
         (keysieve {version}) at {page}"
    )
}

/// Writes a file. A regular file is replaced atomically: it has the old text or the new one,
/// never a part. Devices and pipes are written directly.
pub fn file(file: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let target = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let special = fs::metadata(&target).is_ok_and(|found| !found.is_file() && !found.is_dir());
    if special {
        let device = fs::OpenOptions::new().write(true).open(&target)?;
        let mut out = BufWriter::new(StripStream::new(device));
        return ignore_broken_pipe(write(&mut out).and_then(|()| out.flush()));
    }
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut temporary = new_file_in(folder)?;
    let mut out = BufWriter::new(StripStream::new(temporary.as_file_mut() as &mut fs::File));
    write(&mut out)?;
    out.flush()?;
    drop(out);
    if let Ok(replaced) = fs::metadata(&target) {
        temporary.as_file().set_permissions(replaced.permissions())?;
    }
    temporary.as_file().sync_all()?;
    temporary.persist(&target)?;
    Ok(())
}

/// Writes a small file of keysieve's own text, for git or a hook to read.
pub fn own_file(file: &Path, text: &str) -> io::Result<()> {
    fs::write(file, text)
}

/// A message without secrets and without control characters.
pub fn safe_message(message: &str) -> String {
    escaped_lines(&filtered(message))
}

fn eprint_text(line: &str) {
    // If standard error is closed there is nobody to report to.
    let _ = writeln!(AutoStream::auto(io::stderr().lock()), "{line}");
}

/// The message without the secrets of the run and without what the built-in rules find in it.
fn filtered(message: &str) -> String {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    let engine =
        ENGINE.get_or_init(|| Engine::new(Catalogue::built_in(), FingerprintKey::new(b"")));
    let run = RUN.read().unwrap_or_else(PoisonError::into_inner);
    match &*run {
        Some(filter) => filter.message(message, engine),
        None => Filter::of(engine, &[]).message(message, engine),
    }
}

/// Ignores that the reader closes a pipe, as in `| head`.
fn ignore_broken_pipe(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// A new file with the usual permissions; `tempfile` alone would make it private.
fn new_file_in(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.prefix(".keysieve-").tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_one_line_that_shows_nothing_of_the_repository() {
        let line = internal_error(" at src/main.rs:7", " (\u{1b}]0;a\nb)");
        assert!(line.contains("internal error at src/main.rs:7"), "{line}");
        assert!(!line.contains("\u{1b}]"), "{line}");
        assert_eq!(line.lines().count(), 1);
        let hook = std::panic::take_hook();
        let (sender, receiver) = std::sync::mpsc::channel();
        std::panic::set_hook(Box::new(move |panic| sender.send(panicked(panic)).unwrap()));
        let value = "of the repository".to_owned();
        let _ = std::panic::catch_unwind(|| panic!("a value {value}"));
        let _ = std::panic::catch_unwind(|| panic!("a fixed text"));
        std::panic::set_hook(hook);
        let lines: Vec<String> = receiver.try_iter().collect();
        assert!(lines[0].contains("output/sink.rs:") && !lines[0].contains("value"), "{lines:?}");
        assert!(lines[1].contains("(a fixed text)"), "{lines:?}");
    }
}

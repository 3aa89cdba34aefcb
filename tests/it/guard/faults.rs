//! Faults fail closed: no fault lets a commit through, each message names the next step, nothing is
//! written, and an interrupted installation leaves the old hook or the new one.
#![cfg(unix)]

use crate::support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use support::guarded::{listing, secret};
use support::repository::{TempRepo, all_output};

const KEYSIEVE: &str = env!("CARGO_BIN_EXE_keysieve");

/// A repository with our hook, a commit, and a harmless file staged.
fn harmless() -> TempRepo {
    let repository = TempRepo::new();
    let output = run(&repository, KEYSIEVE, &["hook", "install"]);
    assert!(output.status.success(), "{}", all_output(&output));
    repository.write("before", "before\n");
    repository.commit("before");
    repository.write("file", "harmless\n");
    repository.git(&["add", "file"]);
    repository
}

fn run(repository: &TempRepo, program: impl AsRef<Path>, arguments: &[&str]) -> Output {
    let mut command = repository.command(program.as_ref(), &repository.path());
    command.args(arguments).env_remove("PRE_COMMIT").output().unwrap()
}

/// Neither the hook nor a commit lets a change through, and the hook prints these words.
fn stops(repository: &TempRepo, words: &[&str]) {
    hook_stops(repository, words);
    let commit = repository.try_git(&["commit", "-m", "x"]);
    assert!(!commit.status.success(), "{}", all_output(&commit));
}

fn hook_stops(repository: &TempRepo, words: &[&str]) {
    let hook = run(repository, KEYSIEVE, &["hook", "run"]);
    assert_eq!(hook.status.code(), Some(2), "{}", all_output(&hook));
    for word in words {
        assert!(all_output(&hook).contains(word), "{word}: {}", all_output(&hook));
    }
}

fn object(repository: &TempRepo, name: &str) -> PathBuf {
    let id = repository.git(&["rev-parse", name]);
    repository.path().join(".git/objects").join(&id[..2]).join(&id[2..])
}

#[test]
fn a_missing_binary_stops() {
    let repository = TempRepo::new();
    let folder = repository.home().join("bin");
    fs::create_dir(&folder).unwrap();
    let binary = folder.join("keysieve");
    fs::copy(KEYSIEVE, &binary).unwrap();
    assert!(run(&repository, &binary, &["hook", "install"]).status.success());
    fs::remove_file(binary).unwrap();
    repository.write("file", "harmless\n");
    repository.git(&["add", "file"]);
    let commit = repository.try_git(&["commit", "-m", "x"]);
    assert!(!commit.status.success(), "{}", all_output(&commit));
    for word in ["commit blocked", "install keysieve", "git commit --no-verify"] {
        assert!(all_output(&commit).contains(word), "{}", all_output(&commit));
    }
}

#[test]
fn a_corrupt_index_stops() {
    let repository = harmless();
    let index = repository.path().join(".git/index");
    let whole = fs::read(&index).unwrap();
    let words = ["cannot read the index", "git reset"];
    for broken in [&b"DIRC\0\0\0\x02"[..], b"nothing", b""] {
        fs::write(&index, broken).unwrap();
        stops(&repository, &words);
    }
    // Git rewrites it before a commit, without the truncated extension.
    fs::write(&index, &whole[..whole.len() - 30]).unwrap();
    hook_stops(&repository, &words);
}

#[test]
fn a_missing_blob_stops() {
    let repository = harmless();
    fs::remove_file(object(&repository, ":file")).unwrap();
    stops(&repository, &["file", "cannot be read", "git fsck"]);
}

#[test]
fn an_unreadable_head_stops() {
    let repository = harmless();
    fs::remove_file(object(&repository, "HEAD^{tree}")).unwrap();
    stops(&repository, &["cannot read the parent commits", "git fsck"]);
    let repository = harmless();
    fs::remove_file(object(&repository, "HEAD")).unwrap();
    stops(&repository, &["cannot read the parent commits", "git fsck"]);
    fs::write(repository.path().join(".git/refs/heads/main"), "nothing\n").unwrap();
    stops(&repository, &["cannot read the parent commits", "git fsck"]);
    fs::write(repository.path().join(".git/HEAD"), "nothing\n").unwrap();
    stops(&repository, &["git fsck"]);
}

/// Git itself refuses; we can still read.
#[test]
fn a_held_lock_stops_git_and_not_us() {
    let repository = harmless();
    fs::write(repository.path().join(".git/index.lock"), "").unwrap();
    let commit = repository.try_git(&["commit", "-m", "x"]);
    assert!(
        !commit.status.success() && all_output(&commit).contains("index.lock"),
        "{}",
        all_output(&commit)
    );
    let hook = run(&repository, KEYSIEVE, &["hook", "run"]);
    assert_eq!(hook.status.code(), Some(0), "{}", all_output(&hook));
}

/// A file size limit of zero simulates a full disk.
#[test]
fn a_full_disk_stops() {
    let repository = harmless();
    let full = |arguments: &str| {
        let line = format!("trap '' XFSZ; ulimit -f 0; '{KEYSIEVE}' {arguments}");
        run(&repository, "/bin/sh", &["-c", &line])
    };
    let before = listing(&repository.path());
    let passes = full("hook run");
    assert_eq!(passes.status.code(), Some(0), "nothing is written: {}", all_output(&passes));
    let unsaid = full("hook run > /dev/full");
    assert_eq!(unsaid.status.code(), Some(2), "{}", all_output(&unsaid));
    let report = full("hook run --format json -o report.json");
    assert_eq!(report.status.code(), Some(2), "{}", all_output(&report));
    assert!(all_output(&report).contains("report.json"), "{}", all_output(&report));
    let install = full("hook install --stage pre-push");
    assert_eq!(install.status.code(), Some(2), "{}", all_output(&install));
    assert!(all_output(&install).contains("cannot write the hook"), "{}", all_output(&install));
    fs::remove_file(repository.path().join("report.json")).ok();
    let is_the_same = |path: &PathBuf| before.get(path).map(|(_, hash)| hash).is_some();
    assert!(listing(&repository.path()).keys().all(is_the_same));
    assert!(!repository.path().join(".git/hooks/pre-push").exists());
}

/// Whether strace is available and may trace; prints a note if not.
fn has_strace() -> bool {
    let traced = Command::new("strace").args(["-o", "/dev/null", "true"]).output();
    let has = traced.is_ok_and(|output| output.status.success());
    if !has {
        eprintln!("SKIPPED: strace is not here, or may not trace");
    }
    has
}

/// System calls that create, change or remove something.
const CHANGES: &str = "trace=open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,\
    unlinkat,rmdir,link,linkat,symlink,symlinkat,chmod,fchmod,fchmodat,chown,fchown,fchownat,\
    utimensat,utime,utimes,truncate,ftruncate,mknod,mknodat";

/// No file is opened for writing, and nothing is created or removed: neither by us nor by the git
/// that runs in a repository with reftable.
#[test]
fn the_hook_writes_nothing() {
    if !has_strace() {
        return;
    }
    let reftable = ["init", "--quiet", "-b", "main", "--ref-format=reftable"];
    for init in [&["init", "--quiet", "-b", "main"][..], &reftable] {
        let Some(repository) = TempRepo::try_with(init) else {
            eprintln!("SKIPPED: this git knows no reftable");
            continue;
        };
        repository.write("old", secret(1));
        repository.commit("old");
        repository.write("new", secret(2));
        repository.git(&["add", "new"]);
        let log = repository.home().join("log");
        let trace = ["-f", "-qq", "-e", CHANGES, "-o", log.to_str().unwrap(), KEYSIEVE];
        let output = run(&repository, "strace", &[&trace[..], &["hook", "run"]].concat());
        assert_eq!(output.status.code(), Some(1), "{}", all_output(&output));
        let log = fs::read_to_string(log).unwrap();
        assert!(log.contains(".git/index"), "{log}");
        for line in log.lines().filter(|line| line.contains('(')) {
            let opens = line.contains(" open");
            let writes = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"];
            let writes = writes.iter().any(|flag| line.contains(flag));
            assert!(opens && !writes || line.contains("\"/dev/"), "{line}");
        }
    }
}

#[test]
fn a_read_only_repository_is_enough() {
    let repository = harmless();
    repository.write("file", secret(1));
    repository.git(&["add", "file"]);
    let git_dir = repository.path().join(".git");
    let allow = |mode: &str| {
        let chmod = Command::new("chmod").args(["-R", mode]).arg(&git_dir).status().unwrap();
        assert!(chmod.success());
    };
    allow("a-w");
    let before = listing(&git_dir);
    let output = run(&repository, KEYSIEVE, &["hook", "run"]);
    assert_eq!(output.status.code(), Some(1), "{}", all_output(&output));
    assert_eq!(before, listing(&git_dir));
    allow("u+w");
}

/// The file at the hook's path, with its permissions.
fn installed_hook(hook: &Path) -> Option<(Vec<u8>, u32)> {
    let mode = fs::metadata(hook).ok()?.permissions().mode();
    Some((fs::read(hook).unwrap(), mode))
}

/// No hook, a foreign hook chained to ours, and an older one of ours.
#[test]
fn an_installation_that_is_killed_leaves_the_old_hook_or_the_new() {
    let repository = TempRepo::new();
    let hook = repository.path().join(".git/hooks/pre-commit");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    let with_strace = has_strace();
    for old in [None, Some("#!/bin/sh\nexit 0\n")] {
        let reset = || {
            let _ = fs::remove_file(&hook);
            if let Some(text) = old {
                fs::write(&hook, text).unwrap();
                fs::set_permissions(&hook, fs::Permissions::from_mode(0o750)).unwrap();
            }
        };
        reset();
        let before = installed_hook(&hook);
        assert!(run(&repository, KEYSIEVE, &["hook", "install"]).status.success());
        let after = installed_hook(&hook);
        assert_ne!(before, after);
        let is_whole = |moment: &str| {
            let now = installed_hook(&hook);
            assert!(now == before || now == after, "{moment}: {now:?}");
        };

        // At each writing system call.
        for call in ["openat", "write", "fchmod", "fsync", "rename", "renameat2", "linkat"] {
            for count in 1..=40 {
                if !with_strace {
                    break;
                }
                reset();
                let inject = format!("inject={call}:signal=SIGKILL:when={count}");
                let trace = ["-f", "-qq", "-o", "/dev/null", "-e", &inject, KEYSIEVE];
                let output =
                    run(&repository, "strace", &[&trace[..], &["hook", "install"]].concat());
                is_whole(&format!("{call} {count}"));
                if output.status.success() {
                    break;
                }
            }
        }

        // At any time.
        for moment in 0..20u64 {
            reset();
            let mut command = repository.command(KEYSIEVE, &repository.path());
            command.args(["hook", "install"]).stdout(Stdio::null()).stderr(Stdio::null());
            let mut child = command.spawn().unwrap();
            std::thread::sleep(Duration::from_micros(moment * moment * 100));
            child.kill().unwrap();
            child.wait().unwrap();
            is_whole(&format!("after {moment}"));
        }
        assert!(run(&repository, KEYSIEVE, &["hook", "install"]).status.success());
        assert_eq!(installed_hook(&hook), after);
    }
}

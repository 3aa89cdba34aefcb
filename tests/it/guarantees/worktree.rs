//! Nothing is reported clean that was not scanned.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use crate::support::guarded::secret;
use crate::support::repository::TempRepo;
use crate::support::timed::{Run, fifo, keysieve, keysieve_in};

/// A repository in a folder of another, with a tracked file that its own rules ignore and an
/// ignored file that it does not track.
fn nest(repository: &TempRepo, folder: &str) {
    let folder_path = repository.path().join(folder);
    fs::create_dir_all(&folder_path).unwrap();
    repository.git_in(&folder_path, &["init", "--quiet", "-b", "main"]);
    fs::write(folder_path.join(".gitignore"), "*.env\n").unwrap();
    fs::write(folder_path.join("tracked.env"), secret(1)).unwrap();
    fs::write(folder_path.join("untracked.env"), secret(2)).unwrap();
    repository.git_in(&folder_path, &["add", "--force", "tracked.env", ".gitignore"]);
    repository.git_in(&folder_path, &["commit", "--quiet", "-m", "nested"]);
}

/// A repository with a submodule, cloned from another repository.
fn with_submodule(folder: &str) -> (TempRepo, TempRepo) {
    let (origin, repository) = (TempRepo::new(), TempRepo::new());
    origin.write(".gitignore", "*.env\n");
    origin.write("tracked.env", secret(1));
    origin.git(&["add", "--force", "tracked.env"]);
    origin.commit("origin");
    let url = origin.path();
    let add = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "--force"];
    repository.git(&[&add[..], &[url.to_str().unwrap(), folder]].concat());
    repository.commit("with a submodule");
    repository.write(Path::new(folder).join("untracked.env"), secret(2));
    (origin, repository)
}

/// Runs as another user, since root can enter every folder. `None` if that is not possible.
fn as_nobody(repository: &TempRepo, arguments: &[&str]) -> Option<Run> {
    for folder in [repository.home(), &repository.path()] {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"];
    let can = repository.command("setpriv", &repository.path()).args(nobody).arg("true").output();
    if !can.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: setpriv cannot drop to another user here");
        return None;
    }
    // The build folder may not be readable for that user.
    let binary = repository.home().join("keysieve");
    fs::copy(env!("CARGO_BIN_EXE_keysieve"), &binary).unwrap();
    let mut command = repository.command("setpriv", &repository.path());
    command.args(nobody).arg(binary).args(arguments);
    // Git and libgit2 refuse a repository of another user.
    command.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", "safe.directory");
    command.env("GIT_CONFIG_VALUE_0", "*");
    Some(Run::of(command))
}

mod s1_what_nested_repositories_track {
    use super::*;

    #[test]
    fn a_nested_repository() {
        let repository = TempRepo::new();
        nest(&repository, "deep/nested");
        nest(&repository, "deep/nested/er");
        let run = keysieve(&repository, &["scan", "."]);
        assert_eq!(run.locations(), ["deep/nested/er/tracked.env:1", "deep/nested/tracked.env:1"]);
        let below = keysieve_in(&repository, &repository.path().join("deep"), &["scan"]);
        assert_eq!(below.locations(), run.locations());
    }

    #[test]
    fn a_nested_repository_outside_of_any() {
        let repository = TempRepo::new();
        nest(&repository, "nested");
        fs::remove_dir_all(repository.path().join(".git")).unwrap();
        let run = keysieve(&repository, &["scan"]);
        assert_eq!(run.locations(), ["nested/tracked.env:1"]);
    }

    #[test]
    fn a_submodule_with_its_repository_in_modules() {
        let (_origin, repository) = with_submodule("sub");
        assert!(repository.path().join("sub/.git").is_file());
        let run = keysieve(&repository, &["scan", "."]);
        assert_eq!(run.locations(), ["sub/tracked.env:1"]);
        // Scanned by itself it is named from its own top.
        assert_eq!(keysieve(&repository, &["scan", "sub"]).locations(), ["tracked.env:1"]);
    }

    #[test]
    fn a_submodule_with_its_repository_in_the_tree() {
        let repository = TempRepo::new();
        nest(&repository, "sub");
        repository.git(&["add", "sub"]);
        assert!(repository.git(&["ls-files", "--stage"]).starts_with("160000"));
        let run = keysieve(&repository, &["scan", "."]);
        assert_eq!(run.locations(), ["sub/tracked.env:1"]);
    }

    #[test]
    fn a_submodule_in_an_ignored_folder() {
        let (_origin, repository) = with_submodule("vendor/sub");
        repository.write(".gitignore", "vendor/\n");
        repository.write("vendor/untracked", secret(3));
        let run = keysieve(&repository, &["scan", "."]);
        assert_eq!(run.locations(), ["vendor/sub/tracked.env:1"]);
    }

    #[test]
    fn an_index_that_only_git_reads() {
        let Some(repository) =
            TempRepo::try_with(&["init", "--quiet", "-b", "main", "--ref-format=reftable"])
        else {
            eprintln!("skipped: this git knows no reftable");
            return;
        };
        repository.write(".gitignore", "*.env\n");
        repository.write("tracked.env", secret(1));
        repository.write("untracked.env", secret(2));
        repository.git(&["add", "--force", "tracked.env"]);
        let run = keysieve(&repository, &["scan", "."]);
        assert_eq!(run.locations(), ["tracked.env:1"]);
    }

    #[test]
    fn an_index_that_is_split() {
        let repository = TempRepo::new();
        nest(&repository, "nested");
        repository.git_in(&repository.path().join("nested"), &["update-index", "--split-index"]);
        assert_eq!(keysieve(&repository, &["scan", "."]).locations(), ["nested/tracked.env:1"]);
    }

    #[test]
    fn a_damaged_index_is_a_failure() {
        let repository = TempRepo::new();
        nest(&repository, "nested");
        fs::write(repository.path().join("nested/.git/index"), "DIRC, more or less").unwrap();
        let run = keysieve(&repository, &["scan", "."]);
        assert_eq!(run.code(), 2, "{}", run.all_output());
    }
}

#[test]
fn s2_a_tracked_file_in_a_closed_folder() {
    let repository = TempRepo::new();
    repository.write(".gitignore", "closed/\n");
    repository.write("closed/key", secret(1));
    repository.git(&["add", "--force", "closed/key"]);
    let closed = repository.path().join("closed");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    let run = as_nobody(&repository, &["scan", ".", "--format", "json"]);
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
    let Some(run) = run else { return };
    assert_eq!(run.code(), 2, "{}", run.all_output());
    assert!(run.failures().contains("closed/key"), "{}", run.all_output());
}

#[test]
fn s2_a_tracked_file_that_cannot_be_read() {
    let repository = TempRepo::new();
    repository.write(".gitignore", "key\n");
    repository.write("key", secret(1));
    repository.git(&["add", "--force", "key"]);
    let key = repository.path().join("key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o000)).unwrap();
    let Some(run) = as_nobody(&repository, &["scan", ".", "--format", "json"]) else { return };
    assert_eq!(run.code(), 2, "{}", run.all_output());
    assert!(run.failures().contains("key"), "{}", run.all_output());
}

mod s3_a_git_that_leads_nowhere {
    use super::*;

    fn ignored(repository: &TempRepo, folder: &str) {
        repository.write(Path::new(folder).join(".gitignore"), "*.env\n");
        repository.write(Path::new(folder).join("hidden.env"), secret(1));
    }

    fn assert_noted(repository: &TempRepo, location: &str) {
        let run = keysieve(repository, &["scan", "."]);
        assert_eq!(run.locations(), [location], "{}", run.all_output());
        assert!(run.notes().contains("no ignore rule"), "{}", run.all_output());
    }

    #[test]
    fn a_file_whose_target_is_missing() {
        let repository = TempRepo::new();
        ignored(&repository, "");
        fs::remove_dir_all(repository.path().join(".git")).unwrap();
        repository.write(".git", "gitdir: /no/such/folder/.git/worktrees/tree\n");
        assert_noted(&repository, "hidden.env:1");
    }

    #[test]
    fn an_empty_folder() {
        let repository = TempRepo::new();
        ignored(&repository, "");
        fs::remove_dir_all(repository.path().join(".git")).unwrap();
        fs::create_dir(repository.path().join(".git")).unwrap();
        assert_noted(&repository, "hidden.env:1");
    }

    #[test]
    fn a_work_tree_that_is_elsewhere() {
        let repository = TempRepo::new();
        ignored(&repository, "");
        let elsewhere = repository.home().join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        repository.git(&["config", "core.worktree", elsewhere.to_str().unwrap()]);
        assert_noted(&repository, "hidden.env:1");
    }

    #[test]
    fn in_a_folder_of_a_repository() {
        let repository = TempRepo::new();
        ignored(&repository, "mounted");
        repository.write("mounted/.git", "gitdir: ../.git/modules/mounted\n");
        // The rules elsewhere apply.
        repository.write(".gitignore", "*.log\n");
        repository.write("other.log", secret(2));
        // And so do those of a repository in it.
        nest(&repository, "mounted/nested");
        let run = keysieve(&repository, &["scan", "."]);
        assert_eq!(run.locations(), ["mounted/hidden.env:1", "mounted/nested/tracked.env:1"]);
        assert!(run.notes().contains("mounted/.git"), "{}", run.all_output());
    }

    #[test]
    fn a_linked_work_tree_leads_somewhere() {
        let repository = TempRepo::new();
        repository.write(".gitignore", "*.env\n");
        repository.commit("base");
        repository.git(&["worktree", "add", "--quiet", "../linked"]);
        let linked = repository.home().join("linked");
        fs::write(linked.join("untracked.env"), secret(1)).unwrap();
        let run = keysieve_in(&repository, &linked, &["scan", "."]);
        assert_eq!((run.code(), run.notes()), (0, String::new()), "{}", run.all_output());
    }
}

mod s4_named_paths {
    use super::*;

    #[test]
    fn a_named_pipe_a_socket_and_a_device() {
        let repository = TempRepo::new();
        fifo(&repository.path().join("pipe"));
        let _socket = std::os::unix::net::UnixListener::bind(repository.path().join("socket"));
        for path in ["pipe", "socket", "/dev/null", "/dev/zero"] {
            let run = keysieve(&repository, &["scan", path]);
            assert_eq!(run.code(), 2, "{path}: {}", run.all_output());
            assert!(run.failures().contains(path), "{path}: {}", run.all_output());
        }
        repository.write("key", secret(1));
        let run = keysieve(&repository, &["scan", "pipe", "key"]);
        assert_eq!((run.code(), run.locations()), (2, vec!["key:1".to_owned()]));
    }

    #[test]
    fn a_missing_one() {
        let repository = TempRepo::new();
        let run = keysieve(&repository, &["scan", "missing"]);
        assert_eq!(run.code(), 2, "{}", run.all_output());
        assert!(run.all_output().contains("missing"), "{}", run.all_output());
    }

    #[test]
    fn a_link_is_followed() {
        let repository = TempRepo::new();
        repository.write("folder/key", secret(1));
        symlink("folder/key", repository.path().join("to-file")).unwrap();
        symlink("folder", repository.path().join("to-folder")).unwrap();
        for path in ["to-file", "to-folder"] {
            let run = keysieve(&repository, &["scan", path]);
            assert_eq!(run.locations(), ["folder/key:1"], "{path}: {}", run.all_output());
        }
    }
}

mod s15_a_folder_in_no_work_tree {
    use super::*;

    const EXCLUDE: &str = "[[exclude]]\npaths = [\"/left/\"]\nreason = \"a test\"\n";

    /// A folder `plain` next to others, none of them in a repository.
    fn plain() -> TempRepo {
        let repository = TempRepo::new();
        fs::remove_dir_all(repository.path().join(".git")).unwrap();
        repository.write("plain/key", secret(1));
        repository.write("plain/left/key", secret(2));
        repository
    }

    #[test]
    fn its_configuration_counts_from_it() {
        let repository = plain();
        repository.write("plain/.keysieve.toml", EXCLUDE);
        for (from, path) in [("", "plain"), ("plain", "."), ("plain/left", "..")] {
            let run = keysieve_in(&repository, &repository.path().join(from), &["scan", path]);
            assert_eq!(run.locations(), ["key:1"], "{from} {path}: {}", run.all_output());
        }
        let run = keysieve(&repository, &["scan", "plain", "--no-repo-config"]);
        assert_eq!(run.locations(), ["key:1", "left/key:1"]);
    }

    #[test]
    fn so_does_that_of_its_folders() {
        let repository = plain();
        repository.write("plain/left/.keysieve.toml", EXCLUDE.replace("/left/", "/key"));
        let run = keysieve(&repository, &["scan", "plain"]);
        assert_eq!(run.locations(), ["plain/key:1"], "{}", run.all_output());
    }

    #[test]
    fn so_does_its_baseline() {
        let repository = plain();
        repository.git_in(&repository.path().join("plain"), &["init", "--quiet"]);
        let write = ["baseline", "create", "plain", "--owner", "O"];
        let run = keysieve(&repository, &write);
        assert_eq!(run.code(), 0, "{}", run.all_output());
        fs::remove_dir_all(repository.path().join("plain/.git")).unwrap();
        let run = keysieve(&repository, &["scan", "plain"]);
        assert_eq!(run.code(), 0, "{}", run.all_output());
        assert_eq!(keysieve(&repository, &["scan", "plain", "--no-baseline"]).code(), 1);
    }

    #[test]
    fn where_it_is_ignored_a_note_is_shown() {
        let repository = plain();
        repository.write("plain/.keysieve.toml", EXCLUDE);
        repository.write("other/key", secret(3));
        let run = keysieve(&repository, &["scan", "plain", "other"]);
        assert_eq!(run.locations().len(), 3, "{}", run.all_output());
        assert!(run.notes().contains("plain/.keysieve.toml was not read"), "{}", run.all_output());
        let run = keysieve_in(&repository, &repository.path().join("plain"), &["scan", "-"]);
        assert!(run.notes().contains(".keysieve.toml was not read"), "{}", run.all_output());
        let run = keysieve(&repository, &["scan", "plain", "other", "--no-repo-config"]);
        assert_eq!(run.notes(), "", "{}", run.all_output());
    }
}

//! Unusual layouts, and files that are not what they should be.

use std::fs;

use sha2::{Digest, Sha256};

use super::{audit, clean, json, local, notes, plant};
use crate::support::guarded::secret;
use crate::support::repository::{TempRepo, all_output};
use crate::support::tokens::localstack_auth_token as token;

#[test]
fn a_bare_repository_has_paths_below_itself() {
    let repository = clean();
    repository.git_in(repository.home(), &["clone", "--quiet", "--bare", "tree", "bare"]);
    let bare = repository.home().join("bare");
    plant(&bare, "hooks/post-receive", secret(1));
    let (report, code) = json(&repository, &bare, &[]);
    assert_eq!((local(&report), code), (vec!["hooks/post-receive:1 hook".to_owned()], 1));
}

#[test]
fn a_linked_worktree_has_its_own_files_and_the_shared_ones() {
    let repository = clean();
    repository.git(&["worktree", "add", "--quiet", "../linked"]);
    plant(&repository.path(), ".git/COMMIT_EDITMSG", secret(1));
    plant(&repository.path(), ".git/worktrees/linked/MERGE_MSG", secret(2));
    let expected = [".git/COMMIT_EDITMSG:1 message", ".git/worktrees/linked/MERGE_MSG:1 message"];
    for folder in [repository.path(), repository.home().join("linked")] {
        let (report, _) = json(&repository, &folder, &[]);
        assert_eq!(local(&report), expected);
    }
}

#[test]
fn a_submodule_is_part_of_the_clone() {
    let repository = clean();
    repository.git_in(repository.home(), &["clone", "--quiet", "tree", "library"]);
    let url = repository.home().join("library").display().to_string();
    let add = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &url, "lib"];
    repository.git(&add);
    repository.commit("Add a submodule");
    plant(&repository.path(), ".git/modules/lib/FETCH_HEAD", secret(1));
    for arguments in [&[][..], &["--recurse-submodules"]] {
        let (report, _) = json(&repository, &repository.path(), arguments);
        assert_eq!(local(&report), [".git/modules/lib/FETCH_HEAD:1 fetch-head"]);
    }
    let (report, _) = json(&repository, &repository.path().join("lib"), &[]);
    assert_eq!(local(&report), [".git/FETCH_HEAD:1 fetch-head"]);
}

/// Of a submodule whose git directory is in the work tree, as before git 1.7.8.
#[test]
fn a_submodule_with_its_own_git_directory_is_audited_with_the_others() {
    let repository = clean();
    repository.git_in(&repository.path(), &["clone", "--quiet", ".", "lib"]);
    repository.git(&["config", "--file", ".gitmodules", "submodule.lib.path", "lib"]);
    repository.git(&["config", "--file", ".gitmodules", "submodule.lib.url", "../lib"]);
    repository.commit("Add a submodule");
    plant(&repository.path(), "lib/.git/MERGE_MSG", secret(1));
    let (report, _) = json(&repository, &repository.path(), &["--recurse-submodules"]);
    assert_eq!(local(&report), ["lib/.git/MERGE_MSG:1 message"]);
}

#[test]
fn objects_are_left_to_the_audit_and_temporary_ones_are_noted() {
    let repository = clean();
    plant(&repository.path(), ".git/objects/pack/tmp_pack_a1b2c3", secret(1));
    plant(&repository.path(), ".git/objects/tmp_objdir-incoming-a/ab/cd", secret(2));
    let (report, code) = json(&repository, &repository.path(), &[]);
    assert_eq!((local(&report), code), (vec![], 0));
    let [note] = notes(&report)[..] else { panic!("{report:#}") };
    assert!(note.starts_with("2 temporary files of interrupted"), "{note}");
}

/// `git gc --expire-to` writes packs to a folder of any name.
#[test]
fn a_pack_outside_the_object_database_is_noted() {
    let repository = clean();
    fs::create_dir(repository.path().join(".git/expired")).unwrap();
    repository.write("a.env", secret(1));
    repository.commit("Add");
    repository.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    repository.git(&["reflog", "expire", "--expire=now", "--all"]);
    repository.git(&["update-ref", "-d", "ORIG_HEAD"]);
    let repack = ["repack", "-d", "--cruft", "--cruft-expiration=now"];
    let expire_to = "--expire-to=.git/expired/pack";
    repository.git(&[&repack[..], &["--quiet", expire_to]].concat());
    let (report, _) = json(&repository, &repository.path(), &[]);
    let [note] = notes(&report)[..] else { panic!("{report:#}") };
    assert!(note.starts_with(".git/expired/pack-"), "{note}");
    assert!(note.contains(".pack contains objects"), "{note}");
}

#[test]
fn a_binary_file_is_counted_and_git_s_own_are_not() {
    let repository = clean();
    plant(
        &repository.path(),
        ".git/lfs/objects/ab/cd/abcd",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\x01",
    );
    let (report, _) = json(&repository, &repository.path(), &[]);
    let skipped = report.pointer("/coverage/skipped").unwrap();
    let name = ".git/lfs/objects/ab/cd/abcd";
    assert_eq!(*skipped, serde_json::json!([{ "kind": "binary", "name": name }]));
}

#[test]
fn a_large_file_is_read_in_parts_or_counted() {
    let repository = clean();
    let padding = "The quick brown fox jumps over the lazy dog.\n".repeat(450_000);
    plant(&repository.path(), ".git/lfs/objects/ab/cd/abcd", padding + &secret(1));
    let expected = [".git/lfs/objects/ab/cd/abcd:450001 lfs"];
    let (report, _) = json(&repository, &repository.path(), &[]);
    assert_eq!(local(&report), expected);
    let (report, code) = json(&repository, &repository.path(), &["--max-blob-size", "2"]);
    assert_eq!((local(&report), code), (vec![], 0));
    assert_eq!(report["coverage"]["oversized"], 1);
}

/// The lines of a swap file of Vim follow a header with NULs.
#[test]
fn the_swap_file_of_an_editor_is_scanned() {
    let repository = clean();
    let mut swap = b"b0VIM 9.1\0\0\0\0\x10\0\0\0".to_vec();
    swap.resize(4096, 0);
    swap.extend(format!("DONE\0{}\0", secret(1).trim_end()).bytes());
    plant(&repository.path(), ".git/.COMMIT_EDITMSG.swp", &swap);
    plant(&repository.path(), ".jj/repo/op_store/operations/00ff", {
        [b"\x0a\x40\0\x01\xfe\x02".to_vec(), secret(2).into_bytes()].concat()
    });
    let (report, _) = json(&repository, &repository.path(), &[]);
    assert_eq!(local(&report).len(), 2, "{report:#}");
}

#[cfg(unix)]
#[test]
fn links_and_pipes_are_not_followed() {
    use std::os::unix::fs::symlink;

    let repository = clean();
    let git_dir = repository.path().join(".git");
    fs::write(repository.home().join("outside"), secret(1)).unwrap();
    symlink(repository.home().join("outside"), git_dir.join("hooks/pre-push")).unwrap();
    symlink("config", git_dir.join("config.link")).unwrap();
    symlink("/", git_dir.join("root")).unwrap();
    crate::support::timed::fifo(&git_dir.join("pipe"));
    let (report, code) = json(&repository, &repository.path(), &[]);
    assert_eq!((local(&report), code), (vec![], 0));
    let [note] = notes(&report)[..] else { panic!("{report:#}") };
    assert!(note.contains("not followed: .git/hooks/pre-push, .git/root;"), "{note}");
    assert_eq!(report["coverage"]["special"], 4);
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read_is_a_failure() {
    use std::os::unix::fs::PermissionsExt;

    let repository = clean();
    let file = repository.path().join(".git/SQUASH_MSG");
    fs::write(&file, secret(1)).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o0)).unwrap();
    if fs::read(&file).is_ok() {
        return; // The superuser reads everything.
    }
    let output = audit(&repository, &repository.path(), &["-f", "human"]);
    let shown = all_output(&output);
    assert!(shown.contains("could not scan .git/SQUASH_MSG"), "{shown}");
    assert_eq!(output.status.code(), Some(2));
}

/// A secret in the name of a branch, and so in the path of its reflog.
#[test]
fn a_secret_in_a_path_is_redacted() {
    let repository = clean();
    plant(&repository.path(), &format!(".git/logs/refs/heads/{}", token(1)), secret(1));
    for format in crate::support::FORMATS {
        let output = audit(&repository, &repository.path(), &["--sarif-local", "-f", format]);
        assert!(!all_output(&output).contains(&token(1)));
        assert_eq!(output.status.code(), Some(1));
    }
}

/// Reflogs in a reftable are compressed. A repository that git cannot make so is not tested.
#[test]
fn the_messages_of_reflogs_in_a_reftable_are_scanned() {
    let Some(repository) = TempRepo::try_with(&["init", "--quiet", "--ref-format=reftable"]) else {
        return;
    };
    for seed in 1..=40 {
        repository.git(&["commit", "--quiet", "--allow-empty", "-m", "Go on"]);
        let message = format!("reset: {}", secret(seed));
        repository.git(&["update-ref", "--create-reflog", "-m", &message, "refs/x", "HEAD"]);
    }
    let (report, code) = json(&repository, &repository.path(), &[]);
    let found = local(&report);
    let is_reftable = |found: &String| found.starts_with(".git/reftable/0x");
    assert!(found.len() >= 40 && found.iter().all(is_reftable), "{found:?}");
    assert_eq!((report["credentials"].as_array().unwrap().len(), code), (40, 1));
}

#[test]
fn a_damaged_reftable_is_a_failure() {
    let repository = clean();
    plant(&repository.path(), ".git/reftable/0x1.ref", b"REFT\x01\0\0\0\0\0");
    let (report, code) = json(&repository, &repository.path(), &[]);
    let failure = &report["coverage"]["failures"][0];
    assert_eq!(failure["name"], ".git/reftable/0x1.ref");
    assert_eq!(code, 2);
}

/// A copy of a pointer file is not one more.
#[test]
fn a_pointer_in_the_git_directory_is_not_counted() {
    let repository = clean();
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 3\n";
    plant(&repository.path(), ".git/rr-cache/12/preimage", pointer);
    let (report, _) = json(&repository, &repository.path(), &[]);
    assert_eq!(report["coverage"]["pointers"], 0);
    assert_eq!(report["coverage"]["skipped"], serde_json::json!([]));
}

/// Content that a pointer file refers to is reported at the path of the pointer file.
#[test]
fn content_is_scanned_once() {
    let repository = clean();
    let content = secret(1);
    let oid: String = Sha256::digest(&content).iter().map(|byte| format!("{byte:02x}")).collect();
    let stored = format!(".git/lfs/objects/{}/{}/{oid}", &oid[..2], &oid[2..4]);
    plant(&repository.path(), &stored, &content);
    let (report, code) = json(&repository, &repository.path(), &[]);
    assert_eq!((local(&report), code), (vec![format!("{stored}:1 lfs")], 1));
    let size = content.len();
    let pointer =
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {size}\n");
    repository.write("a.env", pointer);
    repository.commit("Add");
    let (report, code) = json(&repository, &repository.path(), &[]);
    assert_eq!((local(&report), code), (vec![], 1));
}

/// Git itself calls it garbage.
#[test]
fn a_file_among_loose_objects_that_is_none_is_scanned() {
    let repository = clean();
    plant(&repository.path(), ".git/objects/ab/notes", secret(1));
    plant(&repository.path(), ".git/objects/ab/tmp_obj_a1b2c3", secret(2));
    let (report, code) = json(&repository, &repository.path(), &[]);
    assert_eq!((local(&report), code), (vec![".git/objects/ab/notes:1 other".to_owned()], 1));
    let [note] = notes(&report)[..] else { panic!("{report:#}") };
    assert!(note.starts_with("1 temporary file of interrupted"), "{note}");
}

/// A bundle is unpacked into a temporary repository, whose files are nobody's.
#[test]
fn a_bundle_has_no_files_beside_its_objects() {
    let repository = clean();
    plant(&repository.path(), ".git/hooks/pre-push", secret(1));
    repository.git(&["bundle", "create", "--quiet", "../x.bundle", "--all"]);
    let (report, code) = json(&repository, &repository.path(), &["../x.bundle"]);
    assert_eq!((local(&report), code), (vec![], 0));
    assert_eq!(report["coverage"]["local"], 0);
}

/// A workspace of Jujutsu without `.git`.
#[test]
fn a_jj_workspace_has_its_own_files() {
    let repository = clean();
    let git_dir = repository.path().join(".jj/repo/store/git");
    fs::create_dir_all(git_dir.parent().unwrap()).unwrap();
    fs::rename(repository.path().join(".git"), &git_dir).unwrap();
    fs::write(git_dir.with_file_name("git_target"), "git").unwrap();
    plant(&git_dir, "hooks/pre-push", secret(1));
    plant(&repository.path(), ".jj/repo/config.toml", secret(2));
    let (report, code) = json(&repository, &repository.path(), &[]);
    let expected = [".jj/repo/config.toml:1 jj", ".jj/repo/store/git/hooks/pre-push:1 hook"];
    assert_eq!((local(&report), code), (expected.map(str::to_owned).to_vec(), 1));
}

//! Which folder git runs hooks from, compared with git itself.

use crate::support;

use std::fs;
use std::path::{Path, PathBuf};

use keysieve::git::GitEnvironment;
use keysieve::hook::{HooksFolder, HooksPathOrigin, hooks_folder};
use support::repository::{TempRepo, all_output};

/// Set if this test program runs as a child, to print the hooks folder for its own working
/// directory, environment and user configuration.
const CHILD: &str = "KEYSIEVE_TEST_HOOKS_FOLDER";

/// Prints the folder if `CHILD` is set; otherwise not a test.
#[test]
fn hooks_folder_of_this_process() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    match hooks_folder(&GitEnvironment::from_process(Path::new("."))) {
        Ok(HooksFolder { path, origin }) => println!("\nfolder={}\n{origin:?}", path.display()),
        Err(error) => println!("\nerror={error}"),
    }
}

/// The hooks folder that we find from `folder` with these variables.
fn found_folder(repository: &TempRepo, folder: &Path, variables: &[(&str, &Path)]) -> String {
    let this = std::env::current_exe().unwrap();
    let mut command = repository.command(this, folder);
    command
        .args(["--exact", "hook::location::hooks_folder_of_this_process", "--nocapture"])
        .env(CHILD, "1");
    all_output(&command.envs(variables.iter().copied()).output().unwrap())
}

/// Our folder is the same as git's, and has this origin.
fn assert_as_git(repository: &TempRepo, folder: &Path, origin: HooksPathOrigin) {
    assert_as_git_under(repository, folder, &[], origin);
}

fn assert_as_git_under(
    repository: &TempRepo,
    folder: &Path,
    variables: &[(&str, &Path)],
    origin: HooksPathOrigin,
) {
    let mut git = repository.command("git", folder);
    git.args(["rev-parse", "--git-path", "hooks"]).envs(variables.iter().copied());
    let by_git = String::from_utf8(git.output().unwrap().stdout).unwrap();
    let printed = found_folder(repository, folder, variables);
    let ours = printed.lines().find_map(|line| line.strip_prefix("folder=")).expect(&printed);
    assert_eq!(settled(folder, ours), settled(folder, by_git.trim_end()));
    assert!(printed.contains(&format!("\n{origin:?}\n")), "{origin:?} expected: {printed}");
}

/// A path without `..` and links; the folder may not exist.
fn settled(folder: &Path, path: &str) -> PathBuf {
    let path = folder.join(path);
    fs::create_dir_all(&path).unwrap();
    path.canonicalize().unwrap()
}

#[test]
fn the_folder_is_the_repositorys_own_seen_from_anywhere_in_it() {
    let repository = TempRepo::new();
    fs::create_dir_all(repository.path().join("a/b")).unwrap();
    assert_as_git(&repository, &repository.path(), HooksPathOrigin::Repository);
    assert_as_git(&repository, &repository.path().join("a/b"), HooksPathOrigin::Repository);
    assert_as_git(&repository, &repository.path().join(".git"), HooksPathOrigin::Repository);
}

#[test]
fn the_configured_folder_is_used() {
    let repository = TempRepo::new();
    let below = repository.path().join("below");
    fs::create_dir(&below).unwrap();
    let absolute = repository.home().join("hooks of all");
    for value in [absolute.to_str().unwrap(), "relative/hooks", "../beside", "~/in home", "."] {
        repository.git(&["config", "core.hooksPath", value]);
        assert_as_git(&repository, &repository.path(), HooksPathOrigin::Configured);
        assert_as_git(&repository, &below, HooksPathOrigin::Configured);
    }
}

#[test]
fn the_users_configuration_is_used_and_the_repositorys_takes_precedence() {
    let repository = TempRepo::new();
    repository.git(&["config", "--global", "core.hooksPath", "~/shared"]);
    assert_as_git(&repository, &repository.path(), HooksPathOrigin::Shared);
    let included = repository.home().join("included");
    fs::write(&included, "[core]\n\thooksPath = ~/included hooks\n").unwrap();
    repository.git(&["config", "--global", "include.path", included.to_str().unwrap()]);
    assert_as_git(&repository, &repository.path(), HooksPathOrigin::Shared);
    repository.git(&["config", "core.hooksPath", "own"]);
    assert_as_git(&repository, &repository.path(), HooksPathOrigin::Configured);
}

#[test]
fn linked_worktrees_share_the_folder_unless_configured() {
    let repository = TempRepo::new();
    repository.git(&["commit", "--quiet", "--allow-empty", "-m", "base"]);
    repository.git(&["worktree", "add", "--quiet", "../linked"]);
    let linked = repository.home().join("linked");
    assert_as_git(&repository, &linked, HooksPathOrigin::Repository);
    repository.git(&["config", "core.hooksPath", "relative"]);
    assert_as_git(&repository, &linked, HooksPathOrigin::Configured);
    repository.git(&["config", "extensions.worktreeConfig", "true"]);
    repository.git_in(&linked, &["config", "--worktree", "core.hooksPath", "of this worktree"]);
    assert_as_git(&repository, &linked, HooksPathOrigin::Configured);
    assert_as_git(&repository, &repository.path(), HooksPathOrigin::Configured);
}

#[test]
fn a_git_file_leads_to_the_folder() {
    let repository =
        TempRepo::with(&["init", "--quiet", "-b", "main", "--separate-git-dir", "../elsewhere"]);
    assert!(repository.path().join(".git").is_file());
    assert_as_git(&repository, &repository.path(), HooksPathOrigin::Repository);
    repository.git(&["config", "core.hooksPath", "relative"]);
    assert_as_git(&repository, &repository.path(), HooksPathOrigin::Configured);
}

#[test]
fn a_submodule_has_a_folder_of_its_own() {
    let repository = TempRepo::new();
    let other = repository.home().join("other");
    repository.git_in(repository.home(), &["init", "--quiet", "other"]);
    repository.git_in(&other, &["commit", "--quiet", "--allow-empty", "-m", "base"]);
    let allow = "protocol.file.allow=always";
    let other = other.to_str().unwrap();
    repository.git(&["-c", allow, "submodule", "--quiet", "add", other, "sub"]);
    let sub = repository.path().join("sub");
    assert_as_git(&repository, &sub, HooksPathOrigin::Repository);
    repository.git_in(&sub, &["config", "core.hooksPath", "relative"]);
    assert_as_git(&repository, &sub, HooksPathOrigin::Configured);
}

#[test]
fn bare_repositories_and_gits_variables_are_supported() {
    let bare = TempRepo::with(&["init", "--quiet", "--bare"]);
    assert_as_git(&bare, &bare.path(), HooksPathOrigin::Repository);
    bare.git(&["config", "core.hooksPath", "relative"]);
    assert_as_git(&bare, &bare.path(), HooksPathOrigin::Configured);

    let repository = TempRepo::new();
    repository.git(&["config", "core.hooksPath", "relative"]);
    let git_dir = repository.path().join(".git");
    let top = repository.path();
    let below = top.join("below");
    fs::create_dir(&below).unwrap();
    let variables: [(&str, &Path); 2] = [("GIT_DIR", &git_dir), ("GIT_WORK_TREE", &top)];
    assert_as_git_under(&repository, &below, &variables, HooksPathOrigin::Configured);
    assert_as_git_under(&repository, &below, &variables[..1], HooksPathOrigin::Configured);
    assert_as_git_under(
        &repository,
        &top,
        &[("GIT_DIR", Path::new(".git"))],
        HooksPathOrigin::Configured,
    );
}

#[test]
fn settings_that_only_git_can_resolve_are_errors() {
    let repository = TempRepo::new();
    for value in ["", "%(prefix)/hooks"] {
        repository.git(&["config", "core.hooksPath", value]);
        let printed = found_folder(&repository, &repository.path(), &[]);
        assert!(printed.contains("error=cannot use core.hooksPath"), "{printed}");
    }
}

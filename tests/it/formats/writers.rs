//! Layouts of submodules and work trees, and repositories in the layout of jj.

use std::fs;
use std::path::Path;

use super::{assert_exits, keysieve, leaky};
use crate::support::repository::TempRepo;

/// A repository with a submodule of this name, cloned from a leaky one.
fn with_submodule(name: &str) -> TempRepo {
    let repository = TempRepo::new();
    let library = repository.home().join("library");
    leaky(&repository);
    repository.git_in(repository.home(), &["clone", "--quiet", "tree", "library"]);
    let (user, url) = (TempRepo::new(), library.display().to_string());
    let allow = ["-c", "protocol.file.allow=always"];
    let add = ["submodule", "--quiet", "add", "--name", name, &url, "vendor/it"];
    user.git(&[&allow[..], &add].concat());
    user.commit("Add a submodule");
    user
}

fn assert_recursive(repository: &TempRepo) {
    let output = keysieve(repository, &repository.path(), &["audit", "--recurse-submodules"]);
    assert_exits(&output, 1, &["vendor/it/a.env"]);
    let here = keysieve(repository, &repository.path().join("vendor/it"), &["audit"]);
    assert_exits(&here, 1, &["a.env"]);
}

#[test]
fn submodules_of_nested_names() {
    for name in ["plain", "a/b/c", "vendor/it"] {
        assert_recursive(&with_submodule(name));
    }
}

#[test]
fn a_submodule_inside_the_work_tree() {
    let repository = with_submodule("it");
    let inside = repository.path().join("vendor/it/.git");
    fs::remove_file(&inside).unwrap();
    fs::rename(repository.path().join(".git/modules/it"), &inside).unwrap();
    repository.git_in(&inside, &["config", "--unset", "core.worktree"]);
    assert_recursive(&repository);
    repository.git(&["submodule", "--quiet", "absorbgitdirs"]);
    assert_recursive(&repository);
}

#[test]
fn a_submodule_whose_folder_is_configured() {
    let repository = with_submodule("a/b");
    let encoded = repository.path().join(".git/modules/a%2fb");
    fs::rename(repository.path().join(".git/modules/a/b"), &encoded).unwrap();
    fs::remove_dir(repository.path().join(".git/modules/a")).unwrap();
    let git_file = format!("gitdir: {}\n", encoded.display());
    fs::write(repository.path().join("vendor/it/.git"), git_file).unwrap();
    let work_tree = repository.path().join("vendor/it").display().to_string();
    let config = encoded.join("config").display().to_string();
    repository.git(&["config", "--file", &config, "core.worktree", &work_tree]);
    repository.git(&["config", "core.repositoryFormatVersion", "1"]);
    repository.git(&["config", "submodule.a/b.gitdir", ".git/modules/a%2fb"]);
    repository.git(&["config", "extensions.submodulePathConfig", "true"]);
    assert_recursive(&repository);
}

#[test]
fn variables_are_not_for_submodules() {
    let repository = with_submodule("it");
    let git_dir = repository.path().join(".git");
    let objects = git_dir.join("objects");
    let variables = [("GIT_DIR", git_dir.as_path()), ("GIT_OBJECT_DIRECTORY", objects.as_path())];
    let arguments = ["audit", "--recurse-submodules"];
    let output = super::keysieve_with(&repository, &repository.path(), &arguments, &variables);
    assert_exits(&output, 1, &["vendor/it/a.env"]);
}

#[test]
fn linked_work_trees_with_relative_paths_and_configuration() {
    let repository = TempRepo::new();
    leaky(&repository);
    repository.git(&["worktree", "add", "--quiet", "--detach", "../linked", "HEAD~2"]);
    let linked = repository.home().join("linked");
    let below = repository.path().join(".git/worktrees/linked");
    repository.git(&["config", "core.repositoryFormatVersion", "1"]);
    repository.git(&["config", "extensions.worktreeConfig", "true"]);
    repository.git(&["config", "extensions.relativeWorktrees", "true"]);
    fs::write(linked.join(".git"), "gitdir: ../tree/.git/worktrees/linked\n").unwrap();
    fs::write(below.join("gitdir"), "../../../../linked/.git\n").unwrap();
    fs::write(below.join("config.worktree"), "[core]\n\tsparseCheckout = false\n").unwrap();
    assert_exits(&keysieve(&repository, &linked, &["audit"]), 1, &["a.env"]);
    assert_exits(&keysieve(&repository, &linked, &["scan"]), 1, &["a.env"]);
    assert_exits(&keysieve(&repository, &repository.path(), &["audit"]), 1, &["a.env"]);
}

/// A jj workspace without `.git`: the folder of its git repository, which is moved there.
fn workspace(store: &str) -> TempRepo {
    let repository = TempRepo::new();
    leaky(&repository);
    let git = repository.path().join(store);
    fs::create_dir_all(git.parent().unwrap()).unwrap();
    fs::rename(repository.path().join(".git"), &git).unwrap();
    repository.git_in(&git, &["config", "core.bare", "true"]);
    repository
}

fn assert_workspace(repository: &TempRepo, folder: &Path) {
    let output = keysieve(repository, folder, &["audit"]);
    assert_exits(&output, 1, &["a.env", "jj workspace"]);
}

#[test]
fn a_jj_workspace() {
    let repository = workspace(".jj/repo/store/git");
    repository.write("sub/file", "");
    repository.write(".jj/repo/store/git_target", "git");
    assert_workspace(&repository, &repository.path());
    assert_workspace(&repository, &repository.path().join("sub"));

    let second = repository.home().join("second");
    fs::create_dir_all(second.join(".jj")).unwrap();
    fs::write(second.join(".jj/repo"), "../../tree/.jj/repo").unwrap();
    assert_workspace(&repository, &second);
}

#[test]
fn a_jj_workspace_with_a_git_repository_elsewhere() {
    let repository = workspace("../elsewhere.git");
    repository.write(".jj/repo/store/git_target", "../../../../elsewhere.git");
    assert_workspace(&repository, &repository.path());
}

/// A workspace in another repository is not that repository.
#[test]
fn a_jj_workspace_in_a_git_repository() {
    let repository = workspace("inner/.jj/repo/store/git");
    repository.git(&["init", "--quiet"]);
    assert_workspace(&repository, &repository.path().join("inner"));
    assert_exits(&keysieve(&repository, &repository.path(), &["audit"]), 0, &[]);
}

//! Repository extensions, and formats of the index and the references.

use std::fs;

use super::{assert_exits, assert_usable, keysieve, leaky};
use crate::support::guarded::secret;
use crate::support::repository::TempRepo;

/// A repository made by this `git init`, if this git can, with the commits of [`leaky`].
fn made(init: &[&str]) -> Option<TempRepo> {
    let repository = TempRepo::try_with(&[&["init", "--quiet", "-b", "main"], init].concat());
    if repository.is_none() {
        eprintln!("skipped: this git has no `git init {}`", init.join(" "));
    }
    repository.inspect(leaky)
}

/// A repository with an extension in its configuration.
fn extended(name: &str, value: &str) -> TempRepo {
    let repository = made(&[]).unwrap();
    repository.git(&["config", "core.repositoryFormatVersion", "1"]);
    repository.git(&["config", &format!("extensions.{name}"), value]);
    repository
}

fn knows(repository: &TempRepo) -> bool {
    let knows = repository.try_git(&["rev-parse", "HEAD"]).status.success();
    if !knows {
        eprintln!("skipped in part: this git does not know the extension");
    }
    knows
}

#[test]
fn references_in_a_reftable() {
    let Some(repository) = made(&["--ref-format=reftable"]) else { return };
    assert_usable(&repository);
    let output = keysieve(&repository, &repository.path(), &["audit", "--branch", "main"]);
    assert_exits(&output, 1, &["a.env"]);
    repository.git(&["tag", "v1", "HEAD~3"]);
    assert_exits(&keysieve(&repository, &repository.path(), &["audit", "v1..main"]), 1, &["new"]);
    // HEAD is that of the linked work tree.
    repository.git(&["worktree", "add", "--quiet", "--detach", "../linked", "v1"]);
    let linked = repository.home().join("linked");
    assert_exits(&keysieve(&repository, &linked, &["audit"]), 1, &["a.env"]);
    assert_exits(&keysieve(&repository, &linked, &["scan"]), 1, &["a.env"]);
}

#[test]
fn a_first_commit_with_references_in_a_reftable() {
    let init = ["init", "--quiet", "-b", "main", "--ref-format=reftable"];
    let Some(repository) = TempRepo::try_with(&init) else { return };
    repository.write("new.env", secret(1));
    repository.git(&["add", "."]);
    let output = keysieve(&repository, &repository.path(), &["hook", "run"]);
    assert_exits(&output, 1, &["new.env"]);
}

#[test]
fn sha_256_and_a_reftable() {
    let Some(repository) = made(&["--ref-format=reftable", "--object-format=sha256"]) else {
        return;
    };
    assert_usable(&repository);
}

#[test]
fn references_in_files_by_name() {
    let repository = extended("refStorage", "files");
    if knows(&repository) {
        assert_usable(&repository);
    }
}

/// Where git cannot read the references, the audit is incomplete.
#[test]
fn references_at_a_uri() {
    let repository = made(&[]).unwrap();
    let uri = format!("files://{}", repository.path().join(".git").display());
    repository.git(&["config", "core.repositoryFormatVersion", "1"]);
    repository.git(&["config", "extensions.refStorage", &uri]);
    if knows(&repository) {
        return assert_usable(&repository);
    }
    let output = keysieve(&repository, &repository.path(), &["audit"]);
    assert_exits(&output, 2, &["a.env", "references"]);
}

#[test]
fn extensions_that_do_not_concern_objects() {
    for (name, value) in [
        ("noop-v1", "true"),
        ("noop", "1"),
        ("preciousObjects", "true"),
        ("worktreeConfig", "true"),
    ] {
        let repository = extended(name, value);
        if knows(&repository) {
            assert_usable(&repository);
        }
    }
}

#[test]
fn extensions_of_newer_gits() {
    for (name, value) in [("submodulePathConfig", "true"), ("relativeWorktrees", "true")] {
        let repository = extended(name, value);
        if knows(&repository) {
            assert_usable(&repository);
            continue;
        }
        let run = |arguments: &[&str]| keysieve(&repository, &repository.path(), arguments);
        assert_exits(&run(&["audit"]), 1, &["a.env"]);
        assert_exits(&run(&["audit", "HEAD~1..HEAD"]), 0, &[]);
        assert_exits(&run(&["scan"]), 0, &[]);
        assert_exits(&run(&["baseline", "create", "--owner", "team"]), 0, &[]);
        assert_exits(&run(&["baseline", "check"]), 0, &[]);
    }
}

#[test]
fn a_second_kind_of_ids() {
    let Some(repository) =
        TempRepo::try_with(&["init", "--quiet", "-b", "main", "--object-format=sha256"])
    else {
        return;
    };
    repository.git(&["config", "extensions.compatObjectFormat", "sha1"]);
    if !repository.try_git(&["status"]).status.success() {
        eprintln!("skipped: this git does not know the extension");
        return;
    }
    leaky(&repository);
    assert_usable(&repository);
}

#[test]
fn an_unknown_extension_is_an_error() {
    let repository = extended("futureFormat", "1");
    let output = keysieve(&repository, &repository.path(), &["audit"]);
    assert_exits(&output, 2, &["futureformat"]);
}

#[test]
fn a_split_index() {
    let repository = made(&[]).unwrap();
    repository.git(&["config", "core.splitIndex", "true"]);
    repository.git(&["update-index", "--split-index"]);
    assert_usable(&repository);
}

#[test]
fn a_sparse_index() {
    let repository = made(&[]).unwrap();
    for folder in ["in", "out/deep", "off"] {
        repository.write(format!("{folder}/file"), "text\n");
    }
    repository.commit("folders");
    repository.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "in"]);
    assert_usable(&repository);
}

#[test]
fn a_partial_clone_that_has_everything() {
    let origin = made(&[]).unwrap();
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", origin.path().display());
    let repository = TempRepo::new();
    fs::remove_dir_all(repository.path()).unwrap();
    let clone = ["clone", "--quiet", "--filter=blob:limit=1m", &url, "tree"];
    repository.git_in(repository.home(), &clone);
    repository.git(&["config", "core.repositoryFormatVersion", "1"]);
    repository.git(&["config", "extensions.partialClone", "origin"]);
    let output = keysieve(&repository, &repository.path(), &["audit"]);
    assert_exits(&output, 1, &["a.env"]);
    assert!(!crate::support::repository::all_output(&output).contains("partial clone"));
    assert_usable(&repository);
}

#[test]
fn a_partial_clone_names_the_cheapest_way_to_fetch() {
    let origin = made(&[]).unwrap();
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", origin.path().display());
    origin.git_in(origin.home(), &["clone", "--quiet", "--filter=blob:none", &url, "partial"]);
    let output = keysieve(&origin, &origin.home().join("partial"), &["audit"]);
    let version = origin.git(&["version"]);
    let minor: u32 = version.split('.').nth(1).unwrap().parse().unwrap();
    let advice = if minor >= 49 { "git backfill" } else { "git fetch --refetch --no-filter" };
    assert_exits(&output, 2, &["1 object was never fetched", advice]);
}

#[test]
fn grafts_with_comments() {
    let repository = made(&[]).unwrap();
    let head = repository.git(&["rev-parse", "HEAD"]);
    repository.write(".git/info/grafts", format!("# a comment\n{head}\n"));
    let output = keysieve(&repository, &repository.path(), &["audit"]);
    assert_exits(&output, 1, &["a.env", "1 commit has grafted parents"]);
    assert_exits(&keysieve(&repository, &repository.path(), &["scan"]), 0, &[]);
}

/// What the last commit has and was not fetched is needed to know what a commit adds.
#[test]
fn a_commit_over_what_was_not_fetched() {
    let origin = made(&[]).unwrap();
    origin.write("out/old", "only here\n");
    origin.commit("Folder");
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", origin.path().display());
    let clone = ["clone", "--quiet", "--filter=blob:none", "--sparse", &url, "partial"];
    origin.git_in(origin.home(), &clone);
    let partial = origin.home().join("partial");
    fs::write(partial.join("new"), secret(4)).unwrap();
    let id = origin.git_in(&partial, &["hash-object", "-w", "new"]);
    let entry = format!("100644,{id},out/old");
    origin.git_in(&partial, &["update-index", "--cacheinfo", &entry]);
    let output = keysieve(&origin, &partial, &["hook", "run"]);
    assert_exits(&output, 2, &["out/old:1", "--refetch --no-filter"]);
}

//! Links that lead out of the work tree.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;

use crate::support::guarded::secret;
use crate::support::repository::TempRepo;
use crate::support::timed::{Run, keysieve, keysieve_in};

/// A line that is not TOML, as in a file of the machine.
const PRIVATE: &str = "registry-login fake-but-private\n";

fn assert_nothing_private(run: &Run) {
    assert!(!run.all_output().contains("fake-but-private"), "{}", run.all_output());
}

#[test]
fn e3_an_index_entry_below_a_link_out_of_the_work_tree() {
    let repository = TempRepo::new();
    repository.write(".gitignore", "folder\n");
    repository.write("folder/key", "nothing\n");
    repository.write("kept/key", "nothing\n");
    repository.git(&["add", "--force", "."]);
    repository.git(&["add", "--force", "folder/key"]);
    let outside = repository.home().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("key"), secret(1)).unwrap();
    for folder in ["folder", "kept"] {
        fs::remove_dir_all(repository.path().join(folder)).unwrap();
        symlink(&outside, repository.path().join(folder)).unwrap();
    }
    let run = keysieve(&repository, &["scan", "."]);
    assert_eq!((run.code(), run.locations()), (0, vec![]), "{}", run.all_output());
}

#[test]
fn e3_an_index_entry_that_is_a_link() {
    let repository = TempRepo::new();
    repository.write(".gitignore", "*\n");
    fs::write(repository.home().join("outside"), secret(1)).unwrap();
    symlink("../outside", repository.path().join("link")).unwrap();
    repository.git(&["add", "--force", "link"]);
    let run = keysieve(&repository, &["scan", "."]);
    assert_eq!((run.code(), run.locations()), (0, vec![]), "{}", run.all_output());
}

mod p1_links_out_of_the_tree {
    use super::*;

    fn outside(repository: &TempRepo) {
        fs::write(repository.home().join("private"), PRIVATE).unwrap();
    }

    #[test]
    fn a_pattern_file_that_the_configuration_names() {
        let repository = TempRepo::new();
        outside(&repository);
        repository.write("rules/here", "");
        repository.write(".keysieve.toml", "patterns = [\"rules/own.toml\"]\n");
        symlink("../../private", repository.path().join("rules/own.toml")).unwrap();
        let run = keysieve(&repository, &["scan", "."]);
        assert_eq!(run.code(), 2, "{}", run.all_output());
        assert!(run.all_output().contains("outside the work tree"), "{}", run.all_output());
        assert_nothing_private(&run);
    }

    #[test]
    fn a_pattern_file_below_a_folder_that_is_a_link() {
        let repository = TempRepo::new();
        let folder = repository.home().join("folder");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("own.toml"), PRIVATE).unwrap();
        symlink(&folder, repository.path().join("rules")).unwrap();
        repository.write(".keysieve.toml", "patterns = [\"rules/own.toml\"]\n");
        let run = keysieve(&repository, &["scan", "."]);
        assert_eq!(run.code(), 2, "{}", run.all_output());
        assert!(run.all_output().contains("outside the work tree"), "{}", run.all_output());
        assert_nothing_private(&run);
    }

    #[test]
    fn configuration_and_baseline() {
        for file in [".keysieve.toml", ".keysieve-baseline.toml"] {
            let repository = TempRepo::new();
            outside(&repository);
            symlink("../private", repository.path().join(file)).unwrap();
            for command in [&["scan", "."][..], &["baseline", "check"], &["audit"]] {
                let run = keysieve(&repository, command);
                assert_eq!(run.code(), 2, "{file} {command:?}: {}", run.all_output());
                assert!(run.all_output().contains("outside the work tree"), "{}", run.all_output());
                assert_nothing_private(&run);
            }
        }
    }

    #[test]
    fn the_configuration_of_a_folder() {
        let repository = TempRepo::new();
        outside(&repository);
        repository.write("folder/key", secret(1));
        symlink("../../private", repository.path().join("folder/.keysieve.toml")).unwrap();
        let run = keysieve(&repository, &["scan", "."]);
        assert_eq!(run.code(), 2, "{}", run.all_output());
        assert_nothing_private(&run);
    }

    #[test]
    fn ignore_rules() {
        let repository = TempRepo::new();
        fs::write(repository.home().join("private"), "*.env\n").unwrap();
        repository.write("key.env", secret(1));
        symlink("../private", repository.path().join(".gitignore")).unwrap();
        let run = keysieve(&repository, &["scan", "."]);
        assert_eq!(run.locations(), ["key.env:1"], "{}", run.all_output());
        assert!(run.notes().contains(".gitignore"), "{}", run.all_output());
    }

    #[test]
    fn links_that_stay_inside_are_followed() {
        let repository = TempRepo::new();
        repository.write("shared/config", "[[exclude]]\npaths = [\"a\"]\nreason = \"a test\"\n");
        repository.write("shared/ignore", "b\n");
        for path in ["a", "b", "c"] {
            repository.write(path, secret(1));
        }
        symlink("shared/config", repository.path().join(".keysieve.toml")).unwrap();
        symlink("shared/ignore", repository.path().join(".gitignore")).unwrap();
        let run = keysieve(&repository, &["scan", "."]);
        assert_eq!(run.locations(), ["c:1"], "{}", run.all_output());
    }

    #[test]
    fn files_that_the_user_names_may_be_links() {
        let repository = TempRepo::new();
        repository.write("a", secret(1));
        let outside = repository.home().join("outside");
        fs::write(&outside, "[[exclude]]\npaths = [\"a\"]\nreason = \"a test\"\n").unwrap();
        symlink(&outside, repository.path().join("own.toml")).unwrap();
        let run =
            keysieve_in(&repository, &repository.path(), &["scan", "a", "--config", "own.toml"]);
        assert_eq!(run.code(), 0, "{}", run.all_output());
    }
}

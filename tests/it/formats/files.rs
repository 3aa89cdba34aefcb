//! Bundles and packs, which are files that contain a history.

use std::fs;

use super::{assert_exits, keysieve, leaky};
use crate::support::guarded::secret;
use crate::support::repository::{TempRepo, all_output, write_script};

/// A clean repository, and a leaky one beside it.
fn pair(init: &[&str]) -> (TempRepo, TempRepo) {
    let clean = TempRepo::new();
    clean.write("b", "text\n");
    clean.write("around.env", secret(9));
    clean.commit("Around");
    let leak = TempRepo::with(&[&["init", "--quiet", "-b", "main"], init].concat());
    leaky(&leak);
    (clean, leak)
}

#[test]
fn a_bundle_is_read_and_not_the_repository_around_it() {
    for init in [&[][..], &["--object-format=sha256"]] {
        let (clean, leak) = pair(init);
        leak.git(&["tag", "-a", "v1", "-m", "tagged"]);
        for refs in [&["--all"][..], &["main"], &["HEAD"]] {
            let bundle = clean.path().join("x.bundle").display().to_string();
            leak.git(&[&["bundle", "create", "--quiet", &bundle], refs].concat());
            let output = keysieve(&clean, &clean.path(), &["audit", "x.bundle"]);
            assert_exits(&output, 1, &["a.env", "the bundle x.bundle with"]);
            assert!(!all_output(&output).contains("around.env"), "{}", all_output(&output));
            // It needs no repository, and leaves none behind.
            let plain = tempfile::tempdir().unwrap();
            let mut audit = super::command(&clean, plain.path());
            let output = audit.args(["audit", &bundle]).env("TMPDIR", plain.path()).output();
            assert_exits(&output.unwrap(), 1, &["a.env"]);
            assert_eq!(fs::read_dir(plain.path()).unwrap().count(), 0);
        }
    }
}

#[test]
fn a_bundle_of_what_is_not_at_head() {
    let (clean, leak) = pair(&[]);
    let bundle = clean.home().join("x.bundle").display().to_string();
    leak.git(&["bundle", "create", "--quiet", "--version=3", &bundle, "main"]);
    let output = keysieve(&clean, clean.home(), &["audit", &bundle, "-f", "json"]);
    assert_exits(&output, 1, &["\"at_head\": false", "Remove"]);
    let range = keysieve(&clean, clean.home(), &["audit", &bundle, "main~1..main"]);
    assert_exits(&range, 0, &[]);
}

#[test]
#[cfg(unix)]
fn no_hook_runs_while_a_bundle_is_unpacked() {
    let (clean, leak) = pair(&[]);
    let bundle = clean.home().join("x.bundle").display().to_string();
    leak.git(&["bundle", "create", "--quiet", &bundle, "--all"]);
    let (hooks, trace) = (clean.home().join("hooks"), clean.home().join("trace"));
    let hook = hooks.join("reference-transaction");
    write_script(&hook, format!("#!/bin/sh\ntouch {}\n", trace.display()));
    let settings = format!("[core]\n\thooksPath = {}\n", hooks.display());
    fs::write(clean.global_config(), settings + "[init]\n\tdefaultRefFormat = reftable\n").unwrap();
    assert_exits(&keysieve(&clean, clean.home(), &["audit", &bundle]), 1, &["a.env"]);
    assert!(!trace.exists());
}

#[test]
fn a_bundle_on_top_of_other_commits() {
    let (clean, leak) = pair(&[]);
    leak.write("c.env", secret(3));
    leak.commit("On top");
    let bundle = leak.path().join("thin.bundle").display().to_string();
    leak.git(&["bundle", "create", "--quiet", &bundle, "main~1..main"]);
    // Beside it is a repository that has the other commits.
    let output = keysieve(&clean, clean.home(), &["audit", &bundle]);
    assert_exits(&output, 1, &["c.env"]);
    assert!(!all_output(&output).contains("a.env"), "{}", all_output(&output));
    // The current folder is in one.
    let moved = clean.home().join("thin.bundle").display().to_string();
    fs::rename(&bundle, &moved).unwrap();
    let output = keysieve(&leak, &leak.path(), &["audit", &moved]);
    assert_exits(&output, 1, &["c.env"]);
    let output = keysieve(&clean, &clean.path(), &["audit", &moved]);
    assert_exits(&output, 2, &["depends on commit", "in a clone that has the commit"]);
}

#[test]
fn a_pack() {
    for init in [&[][..], &["--object-format=sha256"]] {
        let (clean, leak) = pair(init);
        leak.git(&["repack", "-adq"]);
        let packs = leak.path().join(".git/objects/pack");
        let pack = fs::read_dir(packs).unwrap().map(|entry| entry.unwrap().path());
        let pack = pack.into_iter().find(|file| file.extension().unwrap() == "pack").unwrap();
        fs::copy(pack, clean.path().join("x.pack")).unwrap();
        let output = keysieve(&clean, &clean.path(), &["audit", "x.pack"]);
        assert_exits(&output, 1, &["a.env", "the pack x.pack"]);
        assert!(!all_output(&output).contains("around.env"), "{}", all_output(&output));
    }
}

#[test]
fn one_pack_of_several() {
    let (_, leak) = pair(&[]);
    leak.git(&["repack", "-adq"]);
    leak.write("c.env", secret(3));
    leak.commit("On top");
    leak.git(&["repack", "-dq"]);
    let packs = leak.path().join(".git/objects/pack");
    let files = fs::read_dir(packs).unwrap().map(|entry| entry.unwrap().path());
    let packs: Vec<_> = files.filter(|file| file.extension().unwrap() == "pack").collect();
    assert_eq!(packs.len(), 2);
    for pack in packs {
        let output = keysieve(&leak, &leak.path(), &["audit", pack.to_str().unwrap()]);
        assert_exits(&output, 1, &["in other packs was not scanned"]);
    }
}

#[test]
fn a_damaged_bundle_or_pack() {
    let (clean, leak) = pair(&[]);
    let bundle = clean.path().join("x.bundle");
    leak.git(&["bundle", "create", "--quiet", bundle.to_str().unwrap(), "--all"]);
    let bytes = fs::read(&bundle).unwrap();
    for length in [16, 30, bytes.len() / 2, bytes.len() - 1] {
        fs::write(&bundle, &bytes[..length]).unwrap();
        let output = keysieve(&clean, &clean.path(), &["audit", "x.bundle"]);
        assert_exits(&output, 2, &["x.bundle"]);
    }
    fs::write(clean.path().join("x.pack"), b"PACK\0\0\0\x02\0\0\0\x05").unwrap();
    assert_exits(&keysieve(&clean, &clean.path(), &["audit", "x.pack"]), 2, &["x.pack"]);
    fs::write(&bundle, "# v3 git bundle\n@future=1\n\n").unwrap();
    let output = keysieve(&clean, &clean.path(), &["audit", "x.bundle"]);
    assert_exits(&output, 2, &["unknown capability"]);
}

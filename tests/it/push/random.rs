//! Random pushes to two remotes, compared with what the remotes really have: the hook must block a
//! push that would send a secret, and no other.

use super::with_two_remotes;
use crate::support;

use std::collections::BTreeSet;

use support::guarded::secret;
use support::random::Random;
use support::repository::{TempRepo, all_output};

/// The ids of all objects that a repository's refs, or one revision, lead to.
fn objects(repository: &TempRepo, remote: Option<&str>, revision: &str) -> BTreeSet<String> {
    let folder = match remote {
        Some(name) => repository.home().join(format!("{name}.git")),
        None => repository.path(),
    };
    let listed = repository.git_in(&folder, &["rev-list", "--objects", revision]);
    listed.lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect()
}

fn push_at_random(seed: u64) -> (usize, usize) {
    let (repository, mut random) = (with_two_remotes(), Random(seed));
    let mut secrets = BTreeSet::from([repository.git(&["rev-parse", "HEAD:old"])]);
    let (mut blocked, mut passed) = (0, 0);
    for round in 0..24 {
        let branch = ["main", "side", "third"][random.below(3)];
        if !repository.try_git(&["switch", "--quiet", branch]).status.success() {
            repository.git(&["switch", "--quiet", "-c", branch]);
        }
        let path = format!("file{round}");
        let is_secret = random.below(4) == 0;
        let clean = format!("{round}\n");
        repository.write(&path, if is_secret { secret(100 + round) } else { clean });
        repository.commit(&path);
        if is_secret {
            secrets.insert(repository.git(&["rev-parse", &format!("HEAD:{path}")]));
        }
        let remote = ["corp", "public"][random.below(2)];
        let url = format!("../{remote}.git");
        let target = if random.below(4) == 0 { &url } else { remote };
        let update = format!("{branch}:refs/heads/to-{}", random.below(4));
        if random.below(3) == 0 {
            repository.git(&["push", "--quiet", "--force", "--no-verify", remote, &update]);
            continue;
        }
        let has = objects(&repository, Some(remote), "--all");
        let sends = objects(&repository, None, branch).into_iter().filter(|id| !has.contains(id));
        let leaks = sends.filter(|id| secrets.contains(id)).count();
        let output = repository.try_git(&["push", "--force", target, &update]);
        let text = all_output(&output);
        assert_eq!(output.status.success(), leaks == 0, "seed {seed}, round {round}: {text}");
        if leaks == 0 {
            passed += 1
        } else {
            blocked += 1
        }
        // A push to a URL updates no tracking ref.
        repository.git(&["fetch", "--quiet", remote]);
    }
    (blocked, passed)
}

#[test]
fn a_push_is_blocked_if_and_only_if_it_sends_a_secret() {
    let counts: Vec<(usize, usize)> = (1..4).map(push_at_random).collect();
    assert!(counts.iter().any(|(blocked, _)| *blocked > 3), "{counts:?}");
    assert!(counts.iter().any(|(_, passed)| *passed > 3), "{counts:?}");
}

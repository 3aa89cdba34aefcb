//! Two hundred random changes, staged by the real git: the guard reports the same as an oracle that
//! uses only `git ls-files` and `git ls-tree`, not diffs, indexes or trees.

use crate::support;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io::Write;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};

use keysieve::engine::Engine;
use keysieve::git::GitEnvironment;
use keysieve::guard::guard_in;
use keysieve::policy::Policy;
use keysieve::report::Outcome;
use keysieve::source::Silent;
use support::guarded::{engine, locations, secret};
use support::repository::TempRepo;

const SITUATIONS: u64 = 200;
const THREADS: u64 = 4;
const PATHS: [&str; 10] =
    ["a", "a.b", "a-b/c", "d/e", "d/f", "d/g/h", "d/g/i", "k/l m", "k/ü", "z/y/x/w"];

/// Marsaglia's xorshift: the same draws on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 11) % bound as u64) as usize
    }

    fn path(&mut self) -> &'static str {
        PATHS[self.below(PATHS.len())]
    }

    /// Up to four lines; some contain one of nine secrets.
    fn text(&mut self) -> String {
        let line = |random: &mut Random| match random.below(3) {
            0 => secret(1 + random.below(9) as u64),
            _ => format!("line {}\n", random.below(100)),
        };
        (0..self.below(5)).map(|_| line(self)).collect()
    }
}

#[test]
fn the_guard_agrees_with_the_oracle() {
    let (engine, found) = (engine(), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (engine, found) = (&engine, &found);
            scope.spawn(move || {
                for seed in (thread..SITUATIONS).step_by(THREADS as usize) {
                    if agrees(seed, engine) == Outcome::Found {
                        found.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let found = found.into_inner();
    assert!((50..150).contains(&found), "{found} of {SITUATIONS} are of one kind");
}

fn agrees(seed: u64, engine: &Engine) -> Outcome {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let repository = situation(&mut random);
    let environment = GitEnvironment::from_folder(&repository.path());
    let report = guard_in(&environment, engine, &Policy::default(), &Silent).unwrap();
    let found: BTreeSet<String> = locations(&report).into_iter().collect();
    let expected = oracle(&repository);
    assert_eq!(found, expected, "seed {seed}: {}", repository.git(&["status", "--short"]));
    let outcome = if expected.is_empty() { Outcome::Clean } else { Outcome::Found };
    assert_eq!(report.outcome(), outcome, "seed {seed}");
    outcome
}

/// A repository in a random state, with a random change staged.
fn situation(random: &mut Random) -> TempRepo {
    let format = ["--object-format=sha1", "--object-format=sha256"][random.below(4) / 3];
    let repository = TempRepo::with(&["init", "--quiet", "-b", "main", "--template=", format]);
    let form = random.below(4);
    if form == 1 {
        repository.git(&["config", "index.version", "4"]);
    }
    if form == 2 {
        repository.git(&["config", "core.splitIndex", "true"]);
        repository.git(&["config", "splitIndex.maxPercentChange", "100"]);
    }
    // One in eight before the first commit.
    if random.below(8) > 0 {
        edit(&repository, random, 8);
        repository.commit("base");
        if random.below(3) == 0 {
            repository.git(&["switch", "--quiet", "-c", "side"]);
            edit(&repository, random, 3);
            repository.git(&["add", "--all"]);
            repository.git(&["commit", "--quiet", "--allow-empty", "-m", "side"]);
            repository.git(&["switch", "--quiet", "main"]);
            edit(&repository, random, 3);
            repository.git(&["add", "--all"]);
            repository.git(&["commit", "--quiet", "--allow-empty", "-m", "main"]);
            // A conflict is settled by its markers.
            repository.try_git(&["merge", "--quiet", "--no-ff", "--no-commit", "side"]);
            repository.git(&["add", "--all"]);
        }
    }
    for _ in 0..random.below(5) {
        stage(&repository, random);
    }
    // Not staged.
    edit(&repository, random, 2);
    repository
}

/// Writes up to `most` files.
fn edit(repository: &TempRepo, random: &mut Random, most: usize) {
    for _ in 0..=random.below(most) {
        write(repository, random.path(), &random.text());
    }
}

fn write(repository: &TempRepo, path: &str, text: &str) {
    let target = repository.path().join(path);
    if target.is_dir() {
        fs::remove_dir_all(&target).unwrap();
    }
    repository.write(path, text);
}

/// One random change to an index.
fn stage(repository: &TempRepo, random: &mut Random) {
    let (path, other) = (random.path(), random.path());
    match random.below(7) {
        0 => drop(repository.try_git(&["rm", "--quiet", "--cached", "--force", path])),
        1 => drop(repository.try_git(&["mv", "--force", path, other])),
        2 => drop(repository.try_git(&["add", "-N", path])),
        3 => drop(repository.try_git(&["update-index", "--chmod=+x", path])),
        4 => {
            // A file instead of a folder.
            write(repository, "d", &random.text());
            repository.git(&["add", "--all", "d"]);
            fs::remove_file(repository.path().join("d")).unwrap();
        }
        _ => {
            write(repository, path, &random.text());
            repository.git(&["add", path]);
        }
    }
}

/// The mode and id of each path.
type Listed = BTreeMap<String, (String, String)>;

/// `path:line` of each secret in the changed paths of the index that none of the parents' versions
/// of these paths has, even if only the mode changed.
fn oracle(repository: &TempRepo) -> BTreeSet<String> {
    let intended: BTreeSet<String> =
        listed(repository, &["diff", "--name-only", "--diff-filter=A"]).into_iter().collect();
    let index: Listed = listed(repository, &["ls-files", "-s"])
        .iter()
        .map(|line| entry(line, 1))
        .filter(|(path, _)| !intended.contains(path))
        .collect();
    let parents: Vec<Listed> = ["HEAD", "MERGE_HEAD"]
        .iter()
        .filter(|name| repository.try_git(&["rev-parse", "--verify", "-q", name]).status.success())
        .map(|name| {
            let tree = listed(repository, &["ls-tree", "-r", name]);
            tree.iter().map(|line| entry(line, 2)).collect()
        })
        .collect();
    let is_new = |path: &String, id: &String| {
        parents.iter().all(|parent| parent.get(path).is_none_or(|(_, theirs)| theirs != id))
    };
    let next: BTreeMap<&String, &String> =
        index.iter().map(|(path, (_, id))| (path, id)).filter(|(p, id)| is_new(p, id)).collect();
    let replaced = parents.iter().flatten().filter(|(path, is)| index.get(*path) != Some(is));
    let replaced: BTreeSet<&String> = replaced.map(|(_, (_, id))| id).collect();
    let texts = texts(repository, next.values().copied().chain(replaced.iter().copied()));
    let lines = |id: &String| texts[id].lines().map(str::to_owned).collect::<Vec<_>>();
    let known: BTreeSet<String> = replaced.iter().flat_map(|id| lines(id)).collect();
    let mut expected = BTreeSet::new();
    for (path, id) in &next {
        for (number, line) in (1..).zip(lines(id)) {
            if line.starts_with("LOCALSTACK") && !known.contains(&line) {
                expected.insert(format!("{path}:{number}"));
            }
        }
    }
    expected
}

fn listed(repository: &TempRepo, arguments: &[&str]) -> Vec<String> {
    let text = repository.git(&[arguments, &["-z"]].concat());
    text.split('\0').filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The path, mode and id in a line; `id` is the index of the id.
fn entry(line: &str, id: usize) -> (String, (String, String)) {
    let (facts, path) = line.split_once('\t').unwrap();
    let facts: Vec<&str> = facts.split(' ').collect();
    (path.to_owned(), (facts[0].to_owned(), facts[id].to_owned()))
}

fn texts<'i>(
    repository: &TempRepo,
    ids: impl Iterator<Item = &'i String>,
) -> HashMap<String, String> {
    let ids: BTreeSet<&String> = ids.collect();
    let mut command = repository.command("git", &repository.path());
    command.args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let asked: String = ids.iter().map(|id| format!("{id}\n")).collect();
    child.stdin.take().unwrap().write_all(asked.as_bytes()).unwrap();
    let text = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    let mut rest = &text[..];
    let mut texts = HashMap::new();
    for id in ids {
        let (header, after) = rest.split_once('\n').unwrap();
        let size: usize = header.rsplit(' ').next().unwrap().parse().unwrap();
        texts.insert(id.clone(), after[..size].to_owned());
        rest = &after[size + 1..];
    }
    texts
}

//! A year in fast motion: a hundred repositories in which files move, branches are squashed,
//! rebased and merged and rules change. Nothing that was triaged comes back, and nothing new
//! is hidden.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use jiff::civil::{Date, date};
use keysieve::audit::{Options, audit};
use keysieve::engine::Engine;
use keysieve::findings::{Credential, FingerprintKey};
use keysieve::git::GitEnvironment;
use keysieve::guard::guard_in;
use keysieve::policy::Policy;
use keysieve::policy::baseline::{
    ActiveBaseline, Baseline, BaselineEntry, Disposition, Expiry, Terms, merge,
};
use keysieve::rules::catalogue::Catalogue;
use keysieve::scan::scan;
use keysieve::source::Silent;
use keysieve::source::worktree::{Ignored, WorkTree};

use crate::support::repository::TempRepo;
use crate::support::tokens::localstack_auth_token as token;

const REPOSITORIES: u64 = 100;
const MONTHS: usize = 5;
const TODAY: Date = date(2026, 1, 2);

/// A provider's rule that takes over from a generic one.
const BETTER_RULE: &str = r#"
[provider]
name   = "Nimbus"
rotate = "https://nimbus.example/rotate"

[[rule]]
id          = "nimbus-auth-token"
since       = "0.2.0"
name        = "Nimbus auth token"
description = "Acts as its owner."
severity    = "critical"
confidence  = "high"
anchors     = ["nmb_"]
regex       = '\b(?<secret>nmb_live_[0-9A-Za-z]{32})\b'
runbook     = ["Make a new one."]
references  = ["https://nimbus.example/reference"]
examples    = ['nmb_live_<>k7Qf34qY6Nb3wWD25RQ4F5ZR3qa7y3gm']
"#;

/// Fingerprints of secrets, and their paths.
type SecretPaths = BTreeSet<(String, String)>;

struct Engines {
    before: Engine,
    /// With the provider's rule.
    after: Engine,
}

struct Year<'e> {
    repository: TempRepo,
    engines: &'e Engines,
    rules_changed: bool,
    random: Random,
    seeds: u64,
    files: BTreeMap<String, Vec<String>>,
    baseline: Baseline,
    /// Fingerprints of secrets that are baselined at every path.
    everywhere: BTreeSet<String>,
    /// Fingerprints of the others, each with its baselined paths.
    baselined: SecretPaths,
    /// Secrets that were removed from a path without having been baselined there.
    removed: SecretPaths,
    /// A squash may have dropped the commits with removed secrets.
    squashed: bool,
}

#[test]
fn nothing_comes_back_and_nothing_is_hidden() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("nimbus.toml");
    fs::write(&file, BETTER_RULE).unwrap();
    let mut better = Catalogue::built_in();
    better.add_text(&file, BETTER_RULE).unwrap();
    let key = || FingerprintKey::new(b"our own");
    let engines = Engines {
        before: Engine::new(Catalogue::built_in(), key()),
        after: Engine::new(better, key()),
    };
    let halves: Vec<Vec<u64>> =
        (0..2).map(|half| (0..REPOSITORIES).filter(|seed| seed % 2 == half).collect()).collect();
    std::thread::scope(|scope| {
        for seeds in halves {
            let engines = &engines;
            scope.spawn(move || seeds.into_iter().for_each(|seed| year(seed, engines)));
        }
    });
}

fn year(seed: u64, engines: &Engines) {
    let mut year = Year::begin(seed, engines);
    for month in 0..MONTHS {
        let event = year.random.below(9);
        let what = format!("repository {seed}, month {month}, event {event}");
        match event {
            0 => year.lines_move(),
            1 => year.file_moves(),
            2 => year.squash(),
            3 => year.side_branch(true),
            4 => year.side_branch(false),
            5 => year.rules_changed = true,
            6 => year.new_secret(&what),
            7 => year.copy(&what),
            _ => year.two_baselines(),
        }
        year.check(&what);
    }
    year.audit(&format!("repository {seed}, at the end"));
}

impl<'e> Year<'e> {
    /// A repository whose first baseline has entries of every disposition.
    fn begin(seed: u64, engines: &'e Engines) -> Self {
        let mut year = Year {
            repository: TempRepo::new(),
            engines,
            rules_changed: false,
            random: Random::new(seed),
            seeds: seed * 1000,
            files: BTreeMap::new(),
            baseline: Baseline::under(engines.before.key_name()),
            everywhere: BTreeSet::new(),
            baselined: BTreeSet::new(),
            removed: BTreeSet::new(),
            squashed: false,
        };
        for number in 0..2 + year.random.below(3) {
            let path = format!("f{number}");
            let lines = (0..1 + year.random.below(3)).map(|_| year.secret()).collect();
            year.files.insert(path.clone(), lines);
            year.write(&path);
        }
        year.repository.write("quiet", "nothing\n");
        year.repository.commit("begin");
        year.accept();
        for entry in year.baseline.entries.values_mut() {
            let reason = "made up".to_owned();
            let evidence = "ticket 7".to_owned();
            entry.disposition = match year.random.below(6) {
                0 => Disposition::Revoked { date: TODAY, evidence },
                1 => Disposition::FalsePositive { reason },
                2 => Disposition::TestValue { reason },
                _ => continue,
            };
            if !matches!(entry.disposition, Disposition::TestValue { .. }) {
                entry.paths.clear();
            }
        }
        let without = |entry: &&String| year.baseline.entries[*entry].paths.is_empty();
        year.everywhere = year.baseline.entries.keys().filter(without).cloned().collect();
        year.check(&format!("repository {seed}, first day"));
        year
    }

    fn engine(&self) -> &'e Engine {
        if self.rules_changed { &self.engines.after } else { &self.engines.before }
    }

    /// A line with a new secret.
    fn secret(&mut self) -> String {
        self.seeds += 1;
        if self.random.below(2) == 0 {
            return format!("LOCALSTACK_AUTH_TOKEN={}", token(self.seeds));
        }
        loop {
            let letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
            let mut letter = || char::from(letters.as_bytes()[self.random.below(62)]);
            let body: String = (0..32).map(|_| letter()).collect();
            let line = format!("nimbus_token = \"nmb_live_{body}\"");
            let engines = [&self.engines.before, &self.engines.after];
            if engines.iter().all(|engine| is_found(engine, &line)) {
                return line;
            }
        }
    }

    fn write(&self, path: &str) {
        self.repository.write(path, self.files[path].join("\n") + "\n");
    }

    fn any_file(&mut self) -> String {
        let at = self.random.below(self.files.len());
        self.files.keys().nth(at).unwrap().clone()
    }

    fn lines_move(&mut self) {
        let path = self.any_file();
        let lines = self.files.get_mut(&path).unwrap();
        lines.insert(0, "moved down".to_owned());
        lines.reverse();
        self.write(&path);
        self.commit("lines move");
    }

    fn file_moves(&mut self) {
        let from = self.any_file();
        let to = format!("d{}/{}", self.random.below(3), from.replace('/', "-"));
        fs::create_dir_all(self.repository.path().join(&to).parent().unwrap()).unwrap();
        self.repository.git(&["mv", &from, &to]);
        let lines = self.files.remove(&from).unwrap();
        self.files.insert(to.clone(), lines);
        let moved = |(secret, path): (String, String)| {
            let path = if path == from { to.clone() } else { path };
            (secret, path)
        };
        self.baselined = std::mem::take(&mut self.baselined).into_iter().map(moved).collect();
        self.commit("a file moves");
    }

    /// All but the first commit become one.
    fn squash(&mut self) {
        self.squashed = true;
        let first = self.repository.git(&["rev-list", "--max-parents=0", "HEAD"]);
        self.repository.git(&["reset", "--quiet", "--soft", &first]);
        let all = ["commit", "--quiet", "--allow-empty", "--no-verify", "-m", "squashed"];
        self.repository.git(&all);
    }

    /// A branch and the trunk diverge, then are merged.
    fn side_branch(&mut self, rebased: bool) {
        self.seeds += 1;
        let repository = &self.repository;
        repository.git(&["switch", "--quiet", "-c", "side"]);
        repository.write("side", format!("{}\n", self.seeds));
        repository.commit("side");
        repository.git(&["switch", "--quiet", "main"]);
        self.lines_move();
        let repository = &self.repository;
        if rebased {
            repository.git(&["rebase", "--quiet", "main", "side"]);
            repository.git(&["switch", "--quiet", "main"]);
            repository.git(&["merge", "--quiet", "--ff-only", "side"]);
        } else {
            repository.git(&["merge", "--quiet", "--no-ff", "-m", "merged", "side"]);
        }
        repository.git(&["branch", "--quiet", "-D", "side"]);
    }

    /// A new secret that replaces an old one on the same line is new. Then it is triaged.
    fn new_secret(&mut self, what: &str) {
        let path = self.any_file();
        let line = self.secret();
        let lines = self.files.get_mut(&path).unwrap();
        let at = self.random.below(lines.len());
        let old = std::mem::replace(&mut lines[at], line.clone());
        self.write(&path);
        let new = BTreeSet::from([(self.fingerprint(&line), path.clone())]);
        assert_eq!(self.staged(), new, "{what}: the hook");
        self.commit("new");
        assert_eq!(self.open(), new, "{what}");
        match self.random.below(3) {
            0 => {
                self.files.get_mut(&path).unwrap()[at] = old;
                self.write(&path);
                self.commit("removed");
                self.removed.extend(new);
            }
            1 => self.accept(),
            _ => {
                self.accept();
                let (id, _) = new.first().unwrap();
                let entry = self.baseline.entries.get_mut(id).unwrap();
                entry.disposition = Disposition::FalsePositive { reason: "a hash".to_owned() };
                entry.paths.clear();
                self.everywhere.insert(id.clone());
            }
        }
    }

    /// A baselined secret at a new path fails, unless it is baselined at every path.
    fn copy(&mut self, what: &str) {
        // Lists the moves since, so that no copy is mistaken for a move.
        self.accept();
        let path = self.any_file();
        let lines = self.files[&path].clone();
        let Some(line) = lines.iter().find(|line| is_found(self.engine(), line)) else { return };
        let to = format!("copy{}", self.seeds);
        self.seeds += 1;
        self.files.insert(to.clone(), vec![line.clone()]);
        self.write(&to);
        let id = self.fingerprint(line);
        let new = BTreeSet::from([(id.clone(), to.clone())]);
        let expected = if self.everywhere.contains(&id) { SecretPaths::new() } else { new.clone() };
        assert_eq!(self.staged(), expected, "{what}: the hook");
        self.commit("copied");
        assert_eq!(self.open(), expected, "{what}");
        let is_accepted =
            |entry: &BaselineEntry| matches!(entry.disposition, Disposition::Accepted { .. });
        if is_accepted(&self.baseline.entries[&id]) && self.random.below(2) == 0 {
            self.accept();
        } else {
            self.files.remove(&to);
            fs::remove_file(self.repository.path().join(&to)).unwrap();
            self.commit("copy removed");
            self.removed.extend(expected);
        }
    }

    /// Two branches each accept a secret of their own; the baselines are merged as git would.
    fn two_baselines(&mut self) {
        let base = self.baseline.clone();
        let side = |year: &mut Self, name: &str| {
            let path = format!("{name}{}", year.seeds);
            let line = year.secret();
            year.files.insert(path.clone(), vec![line]);
            year.write(&path);
            year.accept();
            year.repository.commit(name);
            year.baseline.clone()
        };
        self.repository.git(&["switch", "--quiet", "-c", "theirs"]);
        let before = self.files.clone();
        let theirs = side(self, "theirs");
        self.repository.git(&["switch", "--quiet", "main"]);
        let both = std::mem::replace(&mut self.files, before);
        self.baseline = base.clone();
        let ours = side(self, "ours");
        self.repository.git(&["merge", "--quiet", "--no-ff", "-m", "merged", "theirs"]);
        self.repository.git(&["branch", "--quiet", "-D", "theirs"]);
        self.files.extend(both);
        let merged = merge(&base, &ours, &theirs).unwrap();
        assert_eq!(merged.conflicts, [""; 0]);
        self.baseline = Baseline::of_text(&merged.text, Path::new("merged")).unwrap();
    }

    /// Accepts the new secrets of the work tree.
    fn accept(&mut self) {
        let found = self.found(&self.policy());
        self.baselined
            .extend(open_paths(&found).into_iter().filter(|(id, _)| !self.everywhere.contains(id)));
        let terms = Terms {
            reason: "later".to_owned(),
            owner: "Ann".to_owned(),
            days: vec![date(2026, 3, 1), date(2026, 6, 1)],
        };
        let all: Vec<Credential> = self.found(&Policy::default());
        self.baseline.accept(&all, self.engine().rules(), &terms);
        let text = self.baseline.to_text();
        assert_eq!(Baseline::of_text(&text, Path::new("written")).unwrap(), self.baseline);
    }

    fn commit(&self, message: &str) {
        self.repository.commit(message);
    }

    fn fingerprint(&self, line: &str) -> String {
        self.engine().scan(line.as_bytes())[0].fingerprint.to_string()
    }

    fn active(&self, root: Option<&Path>, expiry: Expiry) -> ActiveBaseline {
        let root = root.map(Path::to_owned);
        ActiveBaseline { baseline: self.baseline.clone(), today: TODAY, expiry, root }
    }

    fn policy(&self) -> Policy {
        let active = self.active(Some(&self.repository.path()), Expiry::Fails);
        Policy { baseline: Some(active), ..Policy::default() }
    }

    fn found(&self, policy: &Policy) -> Vec<Credential> {
        let tree = WorkTree::list(&[self.repository.path()], Ignored::Skipped).unwrap();
        scan(&tree, self.engine(), policy, &Silent).credentials
    }

    fn open(&self) -> SecretPaths {
        open_paths(&self.found(&self.policy()))
    }

    /// What the hook blocks.
    fn staged(&self) -> SecretPaths {
        self.repository.git(&["add", "--all"]);
        let here = GitEnvironment::from_folder(&self.repository.path());
        let mut report = guard_in(&here, self.engine(), &Policy::default(), &Silent).unwrap();
        self.active(None, Expiry::Warns).suppress(&mut report.credentials);
        open_paths(&report.credentials)
    }

    /// Everything is baselined, in the file and in the model of this test.
    fn check(&self, what: &str) {
        assert_eq!(self.open(), SecretPaths::new(), "{what}");
        for (path, lines) in &self.files {
            for line in lines.iter().filter(|line| is_found(self.engine(), line)) {
                let id = self.fingerprint(line);
                let is_baselined = self.everywhere.contains(&id)
                    || self.baselined.contains(&(id.clone(), path.clone()));
                assert!(is_baselined, "{what}: {id} in {path} hides");
            }
        }
    }

    /// On another machine, over the whole history: exactly the secrets that were removed without
    /// having been baselined.
    fn audit(&self, what: &str) {
        let clone = self.repository.home().join("clone");
        self.repository.git(&["clone", "--quiet", "--no-local", ".", clone.to_str().unwrap()]);
        let active = self.active(Some(&clone), Expiry::Fails);
        let policy = Policy { baseline: Some(active), ..Policy::default() };
        let report = audit(&clone, &Options::default(), self.engine(), &policy, &Silent).unwrap();
        assert!(report.coverage.failures.is_empty(), "{what}: {:?}", report.coverage.failures);
        let open = open_paths(&report.credentials);
        let back: Vec<_> = open.difference(&self.removed).collect();
        assert!(back.is_empty(), "{what}: {back:?} came back");
        let hidden: Vec<_> = self.removed.difference(&open).collect();
        assert!(self.squashed || hidden.is_empty(), "{what}: {hidden:?} hide");
    }
}

/// The paths of open occurrences, with their fingerprints.
fn open_paths(credentials: &[Credential]) -> SecretPaths {
    let locations = credentials.iter().flat_map(|one| {
        let locations = one.open().filter_map(|location| location.path.as_ref());
        locations.map(|path| (one.fingerprint.to_string(), path.to_string()))
    });
    locations.collect()
}

fn is_found(engine: &Engine, line: &str) -> bool {
    use keysieve::rules::Confidence;
    engine.scan(line.as_bytes()).iter().any(|finding| finding.confidence > Confidence::Low)
}

/// Marsaglia's xorshift: the same year on every machine.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Random((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 11) % bound as u64) as usize
    }
}

//! The join for a working tree or standard input: source × engine × policy → report.

use std::path::{Path, PathBuf};

use crate::engine::Engine;
use crate::locate::find_all;
use crate::policy::Policy;
use crate::report::{Report, Task};
use crate::source::worktree::{Ignored, WorkTree, WorkTreeError};
use crate::source::{Progress, Source};

/// Scans the files below some paths, except those that the configuration excludes or that are
/// larger than it allows. `base` is the folder that paths are relative to if it is not a
/// repository.
pub fn scan_paths(
    paths: &[PathBuf],
    ignored: Ignored,
    base: Option<&Path>,
    engine: &Engine,
    policy: &Policy,
    progress: &dyn Progress,
) -> Result<Report, WorkTreeError> {
    let config = &policy.config;
    let tree = WorkTree::list_from(base, paths, ignored)?;
    let mut tree = tree.exclude(|path| config.exclusion(path).is_some());
    if let Some(largest) = config.max_file_size() {
        tree = tree.no_larger_than(largest);
    }
    Ok(scan(&tree, engine, policy, progress))
}

/// Scans every blob of the source.
pub fn scan(
    source: &dyn Source,
    engine: &Engine,
    policy: &Policy,
    progress: &dyn Progress,
) -> Report {
    let (hits, coverage) = find_all(source, engine, progress);
    let judged = policy.judge(hits, engine.rules());
    Report::new(Task::Scan, judged, coverage, policy, engine)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::FingerprintKey;
    use crate::report::Format;
    use crate::rules::catalogue::Catalogue;
    use crate::source::{Coverage, Failure, Silent, Visitor};

    /// A source that fails at a file whose name is a secret and would steer a terminal.
    struct Unreadable(String);

    impl Source for Unreadable {
        fn visit(&self, _visit: &Visitor<'_>, _progress: &dyn Progress) -> Coverage {
            let why = format!("{}: permission denied", self.0);
            Coverage::failure(Failure::new(format!("\u{1b}]0;{}", self.0), why))
        }
    }

    #[test]
    fn a_failure_shows_no_secret_and_no_control_character() {
        let token = ["ls-", "fAKeToKe-0000-0000-0000-eXamPle0f207"].concat();
        let engine = Engine::new(Catalogue::built_in(), FingerprintKey::new(b""));
        let report = scan(&Unreadable(token.clone()), &engine, &Policy::default(), &Silent);
        for format in [Format::Sarif, Format::Human, Format::Json] {
            let mut shown = Vec::new();
            report.write(format, &mut shown).unwrap();
            let shown = String::from_utf8(shown).unwrap();
            assert!(!shown.contains(&token), "{shown}");
            assert_eq!(shown.matches("ls-********").count(), 2, "{shown}");
            assert!(!shown.contains("\u{1b}]"), "{shown}");
        }
    }
}

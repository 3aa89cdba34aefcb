//! The histories of submodules, reported as part of the one that they are in.

use std::collections::BTreeSet;
use std::path::Path;

use bstr::{BString, ByteSlice};

use super::{DEEPEST_SUBMODULE, Options, local, read_history};
use crate::engine::Engine;
use crate::foreign::foreign_path;
use crate::locate::Hit;
use crate::source::history::{History, RangeSyntax};
use crate::source::{Coverage, Failure, Progress};

/// What was found in submodules.
#[derive(Default)]
pub struct SubmoduleAudit {
    pub hits: Vec<Hit>,
    pub coverage: Coverage,
    /// The ids and keys of contents that their pointer files led to.
    pub followed: BTreeSet<String>,
}

/// Audits the submodules of a history, if requested, and theirs. A range limits the audited
/// repository only: of submodules everything is reported.
pub fn audit(
    history: &History,
    options: &Options,
    engine: &Engine,
    progress: &dyn Progress,
    depth: usize,
) -> SubmoduleAudit {
    let submodules = history.submodules();
    let mut all = SubmoduleAudit::default();
    if submodules.is_empty() {
        return all;
    }
    if !options.recurse_submodules {
        all.coverage.notes.push(match submodules.len() {
            1 => "1 submodule skipped; use --recurse-submodules to scan it".to_owned(),
            more => format!("{more} submodules skipped; use --recurse-submodules to scan them"),
        });
        return all;
    }
    let options = &Options { range: RangeSyntax::default(), ..options.clone() };
    for submodule in submodules {
        let fails = |why: String| {
            Coverage::failure(Failure::new(format!("submodule {}", submodule.path), why))
        };
        let Some(repository) = &submodule.repository else {
            let why = "its repository is missing; run `git submodule update --init`";
            all.coverage = all.coverage.and(fails(why.to_owned()));
            continue;
        };
        if depth > DEEPEST_SUBMODULE {
            let why = format!("it is nested more than {DEEPEST_SUBMODULE} levels deep");
            all.coverage = all.coverage.and(fails(why));
            continue;
        }
        let around = history;
        let audited = History::of_submodule(repository).map_err(Into::into).and_then(|history| {
            let (mut hits, coverage) = read_history(&history, options, engine, progress)?;
            let deeper = audit(&history, options, engine, progress, depth + 1);
            let followed =
                deeper.followed.into_iter().chain(history.pointed().followed()).collect();
            let own = local_files(&history, repository, around, options, &followed, engine);
            hits.extend(deeper.hits.into_iter().chain(own.0));
            let coverage = coverage.and(deeper.coverage).and(own.1);
            Ok(SubmoduleAudit { hits, coverage, followed })
        });
        let audited: Result<_, super::AuditError> = audited;
        match audited {
            Ok(SubmoduleAudit { mut hits, mut coverage, followed }) => {
                for (_, occurrence) in &mut hits {
                    let path = occurrence.path.take();
                    occurrence.path = path.map(|path| below(&submodule.path, &path));
                }
                for failure in &mut coverage.failures {
                    failure.name = format!("submodule {}: {}", submodule.path, failure.name);
                }
                for note in &mut coverage.notes {
                    *note = format!("submodule {}: {note}", foreign_path(&submodule.path));
                }
                all.hits.extend(hits);
                all.coverage = all.coverage.and(coverage);
                all.followed.extend(followed);
            }
            Err(why) => all.coverage = all.coverage.and(fails(why.to_string())),
        }
    }
    all
}

/// The files of a git directory that is not inside the one `around` it, which lists its own.
fn local_files(
    history: &History,
    repository: &Path,
    around: &History,
    options: &Options,
    followed: &BTreeSet<String>,
    engine: &Engine,
) -> (Vec<Hit>, Coverage) {
    let is_inside =
        around.git_folders().is_some_and(|folders| repository.starts_with(folders.common_dir));
    match &options.local {
        Some(skipped) if !is_inside => {
            local::audit(history, skipped, options.max_blob_size, followed, engine)
        }
        _ => Default::default(),
    }
}

fn below(folder: &BString, path: &BString) -> BString {
    [folder.as_bytes(), b"/", path.as_bytes()].concat().into()
}

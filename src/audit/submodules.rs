//! The histories of submodules, reported as part of the one that they are in.

use std::collections::BTreeSet;
use std::path::Path;

use bstr::BString;

use super::{DEEPEST_SUBMODULE, Options, local, read_history};
use crate::engine::Engine;
use crate::foreign::foreign_path;
use crate::locate::Hit;
use crate::source::history::{History, RangeSyntax, Submodule};
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
        match audit_one(history, &submodule, options, engine, progress, depth) {
            Ok(found) => all.add(found.below(&submodule.path)),
            Err(why) => {
                let failure = Failure::new(format!("submodule {}", submodule.path), why);
                all.coverage.failures.push(failure);
            }
        }
    }
    all
}

/// Audits a submodule of the history `around`; otherwise the reason why it cannot be audited.
fn audit_one(
    around: &History,
    submodule: &Submodule,
    options: &Options,
    engine: &Engine,
    progress: &dyn Progress,
    depth: usize,
) -> Result<SubmoduleAudit, String> {
    let repository = submodule.repository.as_ref();
    let repository =
        repository.ok_or("its repository is missing; run `git submodule update --init`")?;
    if depth > DEEPEST_SUBMODULE {
        return Err(format!("it is nested more than {DEEPEST_SUBMODULE} levels deep"));
    }
    let history = History::of_submodule(repository).map_err(|why| why.to_string())?;
    let read = read_history(&history, options, engine, progress);
    let (hits, coverage) = read.map_err(|why| why.to_string())?;
    let deeper = audit(&history, options, engine, progress, depth + 1);
    let mut found = SubmoduleAudit { hits, coverage, ..SubmoduleAudit::default() };
    found.followed.extend(history.pointed().followed());
    found.add(deeper);
    let (hits, coverage) =
        local_files(&history, repository, around, options, &found.followed, engine);
    found.add(SubmoduleAudit { hits, coverage, ..SubmoduleAudit::default() });
    Ok(found)
}

impl SubmoduleAudit {
    fn add(&mut self, other: SubmoduleAudit) {
        self.hits.extend(other.hits);
        self.coverage = std::mem::take(&mut self.coverage).and(other.coverage);
        self.followed.extend(other.followed);
    }

    /// The same, with paths and names that start at the history that the submodule is in.
    fn below(mut self, folder: &BString) -> SubmoduleAudit {
        for (_, occurrence) in &mut self.hits {
            let path = occurrence.path.take();
            occurrence.path = path.map(|path| [folder, &path[..]].join(&b'/').into());
        }
        for failure in &mut self.coverage.failures {
            failure.name = format!("submodule {folder}: {}", failure.name);
        }
        for note in &mut self.coverage.notes {
            *note = format!("submodule {}: {note}", foreign_path(folder));
        }
        self
    }
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

//! Where in a range of commits a credential came in, and where it was taken out again.

use std::collections::{BTreeMap, HashMap, HashSet};

use bstr::BString;

use crate::findings::{CommitRef, Finding, Fingerprint, Occurrence, OccurrenceSource};
use crate::source::added::{Added, Content};
use crate::source::{Coverage, Failure};

/// Findings with their occurrences.
pub type Sightings = Vec<(Finding, Occurrence)>;

/// Each finding with all places at which a commit of the range brought it in. Comes with what
/// of the commits could not be read.
pub fn places(found: Sightings, added: &CommitRange) -> (Sightings, Coverage) {
    let mut by_object: BTreeMap<String, Sightings> = BTreeMap::new();
    for (finding, occurrence) in found {
        if let OccurrenceSource::History { blob, .. } = &occurrence.source {
            by_object.entry(blob.clone()).or_default().push((finding, occurrence));
        }
    }
    let (commits, failures) = (HashMap::new(), Vec::new());
    let mut teller = Teller { added, by_object: &by_object, commits, failures };
    let mut told = teller.messages();
    told.extend(teller.intervals());
    let mut failures = teller.failures;
    failures.extend(teller.commits.into_values().filter_map(Result::err));
    (told, Coverage { failures, ..Coverage::default() })
}

struct Teller<'a> {
    added: &'a CommitRange,
    by_object: &'a BTreeMap<String, Sightings>,
    commits: HashMap<usize, Result<CommitRef, Failure>>,
    failures: Vec<Failure>,
}

impl Teller<'_> {
    fn messages(&mut self) -> Sightings {
        let places = self.added.messages();
        let mut told = Vec::new();
        for (object, sightings) in self.by_object {
            let Some(&commit) = places.get(object) else {
                if self.added.is_direct_tip(object) {
                    told.extend(sightings.iter().cloned());
                }
                continue;
            };
            let introduced = self.commit(commit);
            told.extend(sightings.iter().cloned().map(|(finding, mut occurrence)| {
                let (blob, introduced) = (object.clone(), introduced.clone());
                occurrence.source =
                    OccurrenceSource::History { blob, introduced, removed: None, at_head: false };
                (finding, occurrence)
            }));
        }
        told
    }

    /// One occurrence for each line that a commit brought in, as the first version has it,
    /// until a commit takes it out.
    fn intervals(&mut self) -> Sightings {
        let mut told: Sightings = Vec::new();
        let mut open: HashMap<(BString, Fingerprint), Vec<usize>> = HashMap::new();
        let is_wanted = |content: &FileContent| self.held(content).next().is_some();
        let (changes, failures) = self.added.changes(is_wanted);
        self.failures.extend(failures);
        for change in &changes {
            let before: HashSet<Fingerprint> =
                change.before.iter().flat_map(|content| self.held(content)).collect();
            let after: HashSet<Fingerprint> =
                change.after.iter().flat_map(|content| self.held(content)).collect();
            for gone in before.difference(&after) {
                for place in open.remove(&(change.path.clone(), *gone)).unwrap_or_default() {
                    let commit = self.commit(change.commit);
                    if let OccurrenceSource::History { removed, .. } = &mut told[place].1.source {
                        *removed = commit;
                    }
                }
            }
            let Some(FileContent::Blob(id)) = change.after else { continue };
            let by_object = self.by_object;
            let sightings = by_object.get(&id.to_string()).into_iter().flatten();
            let mut going_on: HashMap<Fingerprint, Vec<&Occurrence>> = HashMap::new();
            for (finding, occurrence) in sightings {
                if before.contains(&finding.fingerprint) {
                    going_on.entry(finding.fingerprint).or_default().push(occurrence);
                    continue;
                }
                let key = (change.path.clone(), finding.fingerprint);
                open.entry(key).or_default().push(told.len());
                let place = OccurrenceSource::History {
                    blob: id.to_string(),
                    introduced: self.commit(change.commit),
                    removed: None,
                    at_head: false,
                };
                let path = Some(change.path.clone());
                told.push((
                    finding.clone(),
                    Occurrence { path, source: place, ..occurrence.clone() },
                ));
            }
            // The latest version says what is allowed, as in an audit.
            for (fingerprint, versions) in going_on {
                let places = open.get(&(change.path.clone(), fingerprint));
                let Some(places) = places.filter(|places| places.len() == versions.len()) else {
                    continue;
                };
                for (&place, version) in places.iter().zip(versions) {
                    told[place].1.suppression_comments.clone_from(&version.suppression_comments);
                }
            }
        }
        self.mark_head(&mut told, open);
        told
    }

    /// Marks the places that no commit removed where HEAD still holds the credential.
    fn mark_head(
        &mut self,
        told: &mut Sightings,
        open: HashMap<(BString, Fingerprint), Vec<usize>>,
    ) {
        for ((path, fingerprint), places) in open {
            let contents = self.added.at_heads(&path).unwrap_or_else(|failure| {
                self.failures.push(failure);
                Vec::new()
            });
            let mut held = contents.iter().flat_map(|content| self.held(content));
            let holds = held.any(|held| held == fingerprint);
            for place in places {
                if let OccurrenceSource::History { at_head, .. } = &mut told[place].1.source {
                    *at_head = holds;
                }
            }
        }
    }

    fn held(&self, content: &FileContent) -> impl Iterator<Item = Fingerprint> {
        let sightings = match content {
            FileContent::Blob(id) => self.by_object.get(&id.to_string()),
            FileContent::Submodule(_) => None,
        };
        sightings.into_iter().flatten().map(|(finding, _)| finding.fingerprint)
    }

    fn commit(&mut self, place: usize) -> Option<CommitRef> {
        let added = self.added;
        let commit = self.commits.entry(place).or_insert_with(|| added.commit(place));
        commit.as_ref().ok().cloned()
    }
}

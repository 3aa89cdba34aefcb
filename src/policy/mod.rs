//! What is already known or allowed. Detection is over before policy begins: it sees
//! credentials, never bytes, but for the inline allows beside a finding ([`inline`]).

pub mod baseline;
pub mod comment;
mod foreign;
pub mod inline;

use baseline::Known;

use crate::findings::Credential;
use crate::rules::{Confidence, Rule};

/// What of the credentials found is reported, and what of it fails.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Report low-confidence credentials too, such as tokens whose checksum does not hold.
    pub show_unlikely: bool,
    /// Whether other scanners' inline marks count.
    pub foreign_allows: bool,
    /// The baseline, if there is one.
    pub known: Option<Known>,
}

impl Policy {
    /// The credentials that are reported, those of their places suppressed that are known.
    pub fn apply(&self, mut credentials: Vec<Credential>) -> Vec<Credential> {
        credentials
            .retain(|credential| self.show_unlikely || credential.confidence > Confidence::Low);
        for credential in &mut credentials {
            for occurrence in &mut credential.occurrences {
                occurrence.suppression =
                    inline::suppression(&occurrence.allows, credential.rule, self.foreign_allows);
            }
            if let Some(known) = &self.known {
                known.apply(credential);
            }
        }
        credentials
    }

    /// What a reader should know of what [`Policy::apply`] did, sorted.
    pub fn notes(&self, credentials: &[Credential], rules: &[Rule]) -> Vec<String> {
        let all = credentials.iter().flat_map(|credential| inline::notes(credential, rules));
        let mut notes: Vec<String> = all.collect();
        notes.extend(inline::foreign_note(credentials, self.foreign_allows));
        if let Some(known) = &self.known {
            notes.extend(credentials.iter().filter_map(|credential| known.note(credential)));
        }
        notes.sort();
        notes.dedup();
        notes
    }
}

//! What we found, from one blob's finding to a credential with all its places.
//!
//! No type here can hold a raw secret: the engine hands out only what is redacted
//! ([`Redacted`]) and what identifies ([`Fingerprint`]).

mod credential;
mod encoding;
mod excerpt;
mod fact;
mod finding;
pub mod fingerprint;
mod level;
mod pushed;
mod redaction;
mod suppression;
mod unprintable;

pub use credential::{CommitRef, Credential, Occurrence, OccurrenceSource, group};
pub use encoding::{Encoding, Step};
pub use excerpt::{Excerpt, Excerpts};
pub use fact::{Fact, LONGEST_FACT, RelatedLocation, RelatedValue};
pub use finding::{Finding, Span, Verdict};
pub use fingerprint::{Fingerprint, FingerprintKey};
pub use level::{Level, PathKind};
pub use pushed::Pushed;
pub use redaction::Redacted;
pub use suppression::{Scanner, Suppression, SuppressionComment, SuppressionKind};
pub use unprintable::is_unprintable;

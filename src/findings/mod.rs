//! The results of a scan: a [`Finding`] in one blob, and a [`Credential`] with all its occurrences.
//!
//! No type here can contain a raw secret: the engine returns only its redacted form ([`Redacted`])
//! and its identity ([`Fingerprint`]).

mod credential;
mod encoding;
mod excerpt;
mod fact;
mod finding;
pub mod fingerprint;
mod level;
mod local_kind;
mod pushed;
mod redacted;
mod suppression;
mod unprintable;

pub use credential::{CommitRef, Credential, HistorySource, Occurrence, OccurrenceSource, group};
pub use encoding::{Encoding, Step};
pub use excerpt::{Excerpt, Excerpts};
pub use fact::{Fact, LONGEST_FACT, RelatedLocation, RelatedValue};
pub use finding::{Finding, Span, Verdict};
pub use fingerprint::{Fingerprint, FingerprintKey};
pub use level::{Level, PathKind};
pub use local_kind::LocalKind;
pub use pushed::Pushed;
pub use redacted::Redacted;
pub use suppression::{OtherScanner, Suppression, SuppressionComment, SuppressionKind};
pub use unprintable::is_unprintable;

//! From a trigger to a judged finding: which rule matches which span, where the secret ends, which
//! of several overlapping findings stays, and which public facts it has.
//!
//! ```text
//! trigger ─▶ matcher ─▶ Candidate ─▶ checks ─▶ Finding ─▶ overlaps · pairs · context facts
//! ```

pub mod candidate;
pub mod context_facts;
pub mod credential_pairs;
mod embedded;
pub mod facts;
pub mod judge;
mod matcher;
pub mod overlap;
pub mod secret_end;
mod vendor_prefixes;

//! From a trigger to a judged finding: which rule matches what span, where the secret ends, which
//! of several overlapping findings stays, and which public facts go with it.

pub mod candidate;
pub mod context_facts;
pub mod credential_pairs;
pub mod facts;
pub mod matcher;
pub mod overlap;
pub mod secret_end;
pub mod vendor_prefixes;

//! What we look for: rules, as data.
//!
//! A [`Rule`] is checked and ready to be matched. It comes out of a pattern file
//! ([`schema`], the file as written) by way of [`check`], at build time for the built-in
//! catalogue and at run time for a user's own files ([`catalogue`]).

pub mod catalogue;
pub mod check;
mod facts;
pub mod lexicon;
pub mod mistake;
mod opening;
mod pairs;
mod rule;
pub mod schema;
mod shape;
mod vocabulary;
pub mod word_list;

pub use opening::{ByteSet, Opening, Step, may_match};
pub use rule::{
    AFTER, BEFORE, CharKind, Checks, Checksum, Confidence, Extension, LONG_RUN, LONGEST,
    LinkChecked, MARGIN, MOST_GROUPS, NameKind, Pair, PublicShape, Rule, Seat, Severity, Structure,
    TOKEN_RUN, Text, Texts, Trigger,
};

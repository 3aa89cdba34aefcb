//! Rules: what keysieve searches for, as data.
//!
//! A [`Rule`] is checked and ready to be matched. It is parsed from a pattern file ([`schema`]) and
//! validated by [`check`], at build time for the built-in catalogue and at run time for custom
//! rules ([`catalogue`]).

mod bytes;
pub mod catalogue;
pub mod check;
pub mod lexicon;
mod prefix_pattern;
mod regex_shape;
mod rule;
pub mod schema;
pub mod toml_error;
pub mod word_list;

pub use bytes::{is_token_byte, is_word_byte};
pub use prefix_pattern::{ByteSet, PrefixPattern, PrefixStep, may_match};
pub use rule::{
    AFTER, AnchorPosition, BEFORE, CharKind, Checks, Checksum, Confidence, LONG_RUN, LONGEST,
    LinkChecked, MARGIN, MAX_GROUPS, NameKind, Pair, PublicShape, Rule, RuleString, RuleStrings,
    Severity, Structure, StructureReader, TOKEN_RUN, TailRule, Trigger, resolve,
};

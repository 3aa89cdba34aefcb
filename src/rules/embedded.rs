//! Reading the built-in rules, which `build.rs` checks and embeds in the binary in postcard's
//! format. It happens once per process: strings are borrowed from the embedded bytes, and lists are
//! allocated once and never freed.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};

use super::{Rule, RuleString, RuleStrings};

/// The rules in `bytes`, sorted by id. Errors: bytes that this version of keysieve did not write.
#[allow(dead_code, reason = "the build script only writes them")]
pub(super) fn read(bytes: &'static [u8]) -> Result<Vec<Rule>, postcard::Error> {
    postcard::from_bytes(bytes)
}

/// A borrowed string.
pub(super) fn string<'de: 'static, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<RuleString, D::Error> {
    <&'static str>::deserialize(deserializer).map(Cow::Borrowed)
}

/// A borrowed string, or none.
pub(super) fn option<'de: 'static, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<RuleString>, D::Error> {
    let string = Option::<&'static str>::deserialize(deserializer)?;
    Ok(string.map(Cow::Borrowed))
}

/// A list of borrowed strings.
pub(super) fn strings<'de: 'static, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<RuleStrings, D::Error> {
    Vec::<&'static str>::deserialize(deserializer).map(borrowed)
}

/// Lists of borrowed strings, each with a name.
pub(super) fn named_strings<'de: 'static, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Cow<'static, [(RuleString, RuleStrings)]>, D::Error> {
    let lists = Vec::<(&'static str, Vec<&'static str>)>::deserialize(deserializer)?;
    let lists = lists.into_iter().map(|(name, list)| (Cow::Borrowed(name), borrowed(list)));
    Ok(Cow::Borrowed(lists.collect::<Vec<_>>().leak()))
}

fn borrowed(strings: Vec<&'static str>) -> RuleStrings {
    let strings = strings.into_iter().map(Cow::Borrowed);
    Cow::Borrowed(strings.collect::<Vec<_>>().leak())
}

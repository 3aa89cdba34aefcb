//! The nouns that variable names of all providers share: `patterns/names.toml`.

use std::collections::HashSet;

use serde::Deserialize;

/// The file, embedded because custom rules may use it, too.
const FILE: &str = include_str!("../../../patterns/names.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vocabulary {
    /// What follows the service in a credential's name: `token`, `api_key`.
    nouns: Vec<String>,
}

/// The names with every `acme_*` expanded by the vocabulary, without duplicates.
pub(super) fn expand(names: &[String]) -> Result<Vec<String>, String> {
    let vocabulary: Vocabulary =
        toml::from_str(FILE).map_err(|error| format!("patterns/names.toml: {error}"))?;
    let mut expanded = Vec::new();
    for name in names {
        match name.strip_suffix("_*") {
            Some(service) => {
                expanded.extend(vocabulary.nouns.iter().map(|noun| format!("{service}_{noun}")));
            }
            None => expanded.push(name.clone()),
        }
    }
    let mut names = HashSet::new();
    expanded.retain(|name| names.insert(name.to_ascii_lowercase()));
    Ok(expanded)
}

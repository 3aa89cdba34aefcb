//! Members whose name contains `auth` and that are something else than a header or a login.

use super::Place;
use crate::rules::NameKind;
use crate::rules::word_list::WordList;

/// Whether the words after `auth` name something that has a login rather than the login itself:
/// `auth-compat`, `oauth_callback`. A header's scheme before the value proves the opposite.
pub fn is_something_else(place: &Place) -> bool {
    let Place { bytes, name, .. } = place;
    let lexicon = place.lexicon();
    name.kind == NameKind::Auth
        && name.after(bytes).any(|word| {
            word[0].is_ascii_alphabetic() && !lexicon.has(WordList::AuthorizationValueWords, word)
        })
        && !has_scheme(place)
}

fn has_scheme(place: &Place) -> bool {
    let scheme = place.gap().trim_ascii_end();
    let from = scheme.iter().rposition(|b| !b.is_ascii_alphanumeric()).map_or(0, |it| it + 1);
    place.lexicon().has(WordList::AuthorizationSchemes, &scheme[from..])
}

//! Kubernetes Secrets: the entries of `data` and `stringData` next to `kind: Secret`, in YAML and
//! in JSON, which may itself be in a string.

mod json;
mod yaml;

use super::value::Value;
use super::{Found, Holder, NamedValue, identifier};
use crate::engine::structure::mark::kind_at;
use json::Objects;
use yaml::Mappings;

/// Longest manifest, before and after its kind: the limit of etcd for one Secret, in base64.
const LONGEST: usize = 3 << 19;

/// Reads the Secrets whose kind is a mark.
pub fn read<'b>(bytes: &'b [u8], marks: &[usize], found: &mut Found<'_, 'b>) {
    let (mut objects, mut mappings) = (Objects::default(), Mappings::default());
    for &mark in marks {
        let Some(kind) = kind_at(bytes, mark) else { continue };
        let mut entry = |holder, name: &[u8], value: Value<'b>| {
            found(NamedValue { name: identifier(name), value, mark, holder });
        };
        let in_block = mappings.begins_line(bytes, &kind);
        // In a block of YAML nothing is after the value.
        let is_block = in_block && yaml::ends_line(bytes, &kind);
        let may_be_object = !is_block || kind.quote.is_some();
        if may_be_object && objects.read(bytes, mark, &kind, &mut entry) {
            continue;
        }
        if is_block {
            mappings.read(bytes, &kind, &mut entry);
        }
    }
}

/// Receives the entries: where they are, their names and their values.
type Entry<'f, 'b> = dyn FnMut(Holder, &[u8], Value<'b>) + 'f;

/// What a member of the manifest contains, by its name.
fn holder(member: &[u8]) -> Option<Holder> {
    match member {
        b"data" => Some(Holder::SecretData),
        b"stringData" | b"string_data" => Some(Holder::SecretText),
        _ => None,
    }
}

//! Ids of access keys at services that follow Amazon S3: the public half of a pair.

use super::Place;
use crate::rules::NameKind;

/// Characters of such an id.
const LENGTH: usize = 20;

/// Whether the value is the id of an access key: `AccessKey: …` of MinIO and Ceph.
pub fn is_access_id(place: &Place) -> bool {
    let Place { bytes, name, text, .. } = place;
    let has = |known: &[u8]| name.before(bytes).any(|word| word.eq_ignore_ascii_case(known));
    let named = name.keyword(bytes).eq_ignore_ascii_case(b"accesskey") || has(b"access");
    name.kind == NameKind::Key
        && named
        && !has(b"secret")
        && text.len() == LENGTH
        && text.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

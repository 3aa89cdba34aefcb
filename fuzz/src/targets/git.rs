//! Targets for other files of a repository: the index, objects, hooks.

use std::collections::HashMap;
use std::path::Path;

use keysieve::git::commit::RawCommit;
use keysieve::git::index::Index;
use keysieve::git::object::{ObjectKind, message, tagged};
use keysieve::git::object_id::{ObjectFormat, ObjectId};
use keysieve::git::tree::diff::TreeDiff;
use keysieve::git::tree::walk::TreeWalk;
use keysieve::hook::{Stage, script};

use super::packs::signed;

/// The index, without its trailer. What is read is sorted and can be found.
pub fn staged_index(data: &[u8]) {
    let missing = |_: &str| Err(std::io::ErrorKind::NotFound.into());
    let Ok(index) = Index::parse(&signed(data), ObjectFormat::Sha1, &missing) else { return };
    for number in 0..index.len() {
        let entry = index.entry(number);
        if entry.stage == 0 && !entry.is_intent_to_add {
            let found = index.find(index.path(number)).expect("a path that is there");
            assert_eq!(found.id, entry.id);
        }
        assert!(number == 0 || index.path(number - 1) <= index.path(number));
    }
}

/// Commits, tags and trees, and what is computed from them. The bytes are split into trees at each
/// `|`.
pub fn objects(data: &[u8]) {
    let format = ObjectFormat::Sha1;
    let id = format.object(ObjectKind::Commit, data);
    let _ = (RawCommit::parse(id, data), tagged(data), message(data));
    let mut below = format.object(ObjectKind::Tree, b"");
    let mut trees = HashMap::from([(below.to_string(), Vec::new())]);
    let mut ids = vec![below];
    for piece in data.split(|&byte| byte == b'|') {
        let mut bytes = piece.to_vec();
        fill_in(&mut bytes, &below);
        below = format.object(ObjectKind::Tree, &bytes);
        trees.insert(below.to_string(), bytes);
        ids.push(below);
    }
    let read =
        |id: &ObjectId| trees.get(&id.to_string()).cloned().ok_or_else(|| "missing".to_owned());
    let (old, new) = (ids[ids.len() / 2], below);
    let diff = TreeDiff::between(&read, &[old], new);
    // Many paths may lead to few contents.
    if let Some(changes) = diff.changes(|_| true, 1000) {
        assert!(diff.is_empty() == changes.is_empty());
    }
    assert!(TreeDiff::between(&read, &[new], new).is_empty());
    if let Ok(walk) = TreeWalk::read(&read, new) {
        let blobs = walk.blobs();
        if let Ok(paths) = walk.paths(|_, _| true) {
            assert!(paths.iter().all(|(_, id)| blobs.contains(id)));
        }
    }
}

/// Replaces twenty zeros after a name with the previous tree's id, so that trees refer to trees.
fn fill_in(bytes: &mut [u8], id: &ObjectId) {
    let mut offset = 1;
    while offset + 20 <= bytes.len() {
        if bytes[offset - 1] == 0 && bytes[offset..offset + 20].iter().all(|&byte| byte == 0) {
            bytes[offset..offset + 20].copy_from_slice(id.as_bytes());
            offset += 20;
        }
        offset += 1;
    }
}

/// A foreign hook: removing what we added restores it exactly.
pub fn hook_script(data: &[u8]) {
    let binary = Path::new("/opt/it's here/keysieve");
    for stage in [Stage::PreCommit, Stage::CommitMsg, Stage::PrePush] {
        let _ = (script::is_ours(data), script::binary(data));
        let was_chained = script::unchained(data).is_some();
        let Some(chained) = script::chained(stage, binary, data) else { continue };
        if !was_chained {
            let again = script::unchained(&chained);
            assert_eq!(again.as_ref().map(|text| &text[..]), Some(data));
        }
    }
}

//! The texts of commits and annotated tags: their messages, their unusual headers, and the names and
//! emails of people.

use std::collections::HashMap;

use bstr::BString;

use crate::blob::{Blob, ObjectPart, Provenance};
use crate::git::object::{identities, message, other_headers};
use crate::git::object_id::ObjectId;
use crate::source::{Coverage, Visitor};

/// Passes the message and the unusual headers of a commit or a tag to `visit`. Git shows a message
/// up to its first NUL; the rest is scanned as well.
pub fn visit_texts(id: &ObjectId, object: &[u8], visit: &Visitor<'_>) -> Coverage {
    let (message, headers) = (message(object), other_headers(object));
    let blob = |bytes| Blob::whole(bytes, Provenance::Object(id.to_string()));
    visit(&blob(message).as_part(ObjectPart::Message));
    if !headers.is_empty() {
        visit(&blob(&headers).as_part(ObjectPart::Header));
    }
    Coverage::message(message.len() + headers.len())
}

/// The people of a history, each with the oldest object that names them. A history has a thousand
/// times more commits than people, so each is scanned once.
#[derive(Default)]
pub struct People(HashMap<BString, (i64, ObjectId)>);

impl People {
    /// Adds those of a commit or a tag; `time` is the committer's, in seconds since 1970.
    pub fn add(&mut self, id: ObjectId, time: i64, object: &[u8]) {
        for person in identities(object) {
            match self.0.get_mut(bstr::BStr::new(person)) {
                Some(oldest) => *oldest = (time, id).min(*oldest),
                None => drop(self.0.insert(person.into(), (time, id))),
            }
        }
    }

    /// Adds those that another thread has found.
    pub fn merge(&mut self, other: People) {
        for (person, found) in other.0 {
            let oldest = self.0.entry(person).or_insert(found);
            *oldest = found.min(*oldest);
        }
    }

    /// Passes each person to `visit`.
    pub fn visit(&self, visit: &Visitor<'_>) -> Coverage {
        for (person, (_, id)) in &self.0 {
            let blob = Blob::whole(person, Provenance::Object(id.to_string()));
            visit(&blob.as_part(ObjectPart::Identity));
        }
        let bytes = self.0.keys().map(|person| person.len() as u64).sum();
        Coverage { bytes, ..Coverage::default() }
    }
}

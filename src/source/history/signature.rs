//! A commit's metadata, for a report.

use bstr::ByteSlice;
use jiff::Timestamp;
use jiff::tz::Offset;

use crate::findings::CommitRef;
use crate::git::object::message;
use crate::git::object_id::ObjectId;

/// A commit as a report shows it, with its texts unchanged.
pub fn commit_ref(id: ObjectId, commit: &[u8]) -> CommitRef {
    let author = commit.lines().take_while(|line| !line.is_empty());
    let author = author.filter_map(|line| line.strip_prefix(b"author ")).next();
    let Signature { name, email, seconds, offset } = Signature::parse(author.unwrap_or_default());
    let text = |bytes: &[u8]| bytes.to_str_lossy().into_owned();
    // Git skips leading empty lines as well.
    let summary = message(commit).lines().find(|line| !line.is_empty()).unwrap_or_default();
    let (author, email, summary) = (text(name), text(email), text(summary));
    CommitRef { date: date(seconds, offset), id: id.to_string(), author, email, summary }
}

/// `Name <address> seconds zone`.
#[derive(Debug, PartialEq, Eq)]
struct Signature<'s> {
    name: &'s [u8],
    email: &'s [u8],
    /// Since 1970.
    seconds: i64,
    /// Seconds east of Greenwich.
    offset: i32,
}

impl<'s> Signature<'s> {
    /// What cannot be parsed is empty, or 0.
    fn parse(text: &'s [u8]) -> Signature<'s> {
        let end = text.rfind_byte(b'>').unwrap_or(text.len());
        let begin = text[..end].find_byte(b'<').unwrap_or(end);
        let email = text.get(begin + 1..end).unwrap_or_default().trim_ascii();
        let time = text.get(end + 1..).unwrap_or_default().split(u8::is_ascii_whitespace);
        let mut time = time.filter(|field| !field.is_empty());
        let mut number = || time.next().and_then(|field| field.to_str().ok());
        let seconds = number().and_then(|text| text.parse().ok()).unwrap_or_default();
        let zone: i32 = number().and_then(|text| text.parse().ok()).unwrap_or_default();
        let minutes = (zone / 100).saturating_mul(60).saturating_add(zone % 100);
        let offset = minutes.saturating_mul(60);
        Signature { name: text[..begin].trim_ascii(), email, seconds, offset }
    }
}

/// RFC 3339. A time or an offset out of its range becomes the nearest valid one.
fn date(seconds: i64, offset: i32) -> String {
    let range = Timestamp::MIN.as_second()..=Timestamp::MAX.as_second();
    let nearest = seconds.clamp(*range.start(), *range.end());
    let time = Timestamp::from_second(nearest).unwrap_or(Timestamp::UNIX_EPOCH);
    time.display_with_offset(Offset::from_seconds(offset).unwrap_or(Offset::UTC)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_read_as_well_as_they_can_be() {
        let parse = |text: &'static str| {
            let Signature { name, email, seconds, offset } = Signature::parse(text.as_bytes());
            (name.to_str_lossy(), email.to_str_lossy(), seconds, offset)
        };
        let whole = parse("A U Thor <a@example.org> 1700000000 -0530");
        assert_eq!(whole, ("A U Thor".into(), "a@example.org".into(), 1_700_000_000, -19_800));
        assert_eq!(parse("A <a> b> 1 +0000"), ("A".into(), "a> b".into(), 1, 0));
        assert_eq!(parse("A <a>"), ("A".into(), "a".into(), 0, 0));
        assert_eq!(parse("nobody"), ("nobody".into(), "".into(), 0, 0));
        assert_eq!(parse(""), ("".into(), "".into(), 0, 0));
        assert_eq!(parse("> x y"), ("".into(), "".into(), 0, 0));
    }
}

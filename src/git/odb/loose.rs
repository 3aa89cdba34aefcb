//! Loose objects, read and verified by ourselves: libgit2 reads a truncated one forever
//! (`git_zstream_get_output` keeps asking zlib for more), and takes one whose first byte is damaged
//! for an ancient format, of arbitrary type.
//!
//! Format: zlib, of `<type> <size>` in ASCII, a NUL, and the content; the id is the hash of all
//! that (`gitformat-loose`).

use std::fs;
use std::io::{BufRead, BufReader, Error, ErrorKind, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::ZlibDecoder;

use crate::git::object::ObjectKind;
use crate::git::object_id::{ObjectFormat, ObjectId};

/// Longest header: the longest type, a space, twenty digits and a NUL.
const HEADER: u64 = 28;

/// Deflate's limit: no byte of compressed data becomes more than 1,032 bytes.
const BEST_RATIO: u64 = 1032;

/// What is wrong with a loose object.
#[derive(Debug, thiserror::Error)]
pub enum LooseError {
    #[error("{0}")]
    Read(#[from] Error),
    #[error("invalid object header")]
    Header,
    #[error("its size differs from its header")]
    Size,
    #[error("its content does not match its id")]
    Id,
    #[error("it is larger than the limit")]
    TooLarge,
}

/// The loose objects of a folder.
#[derive(Default)]
pub struct LooseFiles {
    pub found: Vec<(ObjectId, PathBuf)>,
    /// Folders that could not be listed.
    pub unlisted: Vec<(PathBuf, Error)>,
}

/// The loose objects of an `objects` folder: two digits, a slash, the other digits.
pub fn files(objects: &Path, format: ObjectFormat) -> LooseFiles {
    let LooseFiles { mut found, mut unlisted } = LooseFiles::default();
    for folder in (0..=u8::MAX).map(|first| objects.join(format!("{first:02x}"))) {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(why) if why.kind() == ErrorKind::NotFound => continue,
            Err(why) => {
                unlisted.push((folder, why));
                continue;
            }
        };
        for entry in entries {
            match entry {
                Ok(entry) => found.extend(object(entry.path(), format)),
                Err(why) => {
                    unlisted.push((folder, why));
                    break;
                }
            }
        }
    }
    LooseFiles { found, unlisted }
}

fn object(file: PathBuf, format: ObjectFormat) -> Option<(ObjectId, PathBuf)> {
    let folder = file.parent()?.file_name()?.to_str()?;
    let id = format!("{folder}{}", file.file_name()?.to_str()?);
    let id = ObjectId::from_hex(id.as_bytes()).filter(|id| id.format() == format)?;
    Some((id, file))
}

impl LooseError {
    /// Whether the file has been removed, as `git gc` does once the object is in a pack.
    pub fn is_gone(&self) -> bool {
        matches!(self, LooseError::Read(why) if why.kind() == ErrorKind::NotFound)
    }
}

/// The kind and the length in the header of `file`.
pub fn size(file: &Path) -> Result<(ObjectKind, u64), LooseError> {
    header(&mut BufReader::new(ZlibDecoder::new(BufReader::new(fs::File::open(file)?))))
}

/// The object with this id in `file`, verified, if it is not larger than `largest` or is a tree.
pub fn read(id: ObjectId, file: &Path, largest: u64) -> Result<(ObjectKind, Vec<u8>), LooseError> {
    let stored = fs::File::open(file)?;
    let longest = stored.metadata()?.len().saturating_mul(BEST_RATIO);
    let mut packed = BufReader::new(stored);
    let mut content = BufReader::new(ZlibDecoder::new(&mut packed));
    let (kind, size) = header(&mut content)?;
    if size > largest && kind != ObjectKind::Tree {
        return Err(LooseError::TooLarge);
    }
    let mut bytes = Vec::new();
    // Growing the buffer could double it.
    bytes.try_reserve_exact(size.min(longest) as usize).map_err(Error::other)?;
    // One byte more than expected would show; zlib verifies its checksum at the end.
    content.take(size.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != size || !packed.fill_buf()?.is_empty() {
        return Err(LooseError::Size);
    }
    if id.format().object(kind, &bytes) != id {
        return Err(LooseError::Id);
    }
    Ok((kind, bytes))
}

fn header(content: &mut impl BufRead) -> Result<(ObjectKind, u64), LooseError> {
    let mut header = Vec::new();
    content.take(HEADER).read_until(0, &mut header)?;
    let text = header.strip_suffix(b"\0").and_then(|header| std::str::from_utf8(header).ok());
    let (kind, size) = text.and_then(|text| text.split_once(' ')).ok_or(LooseError::Header)?;
    let size = size.parse().map_err(|_| LooseError::Header)?;
    Ok((ObjectKind::named(kind).ok_or(LooseError::Header)?, size))
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::*;

    fn packed(object: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(object).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn only_what_has_its_id_and_its_size_passes() {
        let folder = tempfile::tempdir().unwrap();
        let id = ObjectFormat::Sha1.object(ObjectKind::Blob, b"content\n");
        let fails = |file: &[u8]| {
            let path = folder.path().join("object");
            fs::write(&path, file).unwrap();
            read(id, &path, 100).err().map(|why| why.to_string())
        };
        let whole = packed(b"blob 8\0content\n");
        assert_eq!(fails(&whole), None);
        for end in 0..whole.len() {
            assert!(fails(&whole[..end]).is_some(), "cut at {end}");
        }
        for object in [
            &b"blob 8\0content!"[..],
            b"blob 7\0content\n",
            b"blob 9\0content\n",
            b"tree 8\0content\n",
            b"blob 8content\n",
            b"blob x\0content\n",
            b"\0",
            b"",
        ] {
            assert!(fails(&packed(object)).is_some(), "{object:?}");
        }
        assert!(fails(&[&whole[..], b"more"].concat()).is_some());
    }
}

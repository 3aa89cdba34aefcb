//! A pack file, read at given offsets.
//!
//! Positioned reads, not a memory map: if `git gc` or a failing disk changes the file, that read
//! returns an error, and no signal ends the process.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use flate2::bufread::ZlibDecoder;

use super::{PackError, PackIndex, be32};
use crate::git::object_id::ObjectFormat;

/// An open pack file with a valid header.
pub struct PackFile {
    file: File,
    body_end: u64,
    /// How the whole file differs from what its index describes. Its entries are still verified one
    /// by one.
    pub defect: Option<&'static str>,
    /// The name for messages.
    pub name: String,
}

const MAGIC: &[u8] = b"PACK";
const HEADER: u64 = 12;
/// Bytes that are read at a time.
const WINDOW: usize = 256 << 10;

impl PackFile {
    pub fn open(path: &Path, index: &PackIndex) -> Result<PackFile, PackError> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let name = format!("objects/pack/{}", super::file_name(path));
        let format = index.format();
        let body_end = length.saturating_sub(format.length() as u64);
        if body_end < HEADER {
            return Err(PackError::Pack("it is too short"));
        }
        let mut pack = PackFile { file, body_end, defect: None, name };
        let mut header = [0; HEADER as usize];
        pack.read_at(0, &mut header)?;
        if !header.starts_with(MAGIC) || !matches!(be32(&header, 4), Some(2 | 3)) {
            return Err(PackError::Pack("unknown header"));
        }
        // A multi-pack-index lists an object once, even if several packs contain it.
        let count = be32(&header, 8).unwrap_or_default();
        if !index.is_empty() && index.offset(0) < HEADER {
            return Err(PackError::Pack("an object starts inside the header"));
        }
        let mut trailer = vec![0; format.length()];
        pack.read_at(body_end, &mut trailer)?;
        let trailer = format.id(&trailer);
        let extends_past_end = !index.is_empty() && index.offset(index.len() - 1) >= body_end;
        pack.defect = if extends_past_end {
            Some("it ends before its last object")
        } else if count < index.len() || index.pack_checksum().is_some() && count != index.len() {
            Some("its object count differs from its index")
        } else if index.pack_checksum().is_some() && trailer.as_ref() != index.pack_checksum() {
            Some("its checksum differs from its index")
        } else {
            None
        };
        Ok(pack)
    }

    /// Checks whether the trailer is the hash of all bytes before it.
    pub fn verify(&mut self, format: ObjectFormat) -> io::Result<()> {
        let mut hasher = format.hasher();
        let mut buffer = vec![0; WINDOW];
        let mut from = 0;
        while from < self.body_end {
            let length = (self.body_end - from).min(WINDOW as u64) as usize;
            self.read_at(from, &mut buffer[..length])?;
            hasher.update(&buffer[..length]);
            from += length as u64;
        }
        let mut trailer = vec![0; format.length()];
        self.read_at(self.body_end, &mut trailer)?;
        if hasher.finish().as_bytes() != trailer {
            self.defect = self.defect.or(Some("checksum mismatch"));
        }
        Ok(())
    }

    /// The end of the entries and start of the trailer.
    pub fn body_end(&self) -> u64 {
        self.body_end
    }

    /// Inflates a large entry without its compressed bytes in memory.
    pub fn inflate_long(&self, offset: u64, size: u64) -> Result<Vec<u8>, PackError> {
        let length = usize::try_from(size).map_err(|_| PackError::Inflate)?;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(length).map_err(|_| PackError::Inflate)?;
        let stored = BufReader::with_capacity(WINDOW, Stored::from(&self.file, offset));
        // One byte more than expected would show; zlib verifies its checksum at the end.
        let mut stream = ZlibDecoder::new(stored);
        stream.by_ref().take(size).read_to_end(&mut bytes).map_err(|_| PackError::Inflate)?;
        let is_more = stream.read(&mut [0]).map_err(|_| PackError::Inflate)? > 0;
        if is_more || bytes.len() != length { Err(PackError::Inflate) } else { Ok(bytes) }
    }

    /// Fills `buffer` from the bytes at `offset`.
    pub fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        read_exact_at(&self.file, offset, buffer)
    }
}

/// The bytes of a pack from an offset on.
pub(in crate::git) struct Stored<'p> {
    file: &'p File,
    offset: u64,
}

impl<'p> Stored<'p> {
    pub fn from(file: &'p File, offset: u64) -> Self {
        Stored { file, offset }
    }
}

impl Read for Stored<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = read_some_at(self.file, self.offset, buffer)?;
        self.offset += read as u64;
        Ok(read)
    }
}

/// Reads as many bytes from an offset as one call returns; none past the end of the file.
#[cfg(unix)]
pub(in crate::git) fn read_some_at(
    file: &File,
    offset: u64,
    buffer: &mut [u8],
) -> io::Result<usize> {
    loop {
        match std::os::unix::fs::FileExt::read_at(file, buffer, offset) {
            Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

/// Reads as many bytes from an offset as one call returns; none past the end of the file.
#[cfg(windows)]
pub(in crate::git) fn read_some_at(
    file: &File,
    offset: u64,
    buffer: &mut [u8],
) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

#[cfg(unix)]
pub(super) fn read_exact_at(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

#[cfg(windows)]
pub(super) fn read_exact_at(file: &File, mut offset: u64, mut buffer: &mut [u8]) -> io::Result<()> {
    while !buffer.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, buffer, offset)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                buffer = &mut buffer[read..];
                offset += read as u64;
            }
        }
    }
    Ok(())
}

//! A pack file, read at given places.
//!
//! Positioned reads, not a memory map: what `git gc` or a failing disk does to the file then
//! is an error of that read, and not a signal that ends the process.

use std::fs::File;
use std::io;
use std::path::Path;

use super::index::{ID, id_at};
use super::{Index, PackError, be32};

/// An open pack file whose header and trailer are those that its index describes.
pub struct PackFile {
    file: File,
    length: u64,
    /// As a user would name it.
    pub name: String,
}

const MAGIC: &[u8] = b"PACK";
const HEADER: u64 = 12;

impl PackFile {
    pub fn open(path: &Path, index: &Index) -> Result<PackFile, PackError> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let name = format!("objects/pack/{}", super::file_name(path));
        let pack = PackFile { file, length, name };
        if length < HEADER + ID as u64 {
            return Err(PackError::Pack("it is too short"));
        }
        let mut header = [0; HEADER as usize];
        pack.read_at(0, &mut header)?;
        if !header.starts_with(MAGIC) || !matches!(be32(&header, 4), Some(2 | 3)) {
            return Err(PackError::Pack("its header is unknown"));
        }
        // A multi-pack-index names an object once, however many packs hold it.
        let count = be32(&header, 8).unwrap_or_default();
        if count < index.len() || index.pack_checksum.is_some() && count != index.len() {
            return Err(PackError::Pack("the number of objects differs"));
        }
        let mut trailer = [0; ID];
        pack.read_at(pack.body_end(), &mut trailer)?;
        if index.pack_checksum.is_some_and(|checksum| id_at(&trailer, 0) != Some(checksum)) {
            return Err(PackError::Pack("its checksum is another"));
        }
        let (first, last) = (0, index.len().saturating_sub(1));
        let outside = |at| index.offset(at) < HEADER || index.offset(at) >= pack.body_end();
        if !index.is_empty() && (outside(first) || outside(last)) {
            return Err(PackError::Pack("it ends before its last object"));
        }
        Ok(pack)
    }

    /// Where the entries end and the trailer begins.
    pub fn body_end(&self) -> u64 {
        self.length - ID as u64
    }

    /// Fills `buffer` from the bytes at `offset`.
    pub fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        read_exact_at(&self.file, offset, buffer)
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut offset: u64, mut buffer: &mut [u8]) -> io::Result<()> {
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

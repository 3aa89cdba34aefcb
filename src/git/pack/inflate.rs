//! Inflates an entry to exactly its stated size.

use libdeflater::Decompressor;

use super::PackError;

/// Deflate's limit: no byte of compressed data becomes more than 1,032 bytes.
const BEST_RATIO: u64 = 1032;
/// The overhead of a stream without content.
const SLACK: u64 = 1024;

/// One thread's decompressor.
pub struct Inflater(Decompressor);

impl Inflater {
    pub fn new() -> Self {
        Inflater(Decompressor::new())
    }

    /// Inflates the zlib stream `compressed`, whose Adler-32 is verified, into the first `size`
    /// bytes of `buffer`, which grows if needed and never shrinks. A size that no stream of this
    /// length could have is refused before memory is allocated.
    pub fn inflate<'b>(
        &mut self,
        compressed: &[u8],
        size: u64,
        buffer: &'b mut Vec<u8>,
    ) -> Result<&'b [u8], PackError> {
        if size > compressed.len() as u64 * BEST_RATIO + SLACK {
            return Err(PackError::Inflate);
        }
        let size = usize::try_from(size).map_err(|_| PackError::Inflate)?;
        if buffer.len() < size {
            buffer.resize(size, 0);
        }
        match self.0.zlib_decompress(compressed, &mut buffer[..size]) {
            Ok(length) if length == size => Ok(&buffer[..size]),
            _ => Err(PackError::Inflate),
        }
    }
}

impl Default for Inflater {
    fn default() -> Self {
        Inflater::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deflated(bytes: &[u8]) -> Vec<u8> {
        let mut compressor = libdeflater::Compressor::new(libdeflater::CompressionLvl::default());
        let mut out = vec![0; compressor.zlib_compress_bound(bytes.len())];
        let length = compressor.zlib_compress(bytes, &mut out).unwrap();
        out.truncate(length);
        out
    }

    #[test]
    fn exactly_the_stated_length_or_nothing() {
        let stream = deflated(b"pack my box");
        let mut inflater = Inflater::new();
        let mut buffer = vec![1; 40];
        assert_eq!(inflater.inflate(&stream, 11, &mut buffer).unwrap(), b"pack my box");
        for wrong in [0, 10, 12, 1 << 20, u64::MAX] {
            assert!(inflater.inflate(&stream, wrong, &mut buffer).is_err(), "{wrong}");
        }
        for byte in 0..stream.len() {
            let mut bad = stream.clone();
            bad[byte] ^= 0x10;
            // Some bits do not affect the content; the entry's CRC-32 covers those.
            let other = inflater.inflate(&bad, 11, &mut buffer).is_ok_and(|b| b != b"pack my box");
            assert!(!other, "byte {byte}");
            assert!(inflater.inflate(&stream[..byte], 11, &mut buffer).is_err(), "length {byte}");
        }
    }
}

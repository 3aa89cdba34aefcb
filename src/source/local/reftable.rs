//! The reflogs in a reftable (gitformat-reftable(5)): messages, names and addresses as text.

use std::io::Read;

use flate2::bufread::ZlibDecoder;

/// How a reftable begins, and its footer.
pub const MAGIC: &[u8] = b"REFT";

/// The type of a block of reflogs.
const LOG_BLOCK: u8 = b'g';

/// The type and the inflated length, which precede the compressed part of a block.
const BLOCK_HEADER: usize = 4;

/// The inflated length has three bytes.
const LONGEST_BLOCK: u64 = 1 << 24;

/// The longest text of a table; a damaged one could inflate without end.
const LONGEST_TEXT: usize = 256 << 20;

/// Lengths of the header and of the footer, and where in the footer the position of the reflogs is.
struct Layout {
    header: usize,
    footer: usize,
    log_position: usize,
}

/// All reflogs, with their text as it is; `None` if the table is damaged.
pub fn log_text(table: &[u8]) -> Option<Vec<u8>> {
    let layout = match table.get(4)? {
        1 => Layout { header: 24, footer: 68, log_position: 48 },
        2 => Layout { header: 28, footer: 72, log_position: 52 },
        _ => return None,
    };
    let end = table.len().checked_sub(layout.footer).filter(|&end| end >= layout.header)?;
    let footer = &table[end..];
    if !footer.starts_with(MAGIC) {
        return None;
    }
    let position = footer[layout.log_position..].first_chunk().copied().map(u64::from_be_bytes)?;
    // A table without references begins with its reflogs.
    let start = if position == 0 { layout.header } else { usize::try_from(position).ok()? };
    let mut text = Vec::new();
    let mut rest = table.get(start..end)?;
    while rest.first() == Some(&LOG_BLOCK) {
        let mut decoder = ZlibDecoder::new(rest.get(BLOCK_HEADER..)?);
        decoder.by_ref().take(LONGEST_BLOCK).read_to_end(&mut text).ok()?;
        rest = decoder.into_inner();
        if text.len() > LONGEST_TEXT {
            return None;
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_table_is_none() {
        assert_eq!(log_text(b"REFT"), None);
        assert_eq!(log_text(b"REFT\x01"), None);
        assert_eq!(log_text(&[b"REFT\x01".to_vec(), vec![0; 200]].concat()), None);
    }
}

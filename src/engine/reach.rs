//! What reaches further than a margin: rows of encoded characters.
//!
//! A run of base64 is decoded from its start, however far that is, and may go on over lines.
//! So where something changes, all is judged again that may reach so far.

/// Fewer characters begin no run.
const SHORTEST: usize = 8;

/// The start of the first run of a row, each run on a line of its own behind the first, that
/// `at` stands in or directly behind; `at` if it stands in none.
pub fn entry(bytes: &[u8], at: usize) -> usize {
    let mut entry = at;
    let mut end = at;
    loop {
        let start = run_start(bytes, end);
        if end - start >= SHORTEST || end == at && start < end {
            entry = start;
        }
        match line_before(bytes, start) {
            Some(before) if before > 0 && belongs(bytes[before - 1]) => end = before,
            _ => return entry,
        }
    }
}

/// Where the row of run characters begins that ends at `end`.
fn run_start(bytes: &[u8], end: usize) -> usize {
    bytes[..end].iter().rposition(|&b| !belongs(b)).map_or(0, |before| before + 1)
}

/// Where the line before ends, if nothing but blanks and a line end, or a part of one, which
/// may be escaped, stands between its end and `start`.
fn line_before(bytes: &[u8], start: usize) -> Option<usize> {
    // The letter of an escaped line end is taken for the run's first.
    let escaped = start > 0 && bytes[start - 1] == b'\\';
    let blank = |&b: &u8| !matches!(b, b' ' | b'\t' | b'\r' | b'\n' | b'\\');
    let end = bytes[..start].iter().rposition(blank).map_or(0, |last| last + 1);
    let between = &bytes[end..start];
    let is_line_end = escaped || between.iter().any(|&b| b == b'\n' || b == b'\r');
    is_line_end.then_some(end)
}

fn belongs(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'_' | b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_entered_at_its_start_over_all_its_lines() {
        let entry = |text: &str| entry(text.as_bytes(), text.len());
        assert_eq!(entry("key = aGVsbG8gd29ybGQ"), 6);
        assert_eq!(entry("key: aGVsbG8gd29ybGQ\n    aGVsbG8g\n    aG"), 5);
        assert_eq!(entry("\"aGVsbG8gd29ybGQ\\naGVsbG8g"), 1);
        assert_eq!(entry("aGVsbG8gd29ybGQ\r\naGVsbG8g\r"), 0);
        assert_eq!(entry("aGVsbG8gd29ybGQ\n    "), 0);
    }

    #[test]
    fn what_stands_in_no_run_is_its_own_entry() {
        for text in ["", "some words ", "a b\nc d\n", "x = (", "key = aGVsbG8gd29ybGQ;\n"] {
            assert_eq!(entry(text.as_bytes(), text.len()), text.len(), "{text}");
        }
    }
}

//! Anchors that begin a token, found by their first three bytes.

use super::masks::is_token;

/// Bits of the filter's index.
const FILTER_BITS: u32 = 16;

/// A bitmap over a hash of three bytes answers most look-ups with one load; what it lets
/// through is searched for in a sorted list.
pub struct Prefixes {
    filter: Vec<u64>,
    /// By their first three bytes; an anchor of two stands there with each third byte.
    anchors: Vec<Anchor>,
}

struct Anchor {
    head: u32,
    text: Vec<u8>,
    rule: usize,
}

impl Default for Prefixes {
    fn default() -> Self {
        Prefixes { filter: vec![0; 1 << (FILTER_BITS - 6)], anchors: Vec::new() }
    }
}

impl Prefixes {
    pub fn add(&mut self, anchor: &str, rule: usize) {
        let text = anchor.as_bytes();
        let thirds: Vec<u8> = match text.get(2) {
            Some(&third) => vec![third],
            None => (0..=255).filter(|&b| is_token(b)).collect(),
        };
        for third in thirds {
            let head = head([text[0], text[1], third]);
            let (word, bit) = place(head);
            self.filter[word] |= bit;
            self.anchors.push(Anchor { head, text: text.to_vec(), rule });
        }
    }

    /// Sorts what was added; to be called once, before the first look-up.
    pub fn finish(&mut self) {
        self.anchors.sort_by_key(|anchor| anchor.head);
    }

    /// Calls `found` with length and rule of every anchor that `text` begins with.
    #[inline]
    pub fn each(&self, text: &[u8], found: impl FnMut(usize, usize)) {
        if let Some(&start) = text.first_chunk::<3>() {
            let head = head(start);
            let (word, bit) = place(head);
            if self.filter[word] & bit != 0 {
                self.look_up(head, text, found);
            }
        }
    }

    #[cold]
    fn look_up(&self, head: u32, text: &[u8], mut found: impl FnMut(usize, usize)) {
        let first = self.anchors.partition_point(|anchor| anchor.head < head);
        for anchor in self.anchors[first..].iter().take_while(|anchor| anchor.head == head) {
            if text.starts_with(&anchor.text) {
                found(anchor.text.len(), anchor.rule);
            }
        }
    }
}

fn head([a, b, c]: [u8; 3]) -> u32 {
    u32::from_le_bytes([a, b, c, 0])
}

/// Word and bit of the filter, by multiplicative hashing.
fn place(head: u32) -> (usize, u64) {
    let hash = head.wrapping_mul(0x9e37_79b1) >> (32 - FILTER_BITS);
    ((hash >> 6) as usize, 1 << (hash & 63))
}

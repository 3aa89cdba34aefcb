//! Anchors that begin a token, indexed by their first three bytes.

use super::masks::OffsetList;
use super::prefix_index::{FirstBytes, PrefixIndex, PrefixKey, first_eight, first_four};
use crate::rules::is_token_byte;

/// All such anchors. One of two bytes is indexed with every possible third byte.
#[derive(Default)]
pub struct TokenAnchors {
    anchors: Vec<Anchor>,
    keys: Vec<(PrefixKey, (FirstBytes, u32))>,
    index: Option<PrefixIndex<(FirstBytes, u32)>>,
}

struct Anchor {
    text: Vec<u8>,
    rule: usize,
}

impl TokenAnchors {
    pub fn add(&mut self, anchor: &str, rule: usize) {
        let text = anchor.as_bytes();
        let item = (FirstBytes::new(text), self.anchors.len() as u32);
        match *text {
            [a, b, c, ..] => self.keys.push((prefix_key([a, b, c]), item)),
            [a, b] => {
                let thirds = (0..=255).filter(|&b| is_token_byte(b));
                self.keys.extend(thirds.map(|third| (prefix_key([a, b, third]), item)));
            }
            _ => {}
        }
        self.anchors.push(Anchor { text: text.to_vec(), rule });
    }

    /// Builds the index. Must be called once, before the first look-up.
    pub fn finish(&mut self) {
        self.index = Some(PrefixIndex::new(self.keys.drain(..)));
    }

    /// Keeps the offsets, relative to `from`, at which an anchor may begin.
    pub fn retain_starts(&self, bytes: &[u8], from: usize, offsets: &mut OffsetList) {
        let Some(index) = &self.index else { return offsets.clear() };
        offsets.retain(|offset| index.may_have(first_three(&bytes[from + offset..])));
    }

    /// Calls `found` with length and rule of every anchor that `text` begins with.
    #[inline]
    pub fn each(&self, text: &[u8], mut found: impl FnMut(usize, usize)) {
        let Some(index) = &self.index else { return };
        let first = first_eight(text);
        let may_begin = |(first_bytes, _): &&(FirstBytes, u32)| first_bytes.may_begin(first);
        for &(_, anchor) in index.candidates(first_three(text)).iter().filter(may_begin) {
            let anchor = &self.anchors[anchor as usize];
            if text.starts_with(&anchor.text) {
                found(anchor.text.len(), anchor.rule);
            }
        }
    }
}

fn prefix_key([a, b, c]: [u8; 3]) -> PrefixKey {
    u32::from_le_bytes([a, b, c, 0])
}

#[inline]
fn first_three(text: &[u8]) -> PrefixKey {
    first_four(text) & 0xff_ffff
}

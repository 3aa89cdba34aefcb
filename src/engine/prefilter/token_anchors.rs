//! Anchors that begin a token, found by their first three bytes.

use super::masks::Places;
use super::prefix_index::{Head, Heads, Opening, first_eight, first_four};
use crate::rules::is_token_byte as is_token;

/// All such anchors. One of two bytes stands there with each third byte.
#[derive(Default)]
pub struct Prefixes {
    anchors: Vec<Anchor>,
    heads: Vec<(Head, (Opening, u32))>,
    by_head: Option<Heads<(Opening, u32)>>,
}

struct Anchor {
    text: Vec<u8>,
    rule: usize,
}

impl Prefixes {
    pub fn add(&mut self, anchor: &str, rule: usize) {
        let text = anchor.as_bytes();
        let item = (Opening::new(text), self.anchors.len() as u32);
        match *text {
            [a, b, c, ..] => self.heads.push((head([a, b, c]), item)),
            [a, b] => {
                let thirds = (0..=255).filter(|&b| is_token(b));
                self.heads.extend(thirds.map(|third| (head([a, b, third]), item)));
            }
            _ => {}
        }
        self.anchors.push(Anchor { text: text.to_vec(), rule });
    }

    /// Sorts what was added; to be called once, before the first look-up.
    pub fn finish(&mut self) {
        self.by_head = Some(Heads::new(self.heads.drain(..)));
    }

    /// Leaves of the places, counted from `from`, those where an anchor may begin.
    pub fn sift(&self, bytes: &[u8], from: usize, places: &mut Places) {
        let Some(heads) = &self.by_head else { return places.clear() };
        places.sift(|place| heads.may_have(first_three(&bytes[from + place..])));
    }

    /// Calls `found` with length and rule of every anchor that `text` begins with.
    #[inline]
    pub fn each(&self, text: &[u8], mut found: impl FnMut(usize, usize)) {
        let Some(heads) = &self.by_head else { return };
        let first = first_eight(text);
        let may_begin = |(opening, _): &&(Opening, u32)| opening.may_begin(first);
        for &(_, index) in heads.of(first_three(text)).iter().filter(may_begin) {
            let anchor = &self.anchors[index as usize];
            if text.starts_with(&anchor.text) {
                found(anchor.text.len(), anchor.rule);
            }
        }
    }
}

fn head([a, b, c]: [u8; 3]) -> Head {
    u32::from_le_bytes([a, b, c, 0])
}

#[inline]
fn first_three(text: &[u8]) -> Head {
    first_four(text) & 0xff_ffff
}

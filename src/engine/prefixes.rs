//! Anchors that begin a token, found by their first three bytes.

use super::heads::{Head, Heads, Opening, first_eight, first_four};
use super::masks::{Places, is_token};

/// All such anchors. One of two bytes stands there with each third byte.
#[derive(Default)]
pub struct Prefixes {
    anchors: Vec<Anchor>,
    heads: Vec<(Head, u32)>,
    by_head: Option<Heads<u32>>,
}

struct Anchor {
    opening: Opening,
    text: Vec<u8>,
    rule: usize,
}

impl Prefixes {
    pub fn add(&mut self, anchor: &str, rule: usize) {
        let text = anchor.as_bytes();
        let index = self.anchors.len() as u32;
        match *text {
            [a, b, c, ..] => self.heads.push((head([a, b, c]), index)),
            [a, b] => {
                let thirds = (0..=255).filter(|&b| is_token(b));
                self.heads.extend(thirds.map(|third| (head([a, b, third]), index)));
            }
            _ => {}
        }
        self.anchors.push(Anchor { opening: Opening::new(text), text: text.to_vec(), rule });
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
        for &index in heads.of(first_three(text)) {
            let anchor = &self.anchors[index as usize];
            if anchor.opening.may_begin(first) && text.starts_with(&anchor.text) {
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

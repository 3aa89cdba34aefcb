//! Anchors that begin a token, found by their first three bytes.

use super::heads::{Head, Heads, Opening, first_eight};
use super::masks::is_token;

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
            [a, b, c, ..] => self.heads.push(([a, b, c], index)),
            [a, b] => {
                let thirds = (0..=255).filter(|&b| is_token(b));
                self.heads.extend(thirds.map(|third| ([a, b, third], index)));
            }
            _ => {}
        }
        self.anchors.push(Anchor { opening: Opening::new(text), text: text.to_vec(), rule });
    }

    /// Sorts what was added; to be called once, before the first look-up.
    pub fn finish(&mut self) {
        self.by_head = Some(Heads::new(self.heads.drain(..)));
    }

    /// Calls `found` with length and rule of every anchor that `text` begins with.
    #[inline]
    pub fn each(&self, text: &[u8], mut found: impl FnMut(usize, usize)) {
        let (Some(heads), Some(head)) = (&self.by_head, text.first_chunk()) else { return };
        for &index in heads.of(*head) {
            let anchor = &self.anchors[index as usize];
            if anchor.opening.may_begin(first_eight(text)) && text.starts_with(&anchor.text) {
                found(anchor.text.len(), anchor.rule);
            }
        }
    }
}

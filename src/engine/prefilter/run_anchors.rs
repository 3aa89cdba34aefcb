//! Anchors inside long base64 runs, such as the signatures in Azure's keys: searched for only in
//! runs of at least [`crate::rules::LONG_RUN`] characters.

use aho_corasick::{AhoCorasick, MatchKind, packed};

/// All such anchors, each with its rules.
#[derive(Default)]
pub struct RunAnchors {
    anchors: Vec<(String, Vec<usize>)>,
    /// Indices of the anchors, by their first byte.
    by_first: Vec<Vec<usize>>,
    search: Option<AnchorSearch>,
    longest: usize,
}

/// A packed (SIMD) search if the processor supports it.
enum AnchorSearch {
    Packed(packed::Searcher),
    Automaton(AhoCorasick),
}

impl RunAnchors {
    pub fn add(&mut self, anchor: &str, rule: usize) {
        match self.anchors.iter_mut().find(|(text, _)| text == anchor) {
            Some((_, rules)) => rules.push(rule),
            None => self.anchors.push((anchor.to_owned(), vec![rule])),
        }
    }

    /// Builds the search. Must be called once, before the first look-up.
    pub fn finish(&mut self) {
        if self.anchors.is_empty() {
            return;
        }
        self.by_first = vec![Vec::new(); 256];
        for (index, (text, _)) in self.anchors.iter().enumerate() {
            let first = text.as_bytes().first();
            first.into_iter().for_each(|&b| self.by_first[usize::from(b)].push(index));
        }
        self.longest = self.anchors.iter().map(|(text, _)| text.len()).max().unwrap_or(0);
        let texts = || self.anchors.iter().map(|(text, _)| text);
        self.search = Some(match packed::Searcher::new(texts()) {
            Some(searcher) => AnchorSearch::Packed(searcher),
            None => {
                let automaton =
                    AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(texts());
                AnchorSearch::Automaton(automaton.expect("a catalogue's anchors fit an automaton"))
            }
        });
    }

    /// Bytes of the longest anchor.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// Calls `found` with offset, length and rule of every anchor in the run.
    pub fn each(&self, run: &[u8], mut found: impl FnMut(usize, usize, usize)) {
        let Some(search) = &self.search else { return };
        let mut from = 0;
        while let Some(mut offset) = search.first(&run[from..]).map(|start| from + start) {
            // Others may begin there, too, or before this one ends. As long as anchors begin at
            // every byte, no new search is started.
            while self.anchors_at(run, offset, &mut found) {
                offset += 1;
            }
            from = offset;
        }
    }

    /// Calls `found` with the anchors that begin at `offset`. Returns whether there are any.
    fn anchors_at(
        &self,
        run: &[u8],
        offset: usize,
        found: &mut impl FnMut(usize, usize, usize),
    ) -> bool {
        let Some(&first) = run.get(offset) else { return false };
        let mut any = false;
        for &index in &self.by_first[usize::from(first)] {
            let (text, rules) = &self.anchors[index];
            if run[offset..].starts_with(text.as_bytes()) {
                rules.iter().for_each(|&rule| found(offset, text.len(), rule));
                any = true;
            }
        }
        any
    }
}

impl AnchorSearch {
    /// Offset of the first anchor.
    fn first(&self, run: &[u8]) -> Option<usize> {
        match self {
            AnchorSearch::Packed(searcher) => searcher.find(run).map(|found| found.start()),
            AnchorSearch::Automaton(automaton) => automaton.find(run).map(|found| found.start()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_anchors_are_all_found() {
        let mut anchors = RunAnchors::default();
        for (rule, anchor) in ["AAAB", "AABC", "AABCD", "AAAB", "BCDE"].into_iter().enumerate() {
            anchors.add(anchor, rule);
        }
        anchors.finish();
        let packed = anchors.search.take();
        anchors.search = Some(AnchorSearch::Automaton(
            AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostFirst)
                .build(anchors.anchors.iter().map(|(text, _)| text))
                .unwrap(),
        ));
        for search in [packed, anchors.search.take()] {
            anchors.search = search;
            for before in 0..70 {
                let run = ["x".repeat(before), "AAABCDE".into(), "x".repeat(40)].concat();
                let mut found = Vec::new();
                anchors.each(run.as_bytes(), |offset, length, rule| {
                    found.push((offset - before, length, rule));
                });
                found.sort_unstable();
                let expected = [(0, 4, 0), (0, 4, 3), (1, 4, 1), (1, 5, 2), (3, 4, 4)];
                assert_eq!(found, expected, "after {before}");
            }
        }
    }
}

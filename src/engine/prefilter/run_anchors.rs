//! Anchors that stand within a long run, such as the signatures of Azure's keys: looked for in
//! runs of [`crate::rules::LONG_RUN`] characters and more, and nowhere else.

use aho_corasick::{AhoCorasick, MatchKind, packed};

/// All such anchors, each with its rules.
#[derive(Default)]
pub struct Marks {
    anchors: Vec<(String, Vec<usize>)>,
    /// By its first byte, indices of the anchors.
    by_first: Vec<Vec<usize>>,
    search: Option<Search>,
    longest: usize,
}

/// A packed search, where the processor has what it takes.
enum Search {
    Packed(packed::Searcher),
    Automaton(AhoCorasick),
}

impl Marks {
    pub fn add(&mut self, anchor: &str, rule: usize) {
        match self.anchors.iter_mut().find(|(text, _)| text == anchor) {
            Some((_, rules)) => rules.push(rule),
            None => self.anchors.push((anchor.to_owned(), vec![rule])),
        }
    }

    /// Builds the search; to be called once, before the first look-up.
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
            Some(searcher) => Search::Packed(searcher),
            None => {
                let automaton =
                    AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(texts());
                Search::Automaton(automaton.expect("a catalogue's anchors fit an automaton"))
            }
        });
    }

    /// Bytes of the longest anchor.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// Calls `found` with place, length and rule of every anchor in the run.
    pub fn each(&self, run: &[u8], mut found: impl FnMut(usize, usize, usize)) {
        let Some(search) = &self.search else { return };
        let mut from = 0;
        while let Some(mut place) = search.first(&run[from..]).map(|at| from + at) {
            // Others may begin there too, or before this one ends: where they stand in a row,
            // no search is begun anew for each.
            while self.at(run, place, &mut found) {
                place += 1;
            }
            from = place;
        }
    }

    /// Calls `found` with the anchors that begin at `place`, and says whether there are any.
    fn at(&self, run: &[u8], place: usize, found: &mut impl FnMut(usize, usize, usize)) -> bool {
        let Some(&first) = run.get(place) else { return false };
        let mut any = false;
        for &index in &self.by_first[usize::from(first)] {
            let (text, rules) = &self.anchors[index];
            if run[place..].starts_with(text.as_bytes()) {
                rules.iter().for_each(|&rule| found(place, text.len(), rule));
                any = true;
            }
        }
        any
    }
}

impl Search {
    /// Where the first anchor begins.
    fn first(&self, run: &[u8]) -> Option<usize> {
        match self {
            Search::Packed(searcher) => searcher.find(run).map(|hit| hit.start()),
            Search::Automaton(automaton) => automaton.find(run).map(|hit| hit.start()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_that_overlap_are_all_found() {
        let mut marks = Marks::default();
        for (rule, anchor) in ["AAAB", "AABC", "AABCD", "AAAB", "BCDE"].into_iter().enumerate() {
            marks.add(anchor, rule);
        }
        marks.finish();
        let packed = marks.search.take();
        marks.search = Some(Search::Automaton(
            AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostFirst)
                .build(marks.anchors.iter().map(|(text, _)| text))
                .unwrap(),
        ));
        for search in [packed, marks.search.take()] {
            marks.search = search;
            for before in 0..70 {
                let run = ["x".repeat(before), "AAABCDE".into(), "x".repeat(40)].concat();
                let mut found = Vec::new();
                marks.each(run.as_bytes(), |place, length, rule| {
                    found.push((place - before, length, rule));
                });
                found.sort_unstable();
                let wanted = [(0, 4, 0), (0, 4, 3), (1, 4, 1), (1, 5, 2), (3, 4, 4)];
                assert_eq!(found, wanted, "behind {before}");
            }
        }
    }
}

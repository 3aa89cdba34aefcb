//! Anchors that stand within a long run, such as the signatures of Azure's keys: looked for in
//! runs of [`crate::rules::LONG_RUN`] characters and more, and nowhere else.

use aho_corasick::automaton::OverlappingState;
use aho_corasick::dfa::DFA;
use aho_corasick::{Anchored, Input, MatchKind, automaton::Automaton};

/// All such anchors in one automaton, which reads a byte of a run at a time.
#[derive(Default)]
pub struct Marks {
    anchors: Vec<(String, usize)>,
    automaton: Option<DFA>,
}

impl Marks {
    pub fn add(&mut self, anchor: &str, rule: usize) {
        self.anchors.push((anchor.to_owned(), rule));
    }

    /// Builds the automaton; to be called once, before the first look-up.
    pub fn finish(&mut self) {
        let texts = self.anchors.iter().map(|(text, _)| text);
        let automaton = DFA::builder().match_kind(MatchKind::Standard).build(texts);
        self.automaton = (!self.anchors.is_empty())
            .then(|| automaton.expect("a catalogue's anchors fit an automaton"));
    }

    /// Calls `found` with place, length and rule of every anchor in the run.
    pub fn each(&self, run: &[u8], mut found: impl FnMut(usize, usize, usize)) {
        let Some(automaton) = &self.automaton else { return };
        let input = Input::new(run).anchored(Anchored::No);
        let mut state = OverlappingState::start();
        loop {
            automaton
                .try_find_overlapping(&input, &mut state)
                .expect("standard matching finds overlapping matches");
            let Some(hit) = state.get_match() else { return };
            let (text, rule) = &self.anchors[hit.pattern().as_usize()];
            found(hit.start(), text.len(), *rule);
        }
    }
}

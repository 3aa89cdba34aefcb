//! Every example and non-example of the catalogue, each a named test with the real engine.

use keysieve::engine::Engine;
use keysieve::engine::examples::{check_example, check_non_example};
use keysieve::findings::FingerprintKey;
use keysieve::rules::catalogue::Catalogue;
use libtest_mimic::{Arguments, Trial};

fn main() {
    let engine: &'static Engine =
        Box::leak(Box::new(Engine::new(Catalogue::built_in(), FingerprintKey::new(b""))));
    let mut trials = Vec::new();
    for rule in engine.rules() {
        for (number, example) in rule.examples.iter().enumerate() {
            trials.push(Trial::test(format!("{}::example_{number}", rule.id), move || {
                Ok(check_example(engine, rule, example)?)
            }));
        }
        for (number, text) in rule.non_examples.iter().enumerate() {
            trials.push(Trial::test(format!("{}::non_example_{number}", rule.id), move || {
                Ok(check_non_example(engine, rule, text)?)
            }));
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

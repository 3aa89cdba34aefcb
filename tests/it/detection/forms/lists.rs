//! Several values below or after one name.

use keysieve::rules::Confidence;

use super::super::{confidence_of, engine};
use super::{MIN_FOUND, Random, VALUES, assert_quiet, token};

/// Lists of `FIRST` and `SECOND`.
const LISTS: [&str; 15] = [
    "api_tokens:\n  - \"FIRST\"\n  - \"SECOND\"\n",
    "apiTokens:\n- FIRST\n- SECOND\n",
    "client_secrets: # all of them\n  # ci\n  - FIRST # ci\n  - SECOND\n",
    "api_keys: [FIRST, SECOND]\n",
    "\"accessTokens\": [\n    \"FIRST\",\n    \"SECOND\"\n  ]",
    "api_keys = [ # all\n  \"FIRST\", # ci\n  \"SECOND\",\n]",
    "const apiTokens = [\n  // ci\n  'FIRST',\n  'SECOND',\n];",
    "API_TOKENS=FIRST,SECOND\n",
    "<apiTokens>\n  <string>FIRST</string>\n  <string>SECOND</string>\n</apiTokens>",
    "<key>ApiTokens</key>\n<array>\n  <string>FIRST</string>\n  <string>SECOND</string>\n</array>",
    "tokens:\n  ci: FIRST\n  prod: SECOND\n",
    "\"accessTokens\": {\n  \"https://api.acme.test\": \"FIRST\",\n  \"prod\": \"SECOND\"\n}",
    "[pypi-token]\ncorp = \"FIRST\"\nmirror = \"SECOND\"\n",
    "'tokens' => [\n  'ci' => 'FIRST',\n  'prod' => 'SECOND',\n],",
    "api_keys = {\"ci\": \"FIRST\", \"prod\": \"SECOND\"}",
];

#[test]
fn every_value_of_a_list_is_found() {
    let engine = engine();
    let mut wrong = Vec::new();
    for (number, list) in LISTS.iter().enumerate() {
        let mut random = Random(number as u64 + 1);
        let mut found = 0;
        for _ in 0..VALUES / 2 {
            let (first, second) = (token(&mut random), token(&mut random));
            let text = list.replace("FIRST", &first).replace("SECOND", &second);
            let findings = engine.scan(text.as_bytes());
            let is_found = |value: &&String| {
                confidence_of(&findings, &text, value) >= Some(Confidence::Medium)
            };
            found += [&first, &second].iter().filter(|value| is_found(value)).count();
        }
        if found * 100 < VALUES * MIN_FOUND {
            wrong.push(format!("{found} of {VALUES} in {list:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn lists_and_objects_of_something_else_are_quiet() {
    assert_quiet(&[
        "tokens:\n  - name: q7Rz0P<>k3LmX9vTn2WbYs\n",
        "tokens:\n  - $CI_TOKEN2\n  - {{ k9x2 }}\n",
        "secrets:\n  - source: db_password2\n    target: q7Rz0P<>k3LmX9vTn2WbYs\n",
        "secrets:\n  db:\n    file: q7Rz0P<>k3LmX9vTn2WbYs\n",
        "\"node_modules/js-tokens\": {\n  \"version\": \"4.0.0\",\n  \"integrity\": \
         \"sha512-RdJUflcE3cUzKiMqQgsCu06FPu9U<>dIJO0beYbPhHN4k6apgJtifcoCtT9bcxOpYBtpD2kCM6Sbzg4CausW\"\n}",
        "\"token\": {\n  \"id\": \"q7Rz0P<>k3LmX9vTn2WbYs\",\n  \"scope\": \"read\"\n}",
        "const keys = [keyOne, keyTwo2];",
        "api_keys: [first, second]\n",
        "[tokens]\nwhitespace = \"[ \\t]+\"\n",
    ]);
}

//! `keysieve:allow RULE reason`.

use serde_json::Value;

use super::{locations, notes, report, run};
use crate::support::FORMATS;
use crate::support::guarded::secret;
use crate::support::repository::TempRepo;
use crate::support::tokens::localstack_auth_token as token;

const ALLOW: &str = "keysieve:allow localstack-auth-token";

#[test]
fn an_allow_on_the_line_or_alone_above_it_holds_in_any_comment() {
    let repository = TempRepo::new();
    let with_comment = |seed, open: &str, close: &str| {
        format!("key = \"{}\" {open}{ALLOW} a test value{close}\n", token(seed))
    };
    repository.write("a.py", with_comment(1, "# ", ""));
    repository.write("a.c", with_comment(2, "/* ", " */"));
    repository.write("a.xml", format!("<!-- {ALLOW} a test value -->\n<k>{}</k>\n", token(3)));
    repository.write("a.sql", format!("x\r\n  -- {ALLOW} a test value\r\n{}", secret(4)));
    repository.write("a.bat", format!("REM {ALLOW} a test value\n{}", secret(5)));
    repository.write("first.c", format!("/* {ALLOW} a test value */ k = \"{}\";\n", token(6)));
    let wide: Vec<u8> =
        with_comment(7, "# ", "").encode_utf16().flat_map(u16::to_le_bytes).collect();
    repository.write("wide.txt", [&b"\xff\xfe"[..], &wide].concat());
    let (json, code) = report(&repository, &["scan"]);
    let expected = ["a.bat:2", "a.c:1", "a.py:1", "a.sql:3", "a.xml:2", "first.c:1", "wide.txt:1"];
    assert_eq!(locations(&json), expected.map(|location| format!("{location}=a test value")));
    assert_eq!((code, json["outcome"].as_str(), notes(&json)), (0, Some("clean"), vec![]));
    assert!(json["credentials"].as_array().unwrap().iter().all(|one| one["suppressed"] == true));
}

#[test]
fn a_suppression_comment_does_not_hide_a_second_secret() {
    let repository = TempRepo::new();
    let first = format!("a = \"{}\" # {ALLOW} a test value\n", token(1));
    repository.write("below", format!("{first}{}", secret(2)));
    repository.write("two-below", format!("# {ALLOW} a test value\n\n{}", secret(3)));
    repository.write("above", format!("{}# {ALLOW} a test value\n", secret(4)));
    let (json, code) = report(&repository, &["scan"]);
    assert_eq!(locations(&json), ["above:1", "below:1=a test value", "below:2", "two-below:3"]);
    assert_eq!(code, 1);
    // Of one credential in two locations the other one fails.
    repository.write("other", secret(1));
    let (json, code) = report(&repository, &["scan", "below", "other"]);
    assert_eq!(locations(&json), ["below:1=a test value", "below:2", "other:1"]);
    assert_eq!(code, 1);
}

#[test]
fn a_suppression_comment_that_is_ignored_is_noted() {
    let repository = TempRepo::new();
    for (path, allow) in [
        ("1-bare", ""),
        ("2-unknown", " localstack-auth-tokne a test value"),
        ("3-other", " github-personal-access-token a test value"),
        ("4-no-reason", " localstack-auth-token -->"),
        ("5-more", "ed localstack-auth-token a test value"),
    ] {
        repository.write(path, format!("{} <!-- keysieve:allow{allow}", secret(1).trim()));
    }
    let (json, code) = report(&repository, &["scan"]);
    assert_eq!((locations(&json).len(), code), (5, 1));
    let advice = "use `keysieve:allow localstack-auth-token REASON`";
    let expected = [
        format!("1-bare:1: this keysieve:allow names an unknown rule and is ignored; {advice}"),
        format!("2-unknown:1: this keysieve:allow names an unknown rule and is ignored; {advice}"),
        format!(
            "3-other:1: this keysieve:allow is for rule github-personal-access-token, but the \
             finding is from rule localstack-auth-token; {advice}"
        ),
        format!("4-no-reason:1: this keysieve:allow gives no reason and is ignored; {advice}"),
    ];
    assert_eq!(notes(&json), expected);
}

#[test]
fn a_reason_shows_no_secret() {
    let repository = TempRepo::new();
    let text = format!("k = \"{}\" # {ALLOW} not {} but this\n", token(1), token(2));
    repository.write("a", text);
    // A password that only its name indicates, after the reason on the same line.
    let named = ["# ", ALLOW, " a test value ", &secret(3)].concat();
    repository.write("b", named);
    for format in FORMATS {
        let output = run(&repository, &["scan", "--format", format]);
        let shown = String::from_utf8(output.stdout).unwrap();
        for seed in 1..=3 {
            assert!(!shown.contains(&token(seed)), "{shown}");
        }
    }
    let (json, _) = report(&repository, &["scan"]);
    assert!(locations(&json).contains(&"a:1=not".to_owned()), "{json}");
}

#[test]
fn sarif_has_the_suppression_and_the_text_report_its_number() {
    let repository = TempRepo::new();
    repository.write("a", format!("# {ALLOW} a test value\n{}", secret(1)));
    repository.write("b", secret(1));
    let output = run(&repository, &["scan", "--format", "sarif"]);
    let sarif: Value = serde_json::from_slice(&output.stdout).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    assert_eq!(
        results[0]["suppressions"],
        serde_json::json!([{"kind": "inSource", "status": "accepted", "justification": "a test value"}])
    );
    assert_eq!(results[1]["suppressions"], serde_json::json!([]));
    let output = run(&repository, &["scan", "--format", "human"]);
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("1 credential in 1 location."), "{shown}");
    assert!(shown.ends_with("1 suppressed finding not shown.\n"), "{shown}");
}

#[test]
fn the_hook_takes_the_allow_of_the_index() {
    let repository = TempRepo::new();
    repository.write("a", secret(1));
    repository.git(&["add", "."]);
    let allowed = format!("# {ALLOW} a test value\n{}", secret(1));
    repository.write("a", &allowed);
    assert_eq!(report(&repository, &["hook", "run"]).1, 1);
    repository.git(&["add", "."]);
    repository.write("a", secret(1));
    let (json, code) = report(&repository, &["hook", "run"]);
    assert_eq!((locations(&json), code), (vec!["a:2=a test value".to_owned()], 0));
}

#[test]
fn a_range_goes_by_the_latest_version() {
    let repository = TempRepo::new();
    repository.write("b", "b");
    repository.commit("base");
    repository.write("a", secret(1));
    repository.commit("secret");
    let range = ["scan", "--since", "HEAD~1"];
    assert_eq!(report(&repository, &range).1, 1);
    repository.write("a", format!("# {ALLOW} a test value\n{}", secret(1)));
    repository.commit("allow");
    let range = ["scan", "--since", "HEAD~2"];
    let (json, code) = report(&repository, &range);
    assert_eq!((locations(&json), code), (vec!["a:1=a test value".to_owned()], 0));
}

#[test]
fn an_audit_goes_by_the_latest_version() {
    for packed in [false, true] {
        let repository = TempRepo::new();
        repository.write("later", format!("{}{}", secret(1), "x\n".repeat(200)));
        repository.write("no-more", format!("# {ALLOW} a test value\n{}", secret(2)));
        repository.write("gone", secret(3));
        repository.commit("one");
        repository
            .write("later", format!("# {ALLOW} a test value\n{}{}", secret(1), "x\n".repeat(200)));
        repository.write("no-more", secret(2));
        repository.write("gone", format!("# {ALLOW} a test value\n{}", secret(3)));
        repository.commit("two");
        repository.git(&["rm", "--quiet", "gone"]);
        repository.commit("three");
        if packed {
            repository.git(&["repack", "-adfq"]);
        }
        let (json, code) = report(&repository, &["audit"]);
        assert_eq!(
            locations(&json),
            ["gone:1=a test value", "later:1=a test value", "no-more:2"],
            "{packed}"
        );
        assert_eq!(code, 1);
    }
}

#[test]
fn an_audit_takes_a_copy_for_what_it_is() {
    let repository = TempRepo::new();
    repository.write("a", secret(1));
    repository.commit("one");
    repository.write("a", format!("{}# {ALLOW} a test value\n{}", secret(1), secret(1)));
    repository.commit("two");
    let (json, code) = report(&repository, &["audit"]);
    assert_eq!((locations(&json).len(), code), (2, 1), "one of the two is not allowed");
    let both = format!("# {ALLOW} a test value\n{}", secret(1)).repeat(2);
    repository.write("a", both);
    repository.commit("three");
    let (json, code) = report(&repository, &["audit"]);
    assert_eq!((locations(&json).len(), code), (2, 0), "{json}");
}

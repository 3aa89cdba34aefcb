//! Credentials that a CI system itself writes into the git directory are listed and never fail.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use keysieve::rules::catalogue::Catalogue;

use super::{append, audit, audit_with, clean, json, local, plant};
use crate::support::minted::minted;
use crate::support::repository::{TempRepo, all_output};

/// A token in the format of a rule.
fn token(rule: &str) -> String {
    let catalogue = Catalogue::built_in();
    let rule = catalogue.rules().iter().find(|one| one.id == rule).unwrap();
    let minted = minted(rule, 7).unwrap();
    String::from_utf8(minted.text[minted.secret].to_vec()).unwrap()
}

/// Characters without a format.
fn formless() -> String {
    ["q9Vb3ZxK7", "mWt2RfYc5Lh"].concat()
}

/// A signed token of Azure Pipelines.
fn jwt() -> String {
    let part = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    let header = part("{\"typ\":\"JWT\",\"alg\":\"RS256\"}");
    let claims = part("{\"iss\":\"vstoken.ci.example\",\"exp\":4000000000}");
    [header, claims, formless().repeat(3)].join(".")
}

fn header(scheme: &str, value: &str) -> String {
    format!("[http \"https://ci.example/\"]\n\textraheader = AUTHORIZATION: {scheme} {value}\n")
}

fn basic(user: &str, password: &str) -> String {
    header("basic", &BASE64_STANDARD.encode(format!("{user}:{password}")))
}

fn remote(user: &str, password: &str) -> String {
    format!("[remote \"origin\"]\n\turl = https://{user}:{password}@ci.example/a/b.git\n")
}

fn with(config: &str) -> TempRepo {
    let repository = clean();
    append(&repository.path(), ".git/config", config);
    repository
}

/// The occurrences and the exit code of an audit with this configuration.
fn audited(config: &str) -> (Vec<String>, i32) {
    let repository = with(config);
    let (report, code) = json(&repository, &repository.path(), &[]);
    let found = local(&report);
    let level = if code == 0 { "warning" } else { "error" };
    assert!(report.to_string().contains(&format!("\"level\":\"{level}\"")), "{report:#}");
    (found, code)
}

const LISTED: ([&str; 1], i32) = ([".git/config:7 config"], 0);
const FAILS: ([&str; 1], i32) = ([".git/config:7 config"], 1);

fn assert_is(config: &str, expected: ([&str; 1], i32)) {
    let (found, code) = audited(config);
    assert_eq!((&found[..], code), (&expected.0.map(str::to_owned)[..], expected.1), "{config}");
}

#[test]
fn a_token_of_a_checkout_is_a_warning() {
    let installation = token("github-installation-token");
    assert_is(&basic("x-access-token", &installation), LISTED);
    assert_is(&remote("x-access-token", &installation), LISTED);
    assert_is(&basic("x-access-token", &formless()), LISTED);
    assert_is(&remote("gitlab-ci-token", &formless()), LISTED);
    assert_is(&remote("gitlab-ci-token", &token("gitlab-ci-job-token")), LISTED);
    assert_is(&remote("x-token-auth", &formless()), LISTED);
    assert_is(&header("bearer", &jwt()), LISTED);
    assert_is(&basic("", &jwt()), LISTED);
    assert_is(&remote("gitlab-ci-token", &["glcbt-", &jwt()].concat()), LISTED);
}

#[test]
fn a_token_of_a_person_fails_wherever_it_is() {
    let personal = token("github-personal-access-token");
    assert_is(&basic("x-access-token", &personal), FAILS);
    assert_is(&remote("x-access-token", &personal), FAILS);
    assert_is(&remote("gitlab-ci-token", &token("gitlab-access-token")), FAILS);
    assert_is(&remote("x-token-auth", &token("bitbucket-access-token")), FAILS);
    assert_is(&remote("somebody", &formless()), FAILS);
    assert_is(&remote("somebody", &jwt()), FAILS);
    assert_is(&header("bearer", &formless()), FAILS);
    assert_is(&basic("", &formless().repeat(2)), FAILS);
}

/// A setting other than the header that a checkout writes.
#[test]
fn a_job_token_in_another_file_fails() {
    let repository = clean();
    let installation = token("github-installation-token");
    plant(&repository.path(), ".git/hooks/pre-push", format!("TOKEN={installation}\n"));
    let (report, code) = json(&repository, &repository.path(), &[]);
    assert_eq!((local(&report).len(), code), (1, 1), "{report:#}");
}

#[test]
fn the_value_of_a_variable_of_the_job_is_a_warning() {
    let token = formless();
    let repository = with(&format!("[remote \"o\"]\n\turl = https://any:{token}@a.example/b\n"));
    let run = |variables: &[(&str, &str)]| {
        let output = audit_with(&repository, &repository.path(), &["-f", "human"], variables);
        (output.status.code().unwrap(), all_output(&output))
    };
    assert_eq!(run(&[]).0, 1);
    let (code, shown) = run(&[("CI_JOB_TOKEN", &token)]);
    assert!(code == 0 && shown.contains("expires with the job"), "{shown}");
    assert!(!shown.contains(&token));

    assert_eq!(run(&[("GITHUB_TOKEN", &token)]).0, 0);
    assert_eq!(run(&[("ANOTHER_TOKEN", &token)]).0, 1);

    // Many people have a personal access token in this variable.
    let personal = self::token("github-personal-access-token");
    let repository = with(&remote("any", &personal));
    let variables = [("GITHUB_TOKEN", personal.as_str())];
    let output = audit_with(&repository, &repository.path(), &["-f", "human"], &variables);
    assert_eq!(output.status.code(), Some(1), "{}", all_output(&output));
}

/// `actions/checkout` keeps its token in a file outside the git directory since its version 6.
#[test]
fn an_included_file_is_not_part_of_the_clone() {
    let repository = clean();
    let included = repository.home().join("git-credentials.config");
    std::fs::write(&included, basic("x-access-token", &token("github-installation-token")))
        .unwrap();
    let git_dir = format!("includeIf.gitdir:{}/.git.path", repository.path().display());
    repository.git(&["config", &git_dir, included.to_str().unwrap()]);
    let output = audit(&repository, &repository.path(), &["-f", "human"]);
    assert_eq!(output.status.code(), Some(0), "{}", all_output(&output));
}

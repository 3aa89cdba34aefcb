//! `--honor-ignore-comments`: the ignore comments of other scanners.

use super::{notes, places, report};
use crate::support::guarded::secret;
use crate::support::repository::TempRepo;
use crate::support::tokens::localstack_auth_token as token;

fn repository() -> TempRepo {
    let repository = TempRepo::new();
    let beside = |seed, mark: &str| format!("key = \"{}\" # {mark}\n", token(seed));
    repository.write("1", beside(1, "gitleaks:allow"));
    repository.write("2", beside(2, "betterleaks:allow made up"));
    repository.write("3", beside(3, "trufflehog:ignore"));
    repository.write("4", beside(4, "kingfisher:ignore"));
    repository.write("5", format!("// kingfisher:ignore\n{}", secret(5)));
    repository.write("6", beside(6, "pragma: allowlist secret"));
    repository.write("7", format!("# pragma: allowlist nextline secret\n{}", secret(7)));
    repository
}

#[test]
fn marks_of_others_count_where_that_is_asked_for() {
    let repository = repository();
    let (said, code) = report(&repository, &["scan", "--honor-ignore-comments"]);
    let expected = [
        ("1:1", "gitleaks"),
        ("2:1", "betterleaks"),
        ("3:1", "trufflehog"),
        ("4:1", "kingfisher"),
        ("5:2", "kingfisher"),
        ("6:1", "detect-secrets"),
        ("7:2", "detect-secrets"),
    ];
    assert_eq!(places(&said), expected.map(|(place, by)| format!("{place}={by} ignore comment")));
    let counts = "1 gitleaks, 1 betterleaks, 1 trufflehog, 2 kingfisher, 2 detect-secrets";
    assert_eq!((code, notes(&said)), (0, vec![format!("{counts} ignore comments honored")]));
    let (said, code) = report(&repository, &["scan"]);
    let expected = expected.map(|(place, _)| place.to_owned());
    assert_eq!((places(&said), code), (expected.to_vec(), 1));
    let advice = "use --honor-ignore-comments to honor them";
    assert_eq!(notes(&said), [format!("{counts} ignore comments not honored; {advice}")]);
    repository.git(&["add", "."]);
    assert_eq!(report(&repository, &["hook", "run"]).1, 1);
    assert_eq!(report(&repository, &["hook", "run", "--honor-ignore-comments"]).1, 0);
    repository.commit("all");
    assert_eq!(report(&repository, &["audit"]).1, 1);
    assert_eq!(report(&repository, &["audit", "--honor-ignore-comments"]).1, 0);
    assert_eq!(report(&repository, &["scan", "--since", "HEAD", "--honor-ignore-comments"]).1, 0);
}

#[test]
fn a_mark_holds_for_no_other_line_and_no_word_that_it_begins() {
    let repository = TempRepo::new();
    let first = format!("key = \"{}\" # gitleaks:allow\n", token(1));
    repository.write("below", format!("{first}{}", secret(2)));
    repository.write("above", format!("# gitleaks:allow\n{}", secret(3)));
    repository.write("word", format!("key = \"{}\" # gitleaks:allowed\n", token(4)));
    let beside = format!("key = \"{}\" # kingfisher:ignore\n", token(5));
    repository.write("kingfisher", format!("{beside}{}", secret(6)));
    let nextline = "# pragma: allowlist nextline secret";
    repository.write("nextline", format!("key = \"{}\" {nextline}\n{}", token(7), secret(8)));
    let (said, code) = report(&repository, &["scan", "--honor-ignore-comments"]);
    let expected = [
        "above:2",
        "below:1=gitleaks ignore comment",
        "below:2",
        "kingfisher:1=kingfisher ignore comment",
        "kingfisher:2",
        "nextline:1",
        "nextline:2=detect-secrets ignore comment",
        "word:1",
    ];
    assert_eq!((places(&said), code), (expected.map(str::to_owned).to_vec(), 1));
    // If there are both, keysieve's own comment is reported.
    let both = "gitleaks:allow keysieve:allow localstack-auth-token a test value";
    repository.write("both", format!("key = \"{}\" # {both}\n", token(9)));
    let (said, _) = report(&repository, &["scan", "both", "--honor-ignore-comments"]);
    assert_eq!((places(&said), notes(&said)), (vec!["both:1=a test value".to_owned()], vec![]));
}

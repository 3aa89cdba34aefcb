//! `--honor-ignore-comments`: the ignore comments of other scanners.

use super::{locations, notes, report};
use crate::support::guarded::secret;
use crate::support::repository::TempRepo;
use crate::support::tokens::localstack_auth_token as token;

fn repository() -> TempRepo {
    let repository = TempRepo::new();
    let with_comment = |seed, mark: &str| format!("key = \"{}\" # {mark}\n", token(seed));
    repository.write("1", with_comment(1, "gitleaks:allow"));
    repository.write("2", with_comment(2, "betterleaks:allow fake"));
    repository.write("3", with_comment(3, "trufflehog:ignore"));
    repository.write("4", with_comment(4, "kingfisher:ignore"));
    repository.write("5", format!("// kingfisher:ignore\n{}", secret(5)));
    repository.write("6", with_comment(6, "pragma: allowlist secret"));
    repository.write("7", format!("# pragma: allowlist nextline secret\n{}", secret(7)));
    repository
}

#[test]
fn marks_of_others_count_where_that_is_asked_for() {
    let repository = repository();
    let (json, code) = report(&repository, &["scan", "--honor-ignore-comments"]);
    let expected = [
        ("1:1", "gitleaks"),
        ("2:1", "betterleaks"),
        ("3:1", "trufflehog"),
        ("4:1", "kingfisher"),
        ("5:2", "kingfisher"),
        ("6:1", "detect-secrets"),
        ("7:2", "detect-secrets"),
    ];
    assert_eq!(
        locations(&json),
        expected.map(|(location, by)| format!("{location}={by} ignore comment"))
    );
    let counts = "1 gitleaks, 1 betterleaks, 1 trufflehog, 2 kingfisher, 2 detect-secrets";
    assert_eq!((code, notes(&json)), (0, vec![format!("{counts} ignore comments honored")]));
    let (json, code) = report(&repository, &["scan"]);
    let expected = expected.map(|(location, _)| location.to_owned());
    assert_eq!((locations(&json), code), (expected.to_vec(), 1));
    let advice = "use --honor-ignore-comments to honor them";
    assert_eq!(notes(&json), [format!("{counts} ignore comments not honored; {advice}")]);
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
    let with_comment = format!("key = \"{}\" # kingfisher:ignore\n", token(5));
    repository.write("kingfisher", format!("{with_comment}{}", secret(6)));
    let nextline = "# pragma: allowlist nextline secret";
    repository.write("nextline", format!("key = \"{}\" {nextline}\n{}", token(7), secret(8)));
    let (json, code) = report(&repository, &["scan", "--honor-ignore-comments"]);
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
    assert_eq!((locations(&json), code), (expected.map(str::to_owned).to_vec(), 1));
    // If there are both, keysieve's own comment is reported.
    let both = "gitleaks:allow keysieve:allow localstack-auth-token a test value";
    repository.write("both", format!("key = \"{}\" # {both}\n", token(9)));
    let (json, _) = report(&repository, &["scan", "both", "--honor-ignore-comments"]);
    assert_eq!((locations(&json), notes(&json)), (vec!["both:1=a test value".to_owned()], vec![]));
}

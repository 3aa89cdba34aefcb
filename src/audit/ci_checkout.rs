//! Credentials that a CI system itself leaves in the git directory when it checks a repository out.
//!
//! They are those of the job and expire with it, so they never fail an audit. A credential counts
//! as one of them if
//!
//! * it is the password of one of [`USERS`] in a URL or in an `http.extraHeader` (GitHub's checkout
//!   action, also that of Gitea and Forgejo; GitLab Runner; Bitbucket Pipelines),
//! * it is a JWT in an `http.extraHeader`, whatever the user (Azure Pipelines with
//!   `persistCredentials`), or
//! * it is the value of one of the variables of this process in which CI systems pass it on.
//!
//! A token with the format of a git host's lasting tokens, such as a personal access token, is none
//! of these, whoever wrote it there.

use std::collections::HashSet;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bstr::ByteSlice;

use crate::blob::{Blob, TextEncoding};
use crate::engine::Engine;
use crate::findings::{Finding, Fingerprint, LocalKind, Occurrence};
use crate::rules::Rule;

/// The user names of job tokens: GitHub, GitLab, Bitbucket.
const USERS: [&[u8]; 3] = [b"x-access-token", b"gitlab-ci-token", b"x-token-auth"];

/// The providers that run jobs and also issue tokens that outlive them.
const GIT_HOSTS: [&str; 6] =
    ["Atlassian", "Atlassian Bitbucket", "Azure", "Gitea and Forgejo", "GitHub", "GitLab"];

/// Their rules for tokens of jobs.
const JOB_RULES: [&str; 3] =
    ["github-installation-token", "github-installation-token-jwt", "gitlab-ci-job-token"];

/// Rules of tokens that an `http.extraHeader` may contain without one of these user names.
const BEARER_RULES: [&str; 3] = ["jwt", "github-installation-token-jwt", "gitlab-ci-job-token"];

/// How tokens of persons begin, to recognize those that no rule has found within base64.
const PERSONAL: [&[u8]; 8] =
    [b"ghp_", b"gho_", b"ghu_", b"github_pat_", b"glpat-", b"ATBB", b"ATCTT", b"ATATT"];

/// Variables that only CI systems set, to tokens that are valid for one job.
const JOB_VARIABLES: [&str; 11] = [
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "ACTIONS_RUNTIME_TOKEN",
    "BITBUCKET_STEP_OIDC_TOKEN",
    "BUILDKITE_AGENT_ACCESS_TOKEN",
    "CIRCLE_OIDC_TOKEN",
    "CIRCLE_OIDC_TOKEN_V2",
    "CI_JOB_JWT",
    "CI_JOB_TOKEN",
    "CI_REGISTRY_PASSWORD",
    "REPOSITORY_OAUTH_ACCESS_TOKEN",
    "SYSTEM_ACCESSTOKEN",
];

/// Variables that people set too, to tokens of their own.
const SHARED_VARIABLES: [&str; 3] = ["FORGEJO_TOKEN", "GITEA_TOKEN", "GITHUB_TOKEN"];

/// A shorter value is not a token.
const SHORTEST: usize = 16;

/// The tokens of the job that this process is part of.
pub struct JobTokens {
    of_job: HashSet<Fingerprint>,
    shared: HashSet<Fingerprint>,
}

impl JobTokens {
    /// Those in the variables of this process.
    pub fn from_process(engine: &Engine) -> JobTokens {
        let values = |variables: &[&str]| -> HashSet<Fingerprint> {
            let values = variables.iter().filter_map(std::env::var_os);
            let tokens = values.filter(|value| value.len() >= SHORTEST);
            tokens.map(|value| engine.fingerprint(value.as_encoded_bytes())).collect()
        };
        JobTokens { of_job: values(&JOB_VARIABLES), shared: values(&SHARED_VARIABLES) }
    }

    /// Whether a finding in a file of the git directory is such a credential.
    pub fn is_of_checkout(
        &self,
        blob: &Blob<'_>,
        occurrence: &Occurrence,
        finding: &Finding,
        rule: &Rule,
        kind: LocalKind,
    ) -> bool {
        if self.of_job.contains(&finding.fingerprint) {
            return true;
        }
        if is_lasting(rule) {
            return false;
        }
        if self.shared.contains(&finding.fingerprint) {
            return true;
        }
        let has_urls = matches!(kind, LocalKind::Config | LocalKind::FetchHead | LocalKind::Reflog);
        if !has_urls || blob.encoding != TextEncoding::Utf8 {
            return false;
        }
        let start = occurrence.span.start.saturating_sub(blob.slice.offset).min(blob.bytes.len());
        let line_start = blob.bytes[..start].rfind_byte(b'\n').map_or(0, |end| end + 1);
        let line = blob.bytes[line_start..].lines().next().unwrap_or_default();
        let before = &blob.bytes[line_start..start];
        let is_header = kind == LocalKind::Config && is_header(line, rule);
        is_password_in_url(before) || is_header
    }
}

/// Whether the rule is a git host's for tokens that outlive a job.
fn is_lasting(rule: &Rule) -> bool {
    GIT_HOSTS.contains(&rule.provider.as_ref()) && !JOB_RULES.contains(&rule.id.as_ref())
}

/// Whether the text before a secret ends with the address of a server and one of the users; the
/// secret may be a part of the password, such as the JWT after `glcbt-`.
fn is_password_in_url(before: &[u8]) -> bool {
    let Some((_, address)) = before.rsplit_once_str("://") else { return false };
    let Some((user, password)) = address.split_once_str(":") else { return false };
    let ends = |byte: &u8| b"@/?# \t\"'".contains(byte);
    USERS.contains(&user) && !password.iter().any(ends)
}

/// Whether a line is `extraheader = AUTHORIZATION: …` with a job token.
fn is_header(line: &[u8], rule: &Rule) -> bool {
    let Some((name, value)) = line.split_once_str("=") else { return false };
    // The section may be on the same line.
    let name = name.fields_with(char::is_whitespace).last().unwrap_or_default();
    if !name.eq_ignore_ascii_case(b"extraheader") {
        return false;
    }
    let value = value.trim_ascii().trim_with(|quote| quote == '"');
    let mut words = value.fields_with(char::is_whitespace);
    let is_authorization =
        words.next().is_some_and(|word| word.eq_ignore_ascii_case(b"authorization:"));
    match (words.next(), words.next()) {
        (Some(scheme), Some(value)) if is_authorization => {
            let is_basic = scheme.eq_ignore_ascii_case(b"basic");
            let is_bearer = scheme.eq_ignore_ascii_case(b"bearer");
            let is_of_job = BEARER_RULES.contains(&rule.id.as_ref());
            is_basic && is_basic_of_job(value) || (is_basic || is_bearer) && is_of_job
        }
        _ => false,
    }
}

/// Whether it is `USER:PASSWORD` in base64 of one of the users.
fn is_basic_of_job(encoded: &[u8]) -> bool {
    let Ok(decoded) = BASE64_STANDARD.decode(encoded) else { return false };
    let Some((user, password)) = decoded.split_once_str(":") else { return false };
    USERS.contains(&user) && !PERSONAL.iter().any(|start| password.starts_with(start))
}

//! The command line as data: the cases are in `tests/cmd`.
//!
//! `TRYCMD=overwrite cargo test --test it cmd` writes what the binary prints now into the cases;
//! read the difference before it is committed. What needs a secret that a built-in rule finds
//! cannot be a file of ours and is tested in `tests/it/scan.rs`.

#[test]
fn the_cases_of_the_command_line_pass() {
    trycmd::TestCases::new()
        .env("COLUMNS", "100")
        .env("NO_COLOR", "1")
        .env("KEYSIEVE_FINGERPRINT_KEY", "")
        .env("KEYSIEVE_CONFIG", "")
        .env("XDG_CONFIG_HOME", "/nowhere")
        .case("tests/cmd/*.trycmd")
        .case("tests/cmd/*.toml");
}

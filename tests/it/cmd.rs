//! The output of the command line, as data: the cases are in `tests/cmd`.
//!
//! `TRYCMD=overwrite cargo test --test it cmd` writes the current output into the cases; read the
//! difference before you commit it. What needs a secret that a built-in rule finds cannot be one
//! of our files and is tested in `tests/it/scan.rs`.

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

//! Parse, call, exit code. The only place that prints an error.

use std::process::ExitCode;

mod cli;

fn main() -> ExitCode {
    match cli::run() {
        Ok(code) => code,
        Err(error) => {
            anstream::eprintln!("{}error:{} {error:#}", cli::BAD.render(), cli::BAD.render_reset());
            // Whatever went wrong, nothing was said to be clean: the code of an incomplete look.
            ExitCode::from(2)
        }
    }
}

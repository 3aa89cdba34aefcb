//! Parse, call, exit code. The only place that reports an error.

use std::process::ExitCode;

use keysieve::report::output::sink;

mod cli;

fn main() -> ExitCode {
    sink::report_panics();
    match cli::run() {
        Ok(code) => code,
        Err(error) => {
            sink::print_error(&error);
            // Whatever went wrong, nothing was found to be clean: the code of an incomplete scan.
            ExitCode::from(2)
        }
    }
}

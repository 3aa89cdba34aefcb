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
            // After an error nothing is known to be clean: the exit code of an incomplete scan.
            ExitCode::from(2)
        }
    }
}

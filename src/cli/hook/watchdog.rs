//! Ends a hook that takes too long, with a stated result. A server that stops it itself says less.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use keysieve::report::output::sink;

use super::server::OnTimeout;

/// Ends the process unless it is finished in time.
pub struct Watchdog {
    is_over: Arc<AtomicBool>,
}

impl Watchdog {
    /// Waits for `patience`; `limit` is the limit that it names.
    pub fn start(limit: Duration, patience: Duration, on_timeout: OnTimeout) -> Watchdog {
        let is_over = Arc::new(AtomicBool::new(false));
        let flag = is_over.clone();
        std::thread::spawn(move || {
            std::thread::sleep(patience);
            if !flag.swap(true, Ordering::SeqCst) {
                end(limit, on_timeout);
            }
        });
        Watchdog { is_over }
    }

    /// From here on the report is written. If the time is over, the process is about to end.
    pub fn finish(self) {
        if self.is_over.swap(true, Ordering::SeqCst) {
            loop {
                std::thread::park();
            }
        }
    }
}

fn end(limit: Duration, on_timeout: OnTimeout) -> ! {
    let reached = format!("the time limit of {} s (--time-limit) was reached", limit.as_secs_f64());
    let (text, code) = match on_timeout {
        OnTimeout::Block => ("not everything was scanned, so it is blocked", 2),
        OnTimeout::Allow => ("warning: not everything was scanned, and it is allowed", 0),
    };
    sink::eprint_line(&format!("keysieve: {text}: {reached}"));
    std::process::exit(code)
}

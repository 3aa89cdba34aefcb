# The daily commands. `just` lists them; https://just.systems installs it.

_default:
    @just --list --unsorted

# Everything that must pass before a commit: format, lints, tests
check:
    cargo fmt --check
    cargo clippy --all-targets --locked -- -D warnings
    cargo test --locked

# Run the tests of one module: `just test guarantees`
test module='':
    cargo test --locked --test it {{module}}

# Write all generated files: documentation of rules, schemas, expected output
generate:
    cargo build --locked
    cargo run -q --locked -- rules list --format markdown > docs/rules.md
    cargo run -q --locked -- config schema > docs/config.schema.json
    KEYSIEVE_OVERWRITE=1 cargo test --locked --test it report_schema
    KEYSIEVE_OVERWRITE=1 cargo test --locked --test it public_api
    TRYCMD=overwrite cargo test --locked --test it cmd

# Check a pattern file with the real engine: `just pattern patterns/stripe.toml`
pattern file:
    cargo run -q --locked -- rules check {{file}}

# Build at release speed and compile only what changed: target/quick/keysieve
quick:
    cargo build --profile quick --locked

# Measure throughput per rule set; benches/README.md explains the figures
bench:
    cargo bench --locked --bench throughput

# Run one fuzz target for some seconds: `just fuzz engine 60` (needs cargo-fuzz)
fuzz target seconds='60':
    RUSTC_BOOTSTRAP=1 cargo fuzz run --sanitizer none {{target}} -- -max_total_time={{seconds}}

# Check licenses, sources and versions of the dependencies (needs cargo-deny)
deny:
    cargo deny check bans licenses sources

# Everything that CI runs, or the named steps: `just ci lint tests`
ci *steps:
    CI=true bash .ci/run {{steps}}

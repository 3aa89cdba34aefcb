#!/usr/bin/env bash
# Compares the readers of a history over a real repository: the reports must be the same, byte
# for byte. Prints wall and CPU seconds of each.
#
#     benches/compare-readers.sh REPO [audit's options]
set -euo pipefail

repository=${1:?usage: benches/compare-readers.sh REPO [audit\'s options]}
shift
cd "$(dirname "$0")/.."
cargo build --release --quiet
reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT

TIMEFORMAT='%R s wall, %U s user, %S s system'
for reader in delta whole full; do
    printf '%s: ' "$reader"
    # 1: credentials were found; 2: something could not be scanned, as the report says.
    time target/release/keysieve audit "$repository" --history-reader "$reader" \
        --format json "$@" >"$reports/$reader.json" 2>"$reports/$reader.log" || [ $? -le 2 ]
done
for reader in whole full; do
    cmp "$reports/delta.json" "$reports/$reader.json"
done
echo "all reports are the same ($(wc -c <"$reports/delta.json") bytes)"

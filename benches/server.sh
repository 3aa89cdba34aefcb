#!/usr/bin/env bash
# What the pre-receive hook adds to a push of ten commits to a bare repository with 100,000 commits
# (or as many as are named). Pushes with and without the hook alternate; prints the medians of both
# in milliseconds and their difference. Needs git and python3; `cargo build --release` first.
#
#     benches/server.sh [COMMITS]
set -euo pipefail
keysieve=$(realpath "$(dirname "$0")/../${CARGO_TARGET_DIR:-target}/release/keysieve")
commits=${1:-100000}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
for who in AUTHOR COMMITTER; do
    export GIT_${who}_NAME=Bench GIT_${who}_EMAIL=bench@example.com
done

# One of a thousand files changes in each commit.
git init --quiet --bare -b main "$scratch/server"
python3 - "$commits" <<'PYTHON' | git -C "$scratch/server" fast-import --quiet
import sys
for n in range(int(sys.argv[1])):
    content = f'version = {n}\n' * 20
    print(f'commit refs/heads/main\ncommitter Bench <bench@example.com> {1600000000 + n} +0000')
    print(f'data 7\nchange\n\nM 644 inline src/folder{n % 31}/file{n % 1000}.toml')
    print(f'data {len(content)}\n{content}')
PYTHON
git -C "$scratch/server" gc --quiet
git clone --quiet "$scratch/server" "$scratch/client"
cd "$scratch/client"

hook="$scratch/server/hooks/pre-receive"
printf '#!/bin/sh\nexec "%s" hook run --stage pre-receive\n' "$keysieve" >"$scratch/hook"
chmod +x "$scratch/hook"
push() {
    for n in $(seq 10); do
        printf 'round = %s\nchange = %s\n' "$1" "$n" >"src/folder$n/file.toml"
        git add . && git commit --quiet --message "Change $1 $n"
    done
    local begin end
    begin=$(date +%s%N)
    git push --quiet origin HEAD:main
    end=$(date +%s%N)
    echo "$(((end - begin) / 1000))"
}
for round in $(seq "${ROUNDS:-15}"); do
    rm -f "$hook"
    echo "without $(push "$round-a")"
    cp "$scratch/hook" "$hook"
    echo "with $(push "$round-b")"
done | python3 -c '
import statistics, sys
times = {"with": [], "without": []}
for line in sys.stdin:
    kind, microseconds = line.split()
    times[kind].append(int(microseconds) / 1000)
medians = {kind: statistics.median(values) for kind, values in times.items()}
print("without {without:.0f} ms, with {with:.0f} ms".format(**medians),
      "difference {:.0f} ms".format(medians["with"] - medians["without"]))
'

#!/usr/bin/env bash
# What the commit hook takes: ten staged files in trees of 5,000 and of 100,000 (or of as many as
# are named), in a packed repository as a clone leaves it. Prints the median of 40 runs in
# milliseconds, next to `git diff --cached --quiet` and `keysieve --version` in the same place.
# Needs git, hyperfine and python3; `cargo build --release` first.
#
#     benches/hook.sh [FILES…]
set -euo pipefail
keysieve=$(realpath "$(dirname "$0")/../${CARGO_TARGET_DIR:-target}/release/keysieve")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1

# FILES files of some 500 bytes, sixteen to a folder, in folders three deep; then ten more edits
# all over the tree, staged.
plant() {
    local files=$1 repository=$2
    git init --quiet -b main "$repository"
    cd "$repository"
    git config user.name Bench
    git config user.email bench@example.com
    python3 - "$files" <<'PYTHON' | git fast-import --quiet
import sys
files = int(sys.argv[1])
print('commit refs/heads/main\ncommitter Bench <bench@example.com> 1700000000 +0000\ndata 4\ntree')
for n in range(files):
    folder = n // 16
    text = ''.join(f'fn item_{n}_{line}() -> u32 {{ {line} }}\n' for line in range(15))
    path = f'part{folder % 23}/module{folder % 311}/unit{folder}/file{n}.rs'
    print(f'M 100644 inline {path}\ndata {len(text)}\n{text}')
PYTHON
    git repack -adq
    git reset --quiet --hard main
    git ls-files | awk -v step="$((files / 10))" 'NR % step == 1 { print }' | head -10 > ../edited
    while read -r file; do
        printf 'let endpoint = "https://example.com/%s";\n' "$file" >> "$file"
    done < ../edited
    git add .
}

median() {
    hyperfine --shell=none --ignore-failure --warmup 5 --runs 40 --export-json "$scratch/times" "$@" \
        > "$scratch/said" 2>&1
    python3 - "$scratch/times" <<'PYTHON'
import json, sys
results = json.load(open(sys.argv[1]))['results']
for result in results:
    cpu = 1000 * (result['user'] + result['system'])
    ratio = result['median'] / results[0]['median']
    name = ' '.join(result['command'].split('/')[-1].split())
    print(f"{1000 * result['median']:8.2f} ms wall  {cpu:8.2f} ms CPU  {ratio:5.2f} x  {name}")
PYTHON
}

[ $# -gt 0 ] || set -- 5000 100000
for files; do
    plant "$files" "$scratch/$files"
    echo "$files files, $(git diff --cached --name-only | wc -l) of them staged"
    median 'git diff --cached --quiet' "$keysieve hook run" "$keysieve --version"
done

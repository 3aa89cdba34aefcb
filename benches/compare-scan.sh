#!/usr/bin/env bash
# compare-scan.sh FOLDER: CPU and wall time of a working-tree scan, compared with reading alone and with peers.
# Needs hyperfine and rg; peers (betterleaks, kingfisher) are taken from PATH if installed.
set -euo pipefail
folder=$(realpath "${1:?a folder with source trees}")
keysieve=$(realpath "$(dirname "$0")/../target/release/keysieve")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

commands=(
    --command-name 'rg, a rare literal' "rg -uu -c qzxwvutsrq '$folder'"
    --command-name 'keysieve scan' "'$keysieve' scan --no-ignore --threads 2 -o '$scratch/out.sarif' '$folder'"
)
command -v betterleaks > /dev/null && commands+=(
    --command-name betterleaks "betterleaks fs '$folder' -o '$scratch/out.json' --silent --exit-code 0")
command -v kingfisher > /dev/null && commands+=(
    --command-name kingfisher "kingfisher scan '$folder' --git-history none -n --no-update-check -f json -o '$scratch/out.json'")

hyperfine --ignore-failure --warmup 1 --runs "${RUNS:-7}" --export-json "$scratch/times.json" "${commands[@]}" > /dev/null
# Medians; CPU is user and system time together.
python3 - "$scratch/times.json" <<'PY'
import json, sys
results = json.load(open(sys.argv[1]))['results']
base = results[0]['user'] + results[0]['system']
for r in results:
    cpu = r['user'] + r['system']
    print('%-20s wall %7.3f s  CPU %7.3f s  %6.2f x rg' % (r['command'], r['median'], cpu, cpu / base))
PY

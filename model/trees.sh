#!/bin/sh
# Copies the files of the repositories in model/trees.tsv, at their commits, into a folder:
#   sh model/trees.sh FOLDER
# Larger files than a megabyte are left out: archives, recordings and lists.
set -eu
list=$(dirname "$0")/trees.tsv
mkdir -p "$1"
grep -v '^#' "$list" | while read -r name commit licence; do
    tree=$1/${name#*/}
    git init -q "$tree"
    mkdir -p "$tree/.git/info"
    # The bytes of the blobs, whatever the repository's attributes ask for.
    echo '* -text !eol -ident !filter !working-tree-encoding' > "$tree/.git/info/attributes"
    git -C "$tree" fetch -q --depth 1 "${HOST:-https://github.com}/$name" "$commit"
    git -C "$tree" -c advice.detachedHead=false checkout -q FETCH_HEAD
    rm -rf "$tree/.git"
    find "$tree" -type l -delete
    find "$tree" -type f -size +1000000c -delete
done

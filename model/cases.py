"""Labelled cases, and the features of the values in them.

A case is a line of JSON: id, source, provider, label (pos, neg, ignore), text or doc (a file in `docs/`
next to the cases), spans in characters, neg_kind, repo.
"""
import collections, json, os, subprocess, tempfile

# Strings generated from a regex weigh less than what somebody wrote.
GENERATED_FROM_REGEX = .3


def describe(binary, folders):
    "(names, rows) with rows of (file, start, end, kind, value, features, random)."
    lines = subprocess.run([binary, *folders], check=True, stdout=subprocess.PIPE).stdout.splitlines()
    return json.loads(lines[0]), [json.loads(line) for line in lines[1:]]


def labelled(binary, cases_file):
    """(cases, names, [(labels, value, kind, features, case, random)]), labels a set of (label, neg_kind, source, id,
    repo); `random` if the engine reports the value as a random one, whatever the model says."""
    root = os.path.dirname(os.path.abspath(cases_file))
    cases = [json.loads(line) for line in open(cases_file, encoding='utf8')]
    of_file = collections.defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        for at, case in enumerate(cases):
            if 'doc' in case:
                file = os.path.join(root, 'docs', case['doc'])
            else:
                file = os.path.join(folder, '%06d' % at)
                with open(file, 'w', encoding='utf8', newline='') as out:
                    out.write(case['text'])
            of_file[file].append(case)
        names, rows = describe(binary, [folder, os.path.join(root, 'docs')])
        found, texts = [], {}
        for file, start, end, kind, value, features, random in rows:
            if file not in texts:
                texts[file] = open(file, 'rb').read()
            s = len(texts[file][:start].decode('utf8', 'replace'))
            e = s + len(texts[file][start:end].decode('utf8', 'replace'))
            labels = set()
            for case in of_file[file]:
                everywhere = [[0, 1 << 40]]
                spans = case['spans'] or everywhere
                if case['label'] == 'neg' and 'doc' not in case:
                    spans = everywhere
                if any(s < b and e > a for a, b in spans):
                    labels.add((case['label'], case.get('neg_kind'), case['source'], case['id'], case.get('repo')))
            found.append((labels, value, kind, features, of_file[file][0], random))
    return cases, names, found


def judged(found):
    """[(features, label, weight, group, ids, random, value)] of labelled files, and the ids of the cases that
    each value hits; None is the label of what nobody labelled; a group is a repository, or a provider in one source."""
    rows = []
    for labels, value, _, features, case, random in found:
        group = case.get('repo') or case['source'] + ' ' + str(case['provider'])
        which = {label[0] for label in labels}
        ids = lambda kind: [label[3] for label in labels if label[0] == kind]
        row = lambda label, weight, hit: rows.append((features, label, weight, group, hit, random, value))
        if 'pos' in which:
            row(1, GENERATED_FROM_REGEX if case.get('quality') == 'C' else 1., ids('pos'))
        elif 'neg' in which and any(label[1] in ('benign', 'real-world') for label in labels if label[0] == 'neg'):
            row(0, 1., ids('neg'))
        elif not which and 'doc' in case:
            row(None, None, [])
    return rows

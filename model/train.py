#!/usr/bin/env python3
"""Trains the model of the generic detector: which value of a name like `api_token` is a secret?

    pip install numpy scikit-learn matplotlib
    cargo build --release --example describe
    python3 model/train.py --cases cases/dev.jsonl --background FOLDER... --clean FOLDER...

Labelled cases are JSON lines (id, source, label pos|neg|ignore, text | doc, spans, neg_kind), with
their documents in `docs/` next to them. The folders are trees of public repositories: values in the
background count as non-secrets in training, the clean ones are used for measuring only.
`examples/describe.rs` prints the features of every value.

Prints the results of five-fold cross-validation, with repositories and providers kept whole, then
trains on everything and writes `model/generic.txt`. The seed is fixed: the same input gives the same
bytes.
"""
import argparse, collections, hashlib, json, os, subprocess, tempfile

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

SEED = 20261124
FOLDS = 5
TREES = 120
# Kinds of names (the first features); rows that a kind needs to be recombined; how often that is done.
KINDS, FEWEST, RECOMBINED = 7, 20, 2
THRESHOLDS = (.97, .95, .92, .9, .87, .85, .82, .8, .78, .75, .7, .65, .6, .5, .4, .3, .2, .15, .12, .1, .08)
# Sources of labelled cases that were not written by the authors of another scanner.
COMMON = {'creddata', 'trufflehog', 'leaky-repo', 'aqua-leaky', 'secretlint', 'trivy', 'demo', 'titus', 'noseyparker', 'credsweeper'}


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


def rows_of(found, background):
    "Arrays of features, labels, weights, folds, and the ids of the cases that each row hits."
    rows = []
    for labels, _, _, features, case, _ in found:
        group = case.get('repo') or case['source'] + ' ' + str(case['provider'])
        which = {label[0] for label in labels}
        ids = lambda kind: [label[3] for label in labels if label[0] == kind]
        if 'pos' in which:
            # Strings generated from a regex weigh less than what somebody wrote.
            rows.append((features, 1, .3 if case.get('quality') == 'C' else 1., group, ids('pos')))
        elif 'neg' in which and any(label[1] in ('benign', 'real-world') for label in labels if label[0] == 'neg'):
            rows.append((features, 0, 1., group, ids('neg')))
        elif not which and 'doc' in case:
            rows.append((features, 0, .3, group, []))
    for folder, described in background.items():
        rows += [(row[5], 0, .5, 'tree ' + os.path.basename(folder.rstrip('/')), []) for row in described]
    features, labels, weights, groups, ids = zip(*rows)
    fold = [int(hashlib.sha256(group.encode()).hexdigest(), 16) % FOLDS for group in groups]
    return np.array(features, dtype=np.float32), np.array(labels), np.array(weights), np.array(fold), list(ids)


def recombined(features, labels, weights, names):
    """Secrets with the names and contexts of other secrets, and words and templates likewise, within each
    kind of name: what a value looks like matters wherever it appears."""
    column = {name: number for number, name in enumerate(names)}
    copied = [number for name, number in column.items()
              if column['length'] <= number <= column['times_eight'] and name != 'like_name']
    copied += [column[name] for name in ('password_chars', 'repeats', 'sequence_share', 'disguised_secret_kind')]
    kinds = features[:, :KINDS].argmax(axis=1)
    words = (features[:, column['covered']] > .8) | (features[:, column['template_chars']] > 0)
    chance = np.random.default_rng(SEED)
    rows, which = [], []
    for kind in range(KINDS):
        secrets = np.nonzero((labels == 1) & (weights == 1) & (kinds == kind))[0]
        for label, values in ((1, secrets), (0, np.nonzero((labels == 0) & (kinds == kind) & words)[0])):
            if min(len(secrets), len(values)) >= FEWEST:
                synthetic = features[np.tile(secrets, RECOMBINED)]
                synthetic[:, copied] = features[chance.choice(values, len(synthetic))][:, copied]
                rows.append(synthetic)
                which += [label] * len(synthetic)
    return np.concatenate(rows), np.array(which)


def train(features, labels, weights, names):
    model = HistGradientBoostingClassifier(max_depth=6, max_iter=TREES, learning_rate=.1, min_samples_leaf=30,
                                           max_features=.2, l2_regularization=5, random_state=SEED,
                                           early_stopping=False)
    synthetic, which = recombined(features, labels, weights, names)
    return model.fit(np.concatenate([features, synthetic]), np.concatenate([labels, which]),
                     sample_weight=np.concatenate([weights, np.full(len(which), .3)]))


def probabilities(model, features):
    return model.predict_proba(np.array(features, dtype=np.float32))[:, 1] if len(features) else np.array([])


def report(cases, ids, labels, scores, noise, megabytes, already):
    "A line for each threshold; `scores` are probabilities of rows that the model was not trained on."
    positives = [case for case in cases if case['label'] == 'pos']
    creddata = {case['id'] for case in cases if case['source'] == 'creddata' and case['label'] == 'neg'}
    curve = []
    for threshold in THRESHOLDS:
        hit, flagged = set(already), {id for id in already if id in creddata}
        for row in np.nonzero(scores >= threshold)[0]:
            (hit if labels[row] else flagged).update(ids[row])
        recall = lambda selects: 100 * np.mean([case['id'] in hit for case in positives if selects(case)])
        true = sum(case['id'] in hit for case in positives if case['source'] == 'creddata')
        false = len(flagged & creddata)
        line = dict(threshold=threshold, common=recall(lambda case: case['source'] in COMMON),
                    tokens=recall(lambda case: case['source'] in COMMON - {'creddata'}),
                    creddata=recall(lambda case: case['source'] == 'creddata'),
                    precision=100 * true / max(1, true + false), noise=(noise >= threshold).sum() / max(1, megabytes))
        curve.append(line)
        print('  '.join('%s %.2f' % pair for pair in line.items()))
    return curve


def write(model, path, names):
    "The features' names, then the trees in preorder, a node a line; read by build/model.rs."
    with open(path, 'w') as out:
        out.write('# Written by model/train.py: the features by name, in the order in which the nodes number them;\n')
        out.write('# the base; the trees in preorder, a node a line.\n')
        out.writelines('feature %s\n' % name for name in names)
        out.write('base %r\n' % float(model._baseline_prediction.ravel()[0]))
        for (tree,) in model._predictors:
            out.write('tree\n')
            nodes, lines = tree.nodes, []

            def walk(index):
                node = nodes[index]
                line = len(lines)
                lines.append(None)
                if node['is_leaf']:
                    lines[line] = 'leaf %r' % round(float(node['value']), 6)
                    return
                walk(node['left'])
                right = len(lines)
                walk(node['right'])
                lines[line] = '%d %r %d' % (node['feature_idx'], float(np.float32(node['num_threshold'])), right)

            walk(0)
            out.write('\n'.join(lines) + '\n')


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--cases', required=True)
    parser.add_argument('--background', nargs='*', default=[])
    parser.add_argument('--clean', nargs='*', default=[])
    parser.add_argument('--megabytes', type=float, default=140, help='size of the clean folders')
    parser.add_argument('--rows', help="findings of the other rules, which count as found")
    parser.add_argument('--binary', default='target/release/examples/describe')
    parser.add_argument('--out', default='model/generic.txt')
    parser.add_argument('--curve', help='JSON file for the figures')
    arguments = parser.parse_args()
    cases, names, found = labelled(arguments.binary, arguments.cases)
    background = {folder: describe(arguments.binary, [folder])[1] for folder in arguments.background}
    clean = {folder: describe(arguments.binary, [folder])[1] for folder in arguments.clean}
    features, labels, weights, fold, ids = rows_of(found, background)
    print('%d values, %d of them secrets; %d in clean folders' % (len(labels), labels.sum(), sum(map(len, clean.values()))))
    already = set()
    if arguments.rows:
        already = {row['id'] for row in map(json.loads, open(arguments.rows)) if any(not rule.startswith('generic-') for rule in row['rules'])}
    scores = np.zeros(len(labels))
    for part in range(FOLDS):
        model = train(features[fold != part], labels[fold != part], weights[fold != part], names)
        scores[fold == part] = probabilities(model, features[fold == part])
    model = train(features, labels, weights, names)
    noise = np.concatenate([probabilities(model, [row[5] for row in rows]) for rows in clean.values()]) if clean else np.array([])
    curve = report(cases, ids, labels, scores, noise, arguments.megabytes, already)
    if arguments.curve:
        json.dump(curve, open(arguments.curve, 'w'), indent=1)
    write(model, arguments.out, names)


if __name__ == '__main__':
    main()

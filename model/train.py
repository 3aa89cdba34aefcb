#!/usr/bin/env python3
"""Trains the model of the generic detector: which value of a name like `api_token` is a secret?

    pip install numpy scikit-learn
    sh model/trees.sh TREES
    cargo build --release --example describe
    python3 model/train.py --cases cases/dev.jsonl --trees TREES/* [--clean FOLDER...] [--rows ROWS]

`cases.py` describes the labelled cases. The trees are public repositories, of whose values nobody knows
which are secrets: these are judged by themselves first, whatever is around them, and what may be one
counts the less as a non-secret the likelier it is (`unlabelled`). `generated.py` adds values in many
notations. The clean folders are for measuring only, and `--rows` names findings in the cases, a JSON
line with id and rules each: those of other rules count as found. `examples/describe.rs` prints the features of every value.

Prints the results of five-fold cross-validation, with repositories, providers and notations kept whole,
then trains on everything and writes `model/generic.txt`. The seed is fixed: the same input gives the
same bytes.
"""
import argparse, hashlib, json, os, tempfile

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

import generated
from cases import describe, judged, labelled

SEED = 20261201
FOLDS, TREES, RATE = 5, 60, .18
# Kinds of names (the first features); rows that a kind needs to be recombined; how often that is done.
KINDS, FEWEST, RECOMBINED = 7, 20, 2
# Weights of generated and of recombined values; of a value in a tree that is certainly no secret.
GENERATED, SYNTHETIC, UNLABELLED = .3, .3, .5
# How many of the features a split considers; of the few that describe the value itself.
SHARE, SHARE_OF_VALUE = .2, .4
# Times that a value counts in one tree.
SAME = 3
THRESHOLDS = (.97, .95, .92, .9, .87, .85, .82, .8, .78, .75, .7, .65, .6, .5, .4, .3, .2, .15, .12, .1, .08)
# The engine's thresholds, and the precision in per cent that each is to have.
DEFAULT, LOW = .78, .08
PRECISE, PRECISE_LOW = 98.2, 95.2
# Trees after which the engine rejects most values.
FIRST_TREES = 30
# Sources of labelled cases that were not written by the authors of another scanner.
COMMON = {'creddata', 'trufflehog', 'leaky-repo', 'aqua-leaky', 'secretlint', 'trivy', 'demo', 'titus', 'noseyparker', 'credsweeper'}
# Features that may only speak for a secret, and only against one, as they grow.
FOR = 'entropy_share uncovered qualifiers'
AGAINST = 'covered disguised decoded_covered repeat repeats sequence sequence_share placeholder template_chars contains_fake_word integrity'


class Values:
    "Features, labels, weights and folds of values, and whether the engine reports each as random."

    def __init__(self, rows):
        "`rows` of (features, label, weight, group, random); values of one group are in one fold."
        features, labels, weights, groups, random = zip(*rows)
        self.features, self.labels = np.array(features, dtype=np.float32), np.array(labels)
        self.weights, self.random = np.array(weights, dtype=float), np.array(random, dtype=bool)
        self.fold = np.array([int(hashlib.sha256(group.encode()).hexdigest(), 16) % FOLDS for group in groups])

    def of(self, which):
        return self.features[which], self.labels[which], self.weights[which]


def generated_rows(binary, trees):
    with tempfile.TemporaryDirectory() as folder:
        spans = generated.write(folder, trees, SEED)
        rows = []
        for file, start, end, _, _, features, random in describe(binary, [folder])[1]:
            for first, last, label, notation in spans[file]:
                shared = min(end, last) - max(start, first)
                if shared >= .8 * (last - first) and shared >= .7 * (end - start):
                    rows.append((features, label, GENERATED, 'notation %d' % notation, random))
    return rows


def tree_rows(binary, trees):
    "[(features, group, random)] of the values in the trees, each at most `SAME` times in one."
    rows = []
    for tree in trees:
        seen = {}
        for _, _, _, kind, value, features, random in describe(binary, [tree])[1]:
            seen[kind, value] = seen.get((kind, value), 0) + 1
            if seen[kind, value] <= SAME:
                rows.append((features, 'tree ' + os.path.basename(tree.rstrip('/')), random))
    return rows


def of_value(names):
    "Numbers of the features that describe the name or the value, and nothing around them."
    column = {name: number for number, name in enumerate(names)}
    return list(range(column['before_quote'])) + features_of_value(column)


def features_of_value(column):
    found = [number for name, number in column.items()
             if column['length'] <= number <= column['times_eight'] and name != 'like_name']
    return found + [column[name] for name in ('password_chars', 'repeats', 'sequence_share', 'disguised_secret_kind')]


def unlabelled(known, rows, names):
    """What nobody labelled, as non-secrets. A model of labelled and generated values, which sees the name and the
    value only, says how likely it is that each is a secret: that much less it weighs, and what is random is left
    out."""
    columns = of_value(names)
    features, labels, weights = with_recombined(known.features, known.labels, known.weights, names)
    judge = booster(SHARE_OF_VALUE).fit(features[:, columns], labels, sample_weight=weights)
    scores = probabilities(judge, np.array([row[0] for row in rows], dtype=np.float32)[:, columns])
    return Values([(features, 0, UNLABELLED * (1 - score) ** .5, group, random)
                   for (features, group, random), score in zip(rows, scores) if not random])


def recombined(features, labels, weights, names):
    """Secrets with the names and contexts of other secrets, and words and templates likewise, within each
    kind of name: what a value looks like matters wherever it appears."""
    column = {name: number for number, name in enumerate(names)}
    copied = features_of_value(column)
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


def with_recombined(features, labels, weights, names):
    synthetic, which = recombined(features, labels, weights, names)
    return (np.concatenate([features, synthetic]), np.concatenate([labels, which]),
            np.concatenate([weights, np.full(len(which), SYNTHETIC)]))


def booster(share, directions=None):
    return HistGradientBoostingClassifier(max_depth=6, max_iter=TREES, learning_rate=RATE, min_samples_leaf=30,
                                          max_features=share, l2_regularization=5, random_state=SEED, early_stopping=False,
                                          monotonic_cst=directions)


def train(parts, names):
    "`parts` are (features, labels, weights)."
    features, labels, weights = (np.concatenate(part) for part in zip(*parts))
    direction = {**{name: 1 for name in FOR.split()}, **{name: -1 for name in AGAINST.split()}}
    return booster(SHARE, [direction.get(name, 0) for name in names]).fit(features, labels, sample_weight=weights)


def probabilities(model, features):
    return model.predict_proba(features)[:, 1] if len(features) else np.array([])


def log_odds(probability):
    return np.log(probability / (1 - probability))


class Scale:
    "Moves log-odds so that the engine's thresholds have the precision that they are to have."

    def __init__(self, precision):
        "`precision` of a threshold before."
        thresholds = np.arange(2, 99) / 100
        precise = lambda least: next((it for it in thresholds if precision(it) >= least), thresholds[-1])
        high, low = precise(PRECISE), precise(PRECISE_LOW)
        self.factor = (log_odds(DEFAULT) - log_odds(LOW)) / max(.5, log_odds(high) - log_odds(low))
        self.summand = log_odds(DEFAULT) - self.factor * log_odds(high)
        print('scale: %.2f becomes %.2f, %.2f becomes %.2f' % (high, DEFAULT, low, LOW))

    def of(self, odds):
        return self.factor * odds + self.summand

    def probabilities(self, scores):
        with np.errstate(divide='ignore'):
            return 1 / (1 + np.exp(-self.of(log_odds(np.clip(scores, 1e-9, 1 - 1e-9)))))


def found_otherwise(file, judged_ids):
    "Ids of the cases found by a rule other than the generic ones, or by readers of whole files, which `describe` is not."
    with open(file) as rows:
        found = [(row['id'], row['rules']) for row in map(json.loads, rows)]
    return {id for id, rules in found
            if any(not rule.startswith('generic-') for rule in rules) or rules and id not in judged_ids}


def figures(cases, ids, values, scores, noise, megabytes, already, threshold):
    positives = [case for case in cases if case['label'] == 'pos']
    creddata = {case['id'] for case in cases if case['source'] == 'creddata' and case['label'] == 'neg'}
    hit, flagged = set(already), {id for id in already if id in creddata}
    for row in np.nonzero((scores >= threshold) | values.random)[0]:
        (hit if values.labels[row] else flagged).update(ids[row])
    recall = lambda selects: 100 * np.mean([case['id'] in hit for case in positives if selects(case)])
    true = sum(case['id'] in hit for case in positives if case['source'] == 'creddata')
    false = len(flagged & creddata)
    return dict(threshold=threshold, common=recall(lambda case: case['source'] in COMMON),
                tokens=recall(lambda case: case['source'] in COMMON - {'creddata'}),
                creddata=recall(lambda case: case['source'] == 'creddata'),
                precision=100 * true / max(1, true + false), noise=noise(threshold) / max(1, megabytes))


def report(cases, ids, values, scores, noise, megabytes, already):
    "A line for each threshold; `scores` are probabilities of rows that the model was not trained on."
    curve = [figures(cases, ids, values, scores, noise, megabytes, already, threshold) for threshold in THRESHOLDS]
    for line in curve:
        print('  '.join('%s %.2f' % pair for pair in line.items()))
    return curve


def write(model, scale, path, names):
    "The features' names, then the trees in preorder, a node a line; read by build/model.rs."
    with open(path, 'w') as out:
        out.write('# Written by model/train.py: the features by name, in the order in which the nodes number them;\n')
        out.write('# the base; the trees in preorder, a node a line.\n')
        out.writelines('feature %s\n' % name for name in names)
        out.write('base %r\n' % round(float(scale.of(model._baseline_prediction.ravel()[0])), 6))
        for (tree,) in model._predictors:
            out.write('tree\n')
            nodes, lines = tree.nodes, []

            def walk(index):
                node = nodes[index]
                line = len(lines)
                lines.append(None)
                if node['is_leaf']:
                    lines[line] = 'leaf %r' % round(float(scale.factor * node['value']), 6)
                    return
                walk(node['left'])
                right = len(lines)
                walk(node['right'])
                lines[line] = '%d %r %d' % (node['feature_idx'], float(np.float32(node['num_threshold'])), right)

            walk(0)
            out.write('\n'.join(lines) + '\n')


def after_first_trees(model, scale, features):
    "For `REJECTED` in src/engine/generic/model.rs: the least log-odds after the first trees of a value that is reported."
    stages = model.staged_decision_function(features)
    first = scale.of(next(odds.ravel() for number, odds in enumerate(stages, 1) if number == FIRST_TREES))
    reported = scale.of(model.decision_function(features)) >= log_odds(LOW)
    least = first[reported].min()
    print('after %d trees: of %d values the %d of low confidence and more have at least %.2f; %.0f %% of all have less'
          % (FIRST_TREES, len(features), reported.sum(), least, 100 * (first < least).mean()))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--cases', required=True)
    parser.add_argument('--trees', nargs='+', required=True, help='trees of public repositories')
    parser.add_argument('--clean', nargs='*', default=[])
    parser.add_argument('--megabytes', type=float, default=140, help='size of the clean folders')
    parser.add_argument('--rows', help="findings of the other rules, which count as found")
    parser.add_argument('--binary', default='target/release/examples/describe')
    parser.add_argument('--out', default='model/generic.txt')
    parser.add_argument('--curve', help='JSON file for the figures')
    arguments = parser.parse_args()
    cases, names, found = labelled(arguments.binary, arguments.cases)
    trees = sorted(arguments.trees)
    rows = judged(found)
    labels = [row for row in rows if row[1] is not None]
    known, ids = Values([row[:4] + row[5:6] for row in labels]), [row[4] for row in labels]
    made = Values(generated_rows(arguments.binary, trees))
    rest = [(row[0], row[3], row[5]) for row in rows if row[1] is None] + tree_rows(arguments.binary, trees)
    clean = [row for folder in arguments.clean for row in describe(arguments.binary, [folder])[1]]
    already = found_otherwise(arguments.rows, {id for hit in ids for id in hit}) if arguments.rows else set()
    print('%d labelled values, %d of them secrets; %d generated; %d without a label; %d in clean folders'
          % (len(ids), known.labels.sum(), len(made.labels), len(rest), len(clean)))
    scores, generated_scores = np.zeros(len(ids)), np.zeros(len(made.labels))
    for part in [*range(FOLDS), None]:
        parts, joined = fold(known, made, rest, part, names)
        model = train(parts, names)
        if part is not None:
            scores[known.fold == part] = probabilities(model, known.features[known.fold == part])
            generated_scores[made.fold == part] = probabilities(model, made.features[made.fold == part])
    lines, random = [(row[0], row[1]) for row in clean], np.array([row[6] for row in clean], dtype=bool)
    precision = lambda threshold: figures(cases, ids, known, scores, lambda _: 0, 1, already, threshold)['precision']
    scale = Scale(precision)
    scores, generated_scores = scale.probabilities(scores), scale.probabilities(generated_scores)
    of_clean = probabilities(model, np.array([row[5] for row in clean], dtype=np.float32).reshape(-1, len(names)))
    of_clean = scale.probabilities(of_clean)
    noise = lambda threshold: len({lines[row] for row in np.nonzero((of_clean >= threshold) | random)[0]})
    curve = report(cases, ids, known, scores, noise, arguments.megabytes, already)
    for threshold in (DEFAULT, LOW):
        share = lambda label: 100 * np.mean(((generated_scores >= threshold) | made.random)[made.labels == label])
        print('generated, notations held out: threshold %.2f: secrets %.2f, others %.2f' % (threshold, share(1), share(0)))
    after_first_trees(model, scale, np.concatenate([joined, known.features, np.array([row[5] for row in clean], dtype=np.float32).reshape(-1, len(names))]))
    if arguments.curve:
        json.dump(curve, open(arguments.curve, 'w'), indent=1)
    write(model, scale, arguments.out, names)


def fold(known, made, rest, part, names):
    "((features, labels, weights) of what a model is trained on that does not see the part, the features of all)."
    group = lambda row: int(hashlib.sha256(row[1].encode()).hexdigest(), 16) % FOLDS
    seen, drawn = known.fold != part, made.fold != part
    both = Values.__new__(Values)
    both.features, both.labels, both.weights = (np.concatenate(two) for two in zip(known.of(seen), made.of(drawn)))
    others = unlabelled(both, [row for row in rest if group(row) != part], names)
    parts = [both.of(slice(None)), others.of(slice(None))]
    synthetic, which = recombined(*(np.concatenate(two) for two in zip(known.of(seen), others.of(slice(None)))), names)
    parts.append((synthetic, which, np.full(len(which), SYNTHETIC)))
    return parts, np.concatenate([part[0] for part in parts])


if __name__ == '__main__':
    main()

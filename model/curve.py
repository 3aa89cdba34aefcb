#!/usr/bin/env python3
"""Draws docs/accuracy.svg from model/curve.json, which `train.py --curve` writes.

    pip install matplotlib
    python3 model/curve.py
"""
import json

import matplotlib
matplotlib.use('svg')
matplotlib.rcParams['svg.hashsalt'] = 'keysieve'
import matplotlib.pyplot as plt

MEDIUM, LOW = .78, .08   # `MEDIUM_THRESHOLD` and `LOW_THRESHOLD` of src/engine/generic/mod.rs

curve = json.load(open('model/curve.json'))
noise = [point['noise'] for point in curve]
figure, axes = plt.subplots(figsize=(7.5, 4.6))
for field, label in (('common', 'all sources that no scanner owns'), ('tokens', 'the same without CredData'), ('creddata', 'CredData')):
    axes.plot(noise, [point[field] for point in curve], marker='o', markersize=3.5, label=label)
for threshold, name in ((MEDIUM, 'default'), (LOW, '--min-confidence low')):
    nearest = min(curve, key=lambda point: abs(point['threshold'] - threshold))
    axes.axvline(nearest['noise'], color='grey', linewidth=.8, linestyle=':')
    axes.annotate(name, (nearest['noise'], 97), xytext=(4, 0), textcoords='offset points', color='grey')
axes.set_xlabel('false positives of the generic rules per MB of eight clean repositories')
axes.set_ylabel('labelled secrets found, %')
axes.set_ylim(30, 100)
axes.set_xlim(0, 1.6)
axes.legend(loc='lower right', frameon=False)
axes.grid(alpha=.25)
figure.tight_layout()
figure.savefig('docs/accuracy.svg', metadata={'Date': None})

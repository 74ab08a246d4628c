"""Cases of what several tasks say together, and of tests on ranks, by rliable, scipy and statsmodels.

    python3 scripts/reference/aggregates.py        needs rliable, scipy, statsmodels; writes Tests/UnrollStatisticsTests/Cases/aggregates.json
"""
import json
from pathlib import Path

import numpy as np
from rliable import metrics
from scipy.stats import PermutationMethod, bootstrap, mannwhitneyu, trim_mean, wilcoxon
from statsmodels.stats.multitest import multipletests

random = np.random.default_rng(5)
every = PermutationMethod(n_resamples=np.inf)


def scores(tasks, seeds, digits):
    return [[round(float(v), digits) for v in row] for row in random.normal(size=(tasks, seeds)) + random.normal(size=(tasks, 1))]


def interval(statistic, *lists):
    """Percentiles over 100,000 resamples, every list by itself."""
    result = bootstrap(lists, statistic, n_resamples=100_000, paired=False, method="percentile", batch=1000, rng=random)
    return list(map(float, result.confidence_interval))


aggregates = []
for tasks, seeds, digits in [(2, 5, 3), (3, 5, 1), (4, 6, 4), (7, 10, 2)]:
    a, b = scores(tasks, seeds, digits), scores(tasks, seeds, digits)
    # rliable has a row a seed.
    rows, others = np.array(a).T, np.array(b).T
    aggregates.append({
        "a": a, "b": b, "mean": float(metrics.aggregate_iqm(rows)), "improvement": float(metrics.probability_of_improvement(rows, others)),
        "interval": interval(lambda *lists, axis: trim_mean(np.concatenate(lists, axis=-1), 0.25, axis=axis), *a)})

signed = []
for pairs, digits in [(1, 3), (6, 3), (8, 0), (9, 3), (12, 1), (14, 0), (30, 4)]:
    differences = [round(float(v), digits) for v in random.normal(size=pairs) * 2 + 0.7]
    some = [d for d in differences if d]
    isTied = len(set(map(abs, some))) < len(some)
    # Where ranks are tied scipy has the exact distribution by going through all signs.
    method = every if isTied else "exact"
    signed.append({"differences": differences, "p": float(wilcoxon(differences, zero_method="wilcox", method=method).pvalue)})

samples = []
for n, m, digits in [(1, 1, 3), (3, 3, 3), (5, 5, 0), (5, 8, 1), (10, 10, 4), (6, 4, 0), (20, 25, 5)]:
    a = [round(float(v), digits) for v in random.normal(size=n)]
    b = [round(float(v), digits) for v in random.normal(size=m) + 0.8]
    method = "exact" if len(set(a + b)) == n + m else every
    samples.append({"a": a, "b": b, "wins": float(mannwhitneyu(a, b).statistic), "p": float(mannwhitneyu(a, b, method=method).pvalue)})

holm = []
for p in [[0.01], [0.04, 0.01, 0.03], [0.2, 0.2, 0.001, 0.9, 0.02], [0.5, 0.6]]:
    holm.append({"p": p, "corrected": list(map(float, multipletests(p, method="holm")[1]))})

target = Path(__file__).resolve().parents[2] / "Tests" / "UnrollStatisticsTests" / "Cases" / "aggregates.json"
target.write_text(json.dumps({"aggregates": aggregates, "signed": signed, "samples": samples, "holm": holm}, sort_keys=True) + "\n")

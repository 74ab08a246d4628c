"""Cases of two models on the same items, from scipy and statsmodels.

    python3 scripts/reference/paired.py        needs scipy and statsmodels; writes Tests/UnrollStatisticsTests/Cases/paired.json
"""
import json
from pathlib import Path

import numpy as np
from scipy.stats import bootstrap
from statsmodels.stats.contingency_tables import mcnemar

random = np.random.default_rng(5)
tests = [{"first": b, "second": c, "p": float(mcnemar([[0, b], [c, 0]], exact=True).pvalue)}
         for b, c in [(0, 0), (1, 0), (5, 5), (3, 11), (61, 36), (400, 460), (2100, 1900)]]
intervals = []
for items in (30, 400):
    weights = random.integers(1, 9, items)
    right = random.binomial(weights, 0.8), random.binomial(weights, 0.7)

    def difference(a, b, w, axis=-1):
        return a.sum(axis) / w.sum(axis) - b.sum(axis) / w.sum(axis)

    found = bootstrap((*right, weights), difference, paired=True, n_resamples=100_000, method="percentile", random_state=3, batch=1000)
    intervals.append({"weights": weights.tolist(), "first": right[0].tolist(), "second": right[1].tolist(),
                      "interval": [float(end) for end in found.confidence_interval]})
target = Path(__file__).resolve().parents[2] / "Tests" / "UnrollStatisticsTests" / "Cases" / "paired.json"
target.write_text(json.dumps({"tests": tests, "intervals": intervals}, sort_keys=True) + "\n")

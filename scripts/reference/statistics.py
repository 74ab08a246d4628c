"""Cases of the distributions behind comparisons, by scipy: the studentised range, Dunnett's largest difference, intervals of rates.

    python3 scripts/reference/statistics.py        needs scipy; writes Tests/UnrollStatisticsTests/Cases/multiple.json
"""
import json
from pathlib import Path

import numpy as np
from scipy.integrate import dblquad
from scipy.stats import beta, chi, norm, studentized_range


def dunnett(t, counts, reference, freedom):
    """P(max T_i <= t) by an adaptive double integral, over the shared mean and the estimated deviation."""
    shares = np.array([np.sqrt(n / (n + reference)) for n in counts])

    def inner(z, s):
        scale = s * np.sqrt(freedom)
        return np.prod(norm.cdf((t * s + shares * z) / np.sqrt(1 - shares**2))) * norm.pdf(z) * chi.pdf(scale, freedom) * np.sqrt(freedom)

    low, high = chi.ppf([1e-13, 1 - 1e-13], freedom) / np.sqrt(freedom)
    return dblquad(inner, low, high, -8.5, 8.5, epsabs=1e-10, epsrel=1e-10)[0]


cases = {"range": [], "dunnett": [], "rate": []}
for groups, freedom in [(2, 2), (5, 10), (5, 45), (24, 48), (24, 216), (60, 120)]:
    for q in [0.5, 2.0, 3.5, 5.5]:
        cases["range"].append({"groups": groups, "freedom": freedom, "q": q, "p": float(studentized_range.cdf(q, groups, freedom))})
for counts, reference, freedom in [([3] * 4, 3, 10), ([5] * 4, 5, 20), ([3] * 23, 3, 48), ([3, 5, 10], 4, 18), ([1], 2, 3)]:
    for t in [0.3, 1.5, 2.45]:
        cases["dunnett"].append({"counts": counts, "reference": reference, "freedom": freedom, "t": t,
                                 "p": dunnett(t, counts, reference, freedom)})
for count, of in [(0, 3), (1, 3), (3, 3), (2, 10), (17, 40)]:
    low = 0.0 if count == 0 else float(beta.ppf(0.025, count, of - count + 1))
    high = 1.0 if count == of else float(beta.ppf(0.975, count + 1, of - count))
    cases["rate"].append({"count": count, "of": of, "low": low, "high": high})

target = Path(__file__).resolve().parents[2] / "Tests" / "UnrollStatisticsTests" / "Cases" / "multiple.json"
target.parent.mkdir(exist_ok=True)
target.write_text(json.dumps(cases, indent=1, sort_keys=True) + "\n")

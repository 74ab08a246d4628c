"""Cases of verdicts over made-up tables, from scipy's distributions and the equations of ARCHITECTURE.md.

    python3 scripts/reference/verdicts.py        needs scipy; writes Tests/UnrollStatisticsTests/Cases/verdicts.json
"""
import json
from pathlib import Path

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi, norm, studentized_range, t

nodes, weights = np.polynomial.legendre.leggauss(400)


def dunnett_quantile(counts, reference, freedom):
    """d with P(max T_i <= d) = 0.95, one-sided, by Gauss sums over the shared mean z and the estimated deviation s."""
    shares = np.array([np.sqrt(n / (n + reference)) for n in counts])
    low, high = chi.ppf([1e-12, 1 - 1e-12], freedom) / np.sqrt(freedom)
    s, ws = (high - low) / 2 * nodes + (high + low) / 2, (high - low) / 2 * weights
    z, wz = 8.5 * nodes, 8.5 * weights

    def probability(d):
        inside = np.ones((len(s), len(z)))
        for share in shares:
            inside *= norm.cdf((d * s[:, None] + share * z[None, :]) / np.sqrt(1 - share**2))
        return float((ws * chi.pdf(s * np.sqrt(freedom), freedom) * np.sqrt(freedom)) @ (inside @ (wz * norm.pdf(z))))

    return brentq(lambda d: probability(d) - 0.95, 0.5, 8)


def judged(tables, broke):
    """Verdicts, gaps, their errors, degrees of freedom and Tukey's halves."""
    values = [np.array(table["values"]) for table in tables]
    deviations = [np.std(v, ddof=1) if len(v) > 1 else None for v in values]
    spreads = [d for d, b in zip(deviations, broke) if not b and d]
    limit = 4 * np.median(spreads) if len(spreads) > 2 else np.inf
    out = [("broke" if b else "unstable" if d and d > limit else None) for d, b in zip(deviations, broke)]
    pool = [i for i, verdict in enumerate(out) if verdict is None]
    freedom = sum(len(values[i]) - 1 for i in pool)
    variance = sum((len(values[i]) - 1) * np.var(values[i], ddof=1) for i in pool if len(values[i]) > 1) / max(1, freedom)
    best = max(pool, key=lambda i: (values[i].mean(), -i)) if pool else None
    rows = [dict(verdict=verdict, gap=None) for verdict in out]
    for i in pool:
        if freedom < 8:
            rows[i]["verdict"] = "fewSeeds" if len(pool) > 1 else "top"
            continue
        if i == best:
            rows[i]["verdict"] = "top"
            continue
        seeds = variance * (1 / len(values[i]) + 1 / len(values[best]))
        u, v = np.array(tables[best]["influences"]), np.array(tables[i]["influences"])
        items = np.var(u - v, ddof=1) / len(u) if len(u) else 0.0
        error = np.sqrt(seeds + items)
        degrees = (seeds + items) ** 2 / (seeds**2 / freedom + (items**2 / (len(u) - 1) if len(u) else 0))
        gap = values[best].mean() - values[i].mean()
        others = [len(values[j]) for j in pool if j != i]
        hsu = dunnett_quantile(others, len(values[i]), degrees)
        tukey = studentized_range.ppf(0.95, len(pool), degrees) / np.sqrt(2)
        left = (gap / tukey) ** 2 - items
        rows[i] = dict(
            gap=gap, error=error, freedom=degrees, half=tukey * error, interval=t.ppf(0.975, degrees) * error, hsu=hsu,
            verdict="top" if gap <= hsu * error else "worse" if gap > tukey * error else "undecided",
            seeds=int(np.ceil(2 * variance / left)) if left > 0 else None)
    return rows, best


random = np.random.default_rng(7)
cases = []
for models, seeds, items, spread in [(5, 3, 0, 2.0), (5, 5, 40, 1.5), (3, 10, 200, 1.0), (8, 3, 60, 2.5), (2, 3, 0, 1.0), (2, 5, 30, 3.0), (6, 4, 0, 1.0),
                                     (4, 6, 25, 4.0), (5, 3, 0, 0.0), (12, 3, 0, 3.0)]:
    tables = []
    for index in range(models):
        count = seeds + (index % 2 if models == 8 else 0)
        wide = 30 if models == 6 and index == 2 else 1
        values = spread * random.normal() + wide * random.normal(size=count)
        influences = random.normal(size=items) * 3
        tables.append({"values": [round(float(v), 6) for v in values], "influences": [round(float(v), 6) for v in influences - influences.sum() / max(1, items)]})
    broke = [index == 1 and models == 12 for index in range(models)]
    rows, best = judged(tables, broke)
    cases.append({"models": tables, "broke": broke, "best": best, "rows": rows})

kinds = {row["verdict"] for case in cases for row in case["rows"]}
assert kinds == {"top", "worse", "undecided", "unstable", "broke", "fewSeeds"}, kinds
target = Path(__file__).resolve().parents[2] / "Tests" / "UnrollStatisticsTests" / "Cases" / "verdicts.json"
target.write_text(json.dumps(cases, sort_keys=True) + "\n")
print(sum(len(case["rows"]) for case in cases), "verdicts:", sorted(kinds))

"""Cases of verdicts over made-up tables, from scipy's distributions and the equations of ARCHITECTURE.md.

    python3 scripts/reference/verdicts.py        needs scipy; writes Tests/UnrollStatisticsTests/Cases/verdicts.json
"""
import json
from pathlib import Path

import numpy as np

from judging import Table

random = np.random.default_rng(7)
cases = []
for models, seeds, items, spread in [(5, 3, 0, 2.0), (5, 5, 40, 1.5), (3, 10, 200, 1.0), (8, 3, 60, 2.5), (2, 3, 0, 1.0), (2, 5, 30, 3.0), (6, 4, 0, 1.0),
                                     (4, 6, 25, 4.0), (5, 3, 0, 0.0), (12, 3, 0, 3.0), (7, 3, 0, 1.0)]:
    tables = []
    for index in range(models):
        count = seeds + (index % 2 if models == 8 else 0)
        # The first is unstable; the second lies beyond four times the median, and not beyond chance.
        wide = {(6, 2): 30, (7, 2): 5}.get((models, index), 1)
        values = spread * random.normal() + wide * random.normal(size=count)
        influences = random.normal(size=items) * 3
        tables.append({"values": [round(float(v), 6) for v in values], "influences": [round(float(v), 6) for v in influences - influences.sum() / max(1, items)]})
    broke = [index == 1 and models == 12 for index in range(models)]
    table = Table(tables, broke)
    if models == 7:
        spreads = [np.std(t["values"], ddof=1) for t in tables]
        assert spreads[2] > 4 * np.median(spreads) and table.out[2] is None, spreads
    cases.append({"models": tables, "broke": broke, "best": table.best, "rows": table.rows(),
                  "halves": [table.interval(i) for i in range(len(tables))]})

# Cross-validation: what a fold does to all models alike is no part of their differences. The last case lacks a fold of one model.
for models, folds, spread in [(4, 10, 1.0), (2, 10, 0.5), (3, 5, 3.0), (3, 4, 1.0)]:
    shared = 3 * random.normal(size=folds)
    tables = [{"values": [round(float(v), 6) for v in spread * random.normal() + shared + random.normal(size=folds)], "influences": [],
               "folds": list(range(1, folds + 1))} for _ in range(models)]
    if folds == 4:
        tables[1]["values"].pop()
        tables[1]["folds"].pop()
    table = Table(tables, [False] * models)
    assert table.is_paired == (folds > 4)
    cases.append({"models": tables, "broke": [False] * models, "best": table.best, "rows": table.rows(),
                  "halves": [table.interval(i) for i in range(len(tables))]})

kinds = {row["verdict"] for case in cases for row in case["rows"]}
assert kinds == {"top", "worse", "undecided", "unstable", "broke", "fewSeeds"}, kinds
target = Path(__file__).resolve().parents[2] / "Tests" / "UnrollStatisticsTests" / "Cases" / "verdicts.json"
target.write_text(json.dumps(cases, sort_keys=True) + "\n")
print(sum(len(case["rows"]) for case in cases), "verdicts:", sorted(kinds))

"""That the checker of reports sees a wrong digit, a wrong word and a wrong row, and passes right ones.

    python3 -m unittest discover -s scripts/checking        needs numpy and scipy
"""

import math
import sys
import unittest
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parent.parent / folder) for folder in ("checking", "reference")]

from details import cost, front, fronts  # noqa: E402
from over_tasks import families, holm, independent, signed_rank  # noqa: E402
from ranking import Ranking, between  # noqa: E402
from runs import Backend, unpacked  # noqa: E402
from selection import Selection  # noqa: E402
from shown import Rough, Tables, fits, sections  # noqa: E402


def backend(name, scores, lost=0):
    metric = {"name": "accuracy", "higherIsBetter": True, "unit": "percent"}
    finished = [{"status": "finished", "metrics": [metric], "scores": {"test": {"accuracy": score}}, "baselineScores": {"accuracy": 0.6}} for score in scores]
    return Backend(name, finished + [{"status": "failed", "metrics": [], "scores": {}}] * lost)


def ranking(*backends):
    return Ranking(backends, backends[0].records[0]["metrics"][0])


def candidate(name, development, test, place=0, lost=0):
    runs = backend("lstm", test, lost).records
    for seed, (run, score) in enumerate(zip(runs, development + [None] * lost)):
        run |= {"cell": {"backend": "lstm", "candidate": name, "seed": seed}, "order": {"task": 0, "backend": place}, "settings": {}}
        if score is not None:
            run["scores"]["development"] = {"accuracy": score}
    return runs


class Checking(unittest.TestCase):
    def test_digits(self):
        cell = [94.2049, " ± ", 0.1, " (3)"]
        self.assertTrue(fits("94.20 ± 0.10 (3)", cell) and fits("94.2049 ± 0.1 (3)", cell))
        for wrong in ["94.21 ± 0.10 (3)", "94.20 ± 0.11 (3)", "94.20 ± 0.10 (4)", "94.20 ± 0.10 (3) ▽", "194.20 ± 0.10 (3)", "–"]:
            self.assertFalse(fits(wrong, cell), wrong)
        self.assertTrue(fits("−1,234.6 to +0.4", [-1234.56, " to ", 0.41]) and not fits("1,234.6 to +0.4", [-1234.56, " to ", 0.41]))
        self.assertTrue(fits("1.2e+15", [1.2345e15]) and not fits("1.3e+15", [1.2345e15]) and fits("∞", [math.inf]))
        self.assertTrue(fits("0.52", [Rough(0.5, 0.02)]) and not fits("0.53", [Rough(0.5, 0.02)]))

    def test_tables(self):
        text = "| a | b |\n| - | - |\n| `x\\|y` | 1 |\n\nwords\n\n<details>\n<summary>More</summary>\n\n| c |\n| - |\n| 2 |\n\n</details>\n"
        tables = Tables(text)
        self.assertEqual(tables.pop(0), (["a", "b"], [["`x|y`", "1"]]))
        self.assertEqual(tables.pop("More"), (["c"], [["2"]]))
        self.assertEqual(tables.pop(0), (None, []))
        self.assertEqual(sections("# t\n## One\nx\n### a\ny\n## Two\nz", "##"), {"One": "\nx\n### a\ny\n", "Two": "\nz"})

    def test_packed_numbers(self):
        """3 and 0 with one lower bit each: 101 00, a zero behind them, sign 40 of base64."""
        self.assertEqual(list(unpacked("2 1 o")), [3, 0])

    def test_quantiles_between_degrees(self):
        self.assertEqual(between(lambda f: f, 7), 7)
        self.assertAlmostEqual(between(lambda f: 1 / f, 7.3), 1 / 7.3)
        self.assertAlmostEqual(between(lambda f: 1 / f, 500), 1 / 500)

    def test_verdicts(self):
        """As `ReportTests.verdictsByHand`: Tukey's bound is 0.02306, Dunnett's 0.0186."""
        scores = [0.90, 0.91, 0.92, 0.93, 0.94]
        for gap, verdict in [(0.024, "worse by 0.1 to 4.7"), (0.02, "undecided (about 7 seeds)"), (0.018, "**top group**")]:
            table = ranking(backend("a", scores), backend("b", [s - gap for s in scores]))
            self.assertTrue(fits(verdict, table.verdict(table.backends[1])), table.verdict(table.backends[1]))
        table = ranking(backend("a", scores), backend("b", scores[:4], lost=1), backend("c", [0.9] * 5))
        self.assertEqual("".join(table.verdict(table.backends[1])), "broke, 4 of 5 seeds work (95 %: 28 to 99 % of seeds)")
        self.assertTrue(fits("91.5 ± 1.3 (4 of 5)", table.cell(table.backends[1])))

    def test_folds(self):
        """As `FoldTests.verdictsFoldByFold`: models are compared fold by fold, a mean stands by itself."""
        hard = [0.70 + 0.02 * place for place in range(10)]
        other = [score - 0.01 + (0.005 if place % 2 == 0 else -0.005) for place, score in enumerate(hard)]
        backends = [backend("a", hard), backend("b", other)]
        for each in backends:
            for fold, run in enumerate(each.records, 1):
                run["settings"] = {"data": {"folds": 10, "fold": fold}}
        table = ranking(*(Backend(each.name, each.records) for each in backends))
        self.assertTrue(fits("worse by 0.5 to 1.5", table.verdict(table.backends[1])), table.verdict(table.backends[1]))
        self.assertTrue(fits("72.7 to 85.3", table.interval(table.backends[0])), table.interval(table.backends[0]))

    def test_selection(self):
        """As `SelectionTests`: the best mean on development, the first of equal ones; what broke only where all did."""
        chosen = lambda *candidates: Selection(sum(candidates, [])).chosen.name  # noqa: E731
        a, b = candidate("a", [0.90, 0.80], [0.99, 0.99]), candidate("b", [0.84, 0.88], [0.7, 0.72], place=1)
        self.assertEqual(chosen(a, b), "b")
        self.assertEqual(chosen(candidate("b", [0.85], [0.7], place=1), candidate("a", [0.85], [0.8])), "a")
        lost, below = candidate("c", [0.95], [0.95], 2, lost=1), candidate("d", [0.95, 0.58], [0.9, 0.9], 3)
        self.assertEqual([chosen(lost, b), chosen(below, b), chosen(lost, below), chosen(candidate("e", [0.99], [0.99], 4), b)], ["b", "b", "c", "b"])
        selection, metric = Selection(a + b + candidate("f", [], [], 5, lost=2)), a[0]["metrics"][0]
        row = selection.row("lstm", metric, metric, lambda metric: Ranking([], metric))
        right = ["`lstm`", "`b`", "3", "86.0 ± 2.8 (2)", "71.0 ± 1.4 (2)", "71.0 – 99.0 (1 without a score)"]
        self.assertTrue(all(fits(cell, parts) for cell, parts in zip(right, row, strict=True)), row)
        self.assertFalse(fits("`a`", row[1]) or fits("2", row[2]) or fits("70.0 – 99.0 (1 without a score)", row[5]))

    def test_costs(self):
        self.assertTrue(fits("84,800 ± 3,200 (2)", cost([82_510.0, 87_049.0])) and not fits("84,900 ± 3,200 (2)", cost([82_510.0, 87_049.0])))
        self.assertTrue(fits("16.31 ± 0.62 (2)", cost([15.87, 16.75])) and fits("12,300 (n = 1)", cost([12_345.0])) and cost([]) == ["–"])

    def test_fronts(self):
        """Of equal scores the cheaper is on the front; what is dearer and worse is not."""
        table = ranking(backend("a", [0.9, 0.92]), backend("b", [0.8, 0.82]), backend("c", [0.9, 0.92]), backend("d", [0.7, 0.72]))
        for b, parameters in zip(table.backends, (300, 100, 200, 150)):
            for run in b.records:
                run["cost"] = {"parameters": parameters}
        self.assertEqual([b.name for _, _, b in front(table, "parameters", -1)], ["b", "c"])
        self.assertEqual([b.name for _, _, b in front(table, "parameters", 1)], ["a"])
        self.assertIsNone(front(table, "stateFloats", -1))
        for jobs, labels in [((2, 2), ["parameters", "seconds of a run"]), ((2, 1), ["parameters"]), ((None, None), ["parameters"])]:
            for b in table.backends:
                for run, own in zip(b.records, jobs):
                    run["cost"]["seconds"], run["environment"] = run["cost"]["parameters"], {"cpu": "a"} | ({"jobs": own} if own else {})
            self.assertEqual([row[0] for row in fronts(table, table.backends)], [[label] for label in labels], "times compare where all runs had as much")

    def test_tables_under_one_summary(self):
        text = "<summary>x</summary>\n| a |\n| -: |\n| 1 |\n\n| b |\n| -: |\n| 2 |\n| 3 |\n</details>"
        self.assertEqual(Tables(text).all("x"), [(["a"], [["1"]]), (["b"], [["2"], ["3"]])])

    def test_halving(self):
        """As `HalvingTests`: what comes after a rung plays no part, what was lost before it comes last, and all wait for all."""
        def runs(curves, rungs, status=("finished",) * 3):
            records = []
            for place, (curve, state) in enumerate(zip(curves, status)):
                (run,) = candidate(f"c{place}", [max(curve)], [curve[-1]], place)
                run["cell"]["search"] = {"rungs": rungs, "runs": len(curves)}
                run["curve"] = [{"epoch": epoch, "development": {"accuracy": score}} for epoch, score in enumerate(curve, 1)]
                records.append(run | {"status": state} | ({} if state == "finished" else {"scores": {"development": {"accuracy": max(curve)}}}))
            return Selection(records)

        def stopped(*arguments):
            return [c.stopped for c in runs(*arguments).candidates]

        self.assertEqual(stopped([[0.9, 0.1, 0.1], [0.5, 0.95, 0.1], [0.6, 0.92, 0.99]], [2, 3]), [2, None, 2])
        self.assertEqual(stopped([[0.7, 0.1], [0.7, 0.9], [0.7, 0.9]], [1, 2]), [None, 1, 1])
        curves = [[0.9, 0.9, 0.9], [0.8, 0.8, 0.8], [0.7, 0.7, 0.7]]
        self.assertEqual(stopped([curves[0][:1], *curves[1:]], [2, 3], ["diverged", "finished", "finished"]), [2, None, 2])
        self.assertEqual(stopped([curves[0][:2], *curves[1:]], [2, 3], ["stopped", "finished", "finished"]), [None, 2, 2])
        self.assertEqual(stopped([curves[0], curves[1][:1], curves[2]], [2, 3], ["finished", "stopped", "finished"]), [None] * 3)
        selection = runs([[0.6, 0.99], [0.8, 0.7], [0.7, 0.9]], [1, 2])
        self.assertEqual((selection.chosen.name, selection.epochs()), ("c1", (4, 6)))
        self.assertEqual([c.records[0]["scores"] for c in selection.candidates if c.stopped],
                         [{"development": {"accuracy": 0.6}}, {"development": {"accuracy": 0.7}}])

    def test_families(self):
        def run(task, **data):
            return {"cell": {"task": task}, "settings": {"data": data, "training": {"clip": 1}}}

        records = [run("copy 10", name="copying", length=10), run("copy 20", name="copying", length=20), run("tags", name="ewt")]
        self.assertEqual(list(families(records)), [{"copy 10", "copy 20"}])
        self.assertEqual(independent(["copy 10", "tags", "copy 20"], families(records)), [["copy 10", "copy 20"], ["tags"]])

    def test_ranks(self):
        self.assertEqual(signed_rank(np.array([1.0, 2, 3, 4, 5, 6])), 2 / 64)
        self.assertEqual(signed_rank(np.array([1.0, 1, -1])), 1.0)
        self.assertEqual([round(p, 12) for p in holm([0.03, 0.01, 0.04])], [0.06, 0.03, 0.06])


if __name__ == "__main__":
    unittest.main()

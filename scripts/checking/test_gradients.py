"""That the checker reads what a report says of gradients, and sees what is wrong with it."""

import sys
import unittest
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent.parent / folder) for folder in ("checking", "reference")]

import gradients  # noqa: E402
from ranking import Ranking  # noqa: E402
from runs import Backend  # noqa: E402
from shown import Findings, fits  # noqa: E402

METRIC = {"name": "accuracy", "higherIsBetter": True, "unit": "percent"}
REPORT = """
### tags

- **Before training** the gradient vanishes in `lstm` (under 1 % 2 steps back).
- **After training** the gradient holds in `lstm` (0.25 times as large 2 steps back).
- **Gates** stand open, in the mean before → after training: `lstm` 0.50 → 0.50 (forget).

| backend | effective memory | spectral radius | growth a step | largest norm | steps clipped |
| - | - | - | - | - | - |
| `lstm` | 2 → 2–over 2 | 0.50 → 1.00–1.25 | 0.50 → 1.00 | 3.0 | 75 % |

<details>
<summary>Gates</summary>

| backend | gate | mean | shut (below 0.05) | open (above 0.95) |
| - | - | - | - | - |
| `lstm` | forget | 0.50 → 0.50 | 0.00 → 0.00 | 0.00 → 0.25–0.50 |

</details>
"""


def diagnosis(shares, growth, radius, opened=0.0):
    return {"gradients": [{"name": "input", "shares": shares}], "jacobian": {"singularValues": [1.0, growth**2], "distances": [1, 2]},
            "recurrences": [{"spectralRadius": 0.1}, {"spectralRadius": radius}],
            "gates": [{"name": "forget", "mean": 0.5, "shut": 0.0, "open": opened}]}


def run(before, after, norms, clip=1, status="finished", score=0.9):
    steps = {"steps": len(norms), "largest": max(norms), "clipped": sum(norm > clip > 0 for norm in norms)}
    return {"status": status, "metrics": [METRIC], "scores": {"test": {"accuracy": score}} if status == "finished" else {},
            "baselineScores": {"accuracy": 0.6}, "settings": {"seed": score, "training": {"clip": clip}},
            "curve": [{"gradients": steps}], "diagnosis": {"before": before, "after": after}}


def lstm():
    """As `GradientsSectionTests`."""
    return Backend("lstm", [run(diagnosis([1.0, 0.1, 0.001], 0.5, 0.5), diagnosis([1.0, 0.5, last], 1.0, 0.75 + opened, opened), [0.5, 2, 3, 1.5 + opened])
                            for last, opened in ((0.002, 0.25), (0.5, 0.5))])


class Gradients(unittest.TestCase):
    def complaints(self, text, *backends):
        report = Findings("demo")
        report.sections, report.tasks = {"Gradients": text}, {"tags": None}
        gradients.check(report, {"tags": backends})
        return report.complaints

    def test_what_is_right_and_what_is_not(self):
        self.assertEqual(self.complaints(REPORT, lstm()), [])
        for right, wrong in [("2–over 2", "over 2"), ("1.25", "1.26"), ("75 %", "74 %"), ("3.0", "3.1"), ("0.25 times", "0.26 times"),
                             ("under 1 % 2", "under 1 % 3"), ("holds", "explodes"), ("0.25–0.50", "0.25–0.51"), ("- **Gates** stand", "**Gates** stand"),
                             ("### tags", "### tag"), ("`lstm` | forget", "`lstm` | output")]:
            self.assertEqual(REPORT.count(right), 1)
            self.assertNotEqual(self.complaints(REPORT.replace(right, wrong), lstm()), [], wrong)
        self.assertEqual(self.complaints("", Backend("lstm", [run(None, None, [1]) | {"diagnosis": None}])), [])
        self.assertNotEqual(self.complaints("", lstm()), [])

    def test_clipping_and_scores(self):
        explodes, vanishes = diagnosis([1.0, 30.0, 200.0], 1, 1), diagnosis([1.0, 0.1, 0.004], 1, 1)
        tamed = Backend("tamed", [run(explodes, explodes, [40_000, 2], score=score) for score in (0.9, 0.8)])
        wild = Backend("wild", [run(explodes, None, [40_000, 2], clip=0, status="diverged") for _ in range(2)])
        short = Backend("short", [run(vanishes, vanishes, [3, 2], clip=2, score=score) | {"settings": {"model": 1}} for score in (0.3, 0.4)])
        backends = [gradients.Diagnosed(b) for b in (tamed, wild, short)]
        said = gradients.sentences(backends, Ranking([tamed, short], METRIC))
        right = ["**Before training** the gradient vanishes in `short` (under 1 % 2 steps back); it explodes in `tamed` (200 times as large 2 steps back) and "
                 "`wild` (200 times).",
                 "**After training** the gradient vanishes in `short` (under 1 % 2 steps back); it explodes in `tamed` (200 times as large 2 steps back).",
                 "**Clipping** is all that tells `tamed` (to 1) and `wild` (none) apart: the largest norm of a gradient is 40,000 and 40,000; what is left of it "
                 "for a step at most 1.0 and 40,000; runs that finish are 2 of 2 and 0 of 2; mean test accuracy is 85.0 % and –.",
                 "**Gates** stand open, in the mean before → after training: `tamed` 0.50 → 0.50 (forget), `wild` 0.50 (forget), `short` 0.50 → 0.50 (forget).",
                 "**Scores**: where the gradient vanishes before training, the mean test accuracy of a backend is 35.0 %; where it does not, 85.0 %."]
        self.assertEqual(len(said), len(right))
        for line, forms in zip(right, said):
            self.assertTrue(any(fits(line, parts) for parts in forms), line)
        for line, wrong in [(2, right[2].replace("40,000; what", "60,000; what")), (2, right[2].replace("0 of 2", "1 of 2")), (4, right[4].replace("85.0 %", "85.1 %"))]:
            self.assertFalse(any(fits(wrong, parts) for parts in said[line]), wrong)
        mild = Backend("mild", [run(explodes, explodes, [3, 2], score=score) for score in (0.7, 0.8)])
        forms = gradients.scores([gradients.Diagnosed(b) for b in (tamed, mild, short)], Ranking([tamed, mild, short], METRIC))
        wide = right[4].replace("85.0 %", "75.0 to 85.0 %")
        self.assertTrue(any(fits(wide, parts) for parts in forms))
        self.assertFalse(any(fits(right[4].replace("85.0 %", "75.0 %"), parts) for parts in forms), "two means are no single one")
        self.assertIsNone(gradients.fate([1.0]))


if __name__ == "__main__":
    unittest.main()

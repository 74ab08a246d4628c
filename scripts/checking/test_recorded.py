"""That the checker reads what a report takes from records as it is, and sees what is wrong with it."""

import sys
import unittest
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent.parent / folder) for folder in ("checking", "reference")]

from recorded import Recorded, scope  # noqa: E402
from ranking import Ranking  # noqa: E402
from runs import Backend, flat  # noqa: E402
from selection import Selection  # noqa: E402
from shown import Findings  # noqa: E402

METRIC = {"name": "accuracy", "higherIsBetter": True, "unit": "percent"}
SECTIONS = {
    "Failed and diverged runs": """
1 run of 3 left no scores: 0 failed, 1 diverged. Means and tests above stand for the others.

| task | backend | seed | what | step | first bad tensor | why | identity |
| - | - | - | - | - | - | - | - |
| tags | `gru` | 1 | diverged | 1,200 | `loss` | it is no number | `gru1` |
""",
    "Discretisation error": """
### tags

| method | time step | error of one step | diverged | test accuracy (%) ↑ |
| - | - | - | - | - |
| zoh | 0.1 | 1e-15 | 0 of 2 | 85.0 ± 7.1 (2) |
| euler | 0.1 | 0.25 | 1 of 1 | – |
""",
    "Settings": """
Common to all runs. What is not listed here or below has its default (`unroll list --verbose`):

| setting | value |
| - | - |
| `training.inputs` | `[words, {input: capitals, width: 8}]` |
| `training.rate` | `0.1` |

Different between backends:

| backend | settings |
| - | - |
| `lstm` | `backend.layers: 2` |
| `gru` | `backend.discretisation: euler`, `backend.layers: 1` |

Seeds: 1, 2.

<details>
<summary>Parameter groups</summary>

| task | backend | group | learning-rate factor | weight decay | parameters |
| - | - | - | - | - | - |
| tags | `lstm` | matrices | 0.1 | yes | 40,000 |

</details>
""",
    "Provenance": """
Data:

| task | data set | version | licence | digest | train | development | test | vocabulary | classes | `<unk>` (%) |
| - | - | - | - | - | - | - | - | - | - | - |
| tags | corpus | 2.1 | CC0 | `abababababab` | 12,000 | – | 1,600 | 9,000 | 41 | 0.00 / 0.00 / 3.12 |

- tags: a class without an item

Programs and machines:

| processor | system | libraries | unroll | commit | build | runs at a time | runs |
| - | - | - | - | - | - | - | - |
| CPU | Linux x86\\_64 | gsl 2.7 | 1.0 | `0123` | `aec93dd7` | 2 | 3 |

<details>
<summary>Identities of all 3 records</summary>

| task | backend | seed | status | identity |
| - | - | - | - | - |
| tags | `lstm` | 1 | finished | `lstm1` |
| tags | `lstm` | 2 | finished | `lstm2` |
| tags | `gru` | 1 | diverged | `gru1` |

</details>
""",
}


def run(backend, seed, score, error, **settings):
    record = {
        "identity": f"{backend}{seed}", "status": "finished", "metrics": [METRIC], "scores": {"test": {"accuracy": score}, "development": {"accuracy": score}},
        "baselineScores": {"accuracy": 0.6}, "cell": {"task": "tags", "backend": backend, "seed": seed},
        "settings": {"seed": seed, "training": {"rate": 0.1, "inputs": ["words", {"width": 8.0, "input": "capitals"}]}, "backend": settings},
        "measurements": {"time step": 0.1, "discretisation error": error},
        "groups": [{"name": "matrices", "learningRateFactor": 0.1, "weightDecay": True, "count": 40_000}],
        "data": {"name": "corpus", "version": "2.1", "licence": "CC0", "digest": "ab" * 32, "sizes": {"train": 12_000, "test": 1_600}, "vocabulary": 9_000,
                 "classes": 41, "remarks": ["a class without an item"], "unknownShares": {"train": 0, "test": 0.0312}},
        "environment": {"cpu": "CPU", "system": "Linux x86_64", "libraries": {"gsl": "2.7"}, "version": "1.0", "commit": "0123", "build": "aec93dd7bb55", "jobs": 2,
                        "load": seed / 2},
    }
    if score is None:
        record |= {"status": "diverged", "scores": {}, "failure": {"message": "it is no number", "step": 1200, "tensor": "loss"}}
    return record


class Recording(unittest.TestCase):
    def complaints(self, sections):
        report = Findings("demo")
        report.records = [run("lstm", 1, 0.9, 1e-15, layers=2), run("lstm", 2, 0.8, 1e-16, layers=2), run("gru", 1, None, 0.25, layers=1, discretisation="euler")]
        own = {name: [r for r in report.records if r["cell"]["backend"] == name] for name in ("lstm", "gru")}
        report.backends, report.selections = list(own), {"tags": {name: Selection(runs) for name, runs in own.items()}}
        backends = [Backend(name, runs) for name, runs in own.items()]
        report.tasks, report.sections = {"tags": Ranking(backends, METRIC)}, sections
        Recorded(report, {"tags": backends})
        return report.complaints

    def test_what_is_right_and_what_is_not(self):
        self.assertEqual(self.complaints(SECTIONS), [])
        for title, right, wrong in [
                ("Failed and diverged runs", "1 run of 3", "1 run of 4"), ("Failed and diverged runs", "1,200", "1,201"),
                ("Failed and diverged runs", "it is no", "it was no"), ("Discretisation error", "0.25", "0.26"), ("Discretisation error", "1 of 1", "0 of 1"),
                ("Discretisation error", "85.0", "85.1"), ("Settings", "`0.1`", "`0.2`"), ("Settings", "width: 8", "width: 9"),
                ("Settings", "`backend.layers: 2`", "–"), ("Settings", "Seeds: 1, 2", "Seeds: 1, 3"), ("Settings", "40,000", "40,001"),
                ("Settings", "| 0.1 | yes", "| 0.2 | yes"), ("Settings", "Parameter groups", "Groups"), ("Provenance", "12,000", "12,001"),
                ("Provenance", "3.12", "3.13"), ("Provenance", "without an item", "without two"), ("Provenance", "| 2 | 3 |", "| 2 | 4 |"),
                ("Provenance", "aec93dd7", "aec93dd8"), ("Provenance", "| `lstm2`", "| `lstm3`"), ("Provenance", "1 | diverged", "1 | finished")]:
            self.assertEqual(SECTIONS[title].count(right), 1, right)
            self.assertNotEqual(self.complaints(SECTIONS | {title: SECTIONS[title].replace(right, wrong)}), [], wrong)
        for title in SECTIONS:
            self.assertNotEqual(self.complaints({name: text for name, text in SECTIONS.items() if name != title}), [], title)

    def test_scopes(self):
        rows = [(task, backend, flat({"a": 1, "b": task, "c": backend, "d": task + backend, "e": place, **({"f": 1} if task == "x" else {})}))
                for place, (task, backend) in enumerate([("x", "m"), ("x", "n"), ("y", "m"), ("y", "n"), ("y", "n")])]
        self.assertEqual([scope(key, rows) for key in "abcdef"], ["common", "task", "backend", "cell", "seed", "task"])
        self.assertEqual(flat({"a": {"b": 1.0, "c": True}, "d": [0.5, {"f": "x", "e": 1e-08}]}), {"a.b": "1", "a.c": "true", "d": "[0.5, {e: 1e-08, f: x}]"})


if __name__ == "__main__":
    unittest.main()

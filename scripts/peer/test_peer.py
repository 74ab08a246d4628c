"""Tests of the PyTorch side: `python3 -m unittest discover -s scripts/peer`; those of its models need torch."""
import copy
import json
import os
import sys
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).parent))
import quick
import settings

try:
    import torch
except ModuleNotFoundError:
    torch = None
else:
    import models
RUNS = Path(__file__).resolve().parents[2] / "Reports" / "quick" / "runs.jsonl"


def records():
    return [json.loads(line) for line in RUNS.read_text().splitlines()[1:]]


class Settings(unittest.TestCase):
    def setUp(self):
        self.records = [record["settings"] for record in records()]

    def test_the_quick_study_is_implemented(self):
        self.assertEqual({s["backend"]["backend"] for s in self.records}, set(settings.ONLY["backend"]["backend"]))
        for found in self.records:
            settings.check(found)

    def test_what_is_not_implemented_ends_the_run(self):
        for part, key, value in [
                ("training", "optimiser", "sgd"), ("training", "weight_decay", 0.1), ("training", "schedule", "plateau"),
                ("training", "warmup", 10), ("training", "patience", 2), ("training", "evaluations", 2), ("backend", "layers", 2),
                ("backend", "dropout", 0.1), ("backend", "newcomer", 1), ("model", "newcomer", 1), ("data", "name", "newcomer"),
                ("data", "max_length", 20)]:
            found = copy.deepcopy(self.records[0])
            found[part][key] = value
            with self.subTest(key=key), self.assertRaisesRegex(SystemExit, rf"^{part}\.{key} "):
                settings.check(found)


@unittest.skipUnless(torch, "torch is not installed")
class Models(unittest.TestCase):
    def test_the_quick_study_has_models_of_the_same_size(self):
        for record in records():
            found, data, kind = record["settings"], record["data"], record["cell"]["harness"]
            with torch.device("meta"):  # sizes without values
                model = models.SequenceModel(found, data["vocabulary"], data.get("classes", data["vocabulary"]), kind)
            with self.subTest(cell=record["cell"]):
                self.assertEqual(sum(p.numel() for p in model.parameters()), record["cost"]["parameters"])

    def test_channels_take_the_time_steps_in_turn(self):
        # [width, time_steps, entries of log_dt]
        for width, asked, steps in [(5, 3, 3), (5, 0, 5), (3, 8, 3), (4, 1, 1)]:
            options = {"state": 6, "dt_min": 0.01, "dt_max": 1, "time_steps": asked}
            layer, alone = models.DenseStateSpace(width, options), models.DenseStateSpace(1, options)
            self.assertEqual(len(layer.log_dt), steps)
            u, x0 = torch.randn(7, 2, width), torch.randn(2, width, 6)
            y, final = layer(u, x0)
            for h in range(width):
                for name, values in [("c", layer.c[h:h + 1]), ("d", layer.d[h:h + 1]), ("log_dt", layer.log_dt[h % steps:][:1])]:
                    getattr(alone, name).data = values.detach()
                own, own_final = alone(u[..., h:h + 1], x0[:, h:h + 1])
                with self.subTest(width=width, time_steps=asked, channel=h):
                    torch.testing.assert_close(y[..., h:h + 1], own, rtol=1e-4, atol=1e-4)
                    torch.testing.assert_close(final()[:, h:h + 1], own_final(), rtol=1e-4, atol=1e-4)


class Data(unittest.TestCase):
    def test_the_folder_is_that_of_the_scripts(self):
        for variables, folder in [
                ({"UNROLL_DATA": "/a", "UNROLL_DATA_DEFAULT": "/b", "XDG_CACHE_HOME": "/c"}, "/a"),
                ({"UNROLL_DATA": "", "UNROLL_DATA_DEFAULT": "/b", "XDG_CACHE_HOME": "/c"}, "/b"),
                ({"XDG_CACHE_HOME": "/c"}, "/c/unroll"), ({"HOME": "/d"}, "/d/.cache/unroll")]:
            with mock.patch.dict(os.environ, variables, clear=True):
                self.assertEqual(quick.data_folder(), folder)


if __name__ == "__main__":
    unittest.main()

"""Tests of what the PyTorch side needs no torch for: `python3 -m unittest discover -s scripts/peer`."""
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

RECORDS = Path(__file__).resolve().parents[2] / "Reports" / "quick" / "records"


class Settings(unittest.TestCase):
    def setUp(self):
        self.records = [json.loads(path.read_text())["settings"] for path in sorted(RECORDS.glob("*.json"))]

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

"""Tests of what makes the performance report: `python3 -m unittest discover -s scripts/speed`.

fixture/ holds invented measurements of few cases and expected.md, the report that they give. After a change that is meant,
write it anew with UNROLL_SNAPSHOTS=write.
"""
import os
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import comparison
import growth
import lines
import rendering
from markdown import number, span

FIXTURE = Path(__file__).with_name("fixture")
# Stands for `unroll draw SOURCE TARGET`: the figure is what it was to be drawn from.
COPY = '#!/bin/sh\ncp "$2" "$3"\n'


class Rendering(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.drawer = self.folder / "drawer"
        self.drawer.write_text(COPY)
        self.drawer.chmod(0o755)

    def rendered(self, name):
        target = self.folder / name
        rendering.write(FIXTURE, target, self.drawer, FIXTURE / "cases.json")
        return {path.relative_to(target): path.read_bytes() for path in target.rglob("*") if path.is_file()}

    def test_same_lines_give_same_bytes(self):
        first = self.rendered("first")
        self.assertEqual(first, self.rendered("second"))
        self.assertEqual(first, self.rendered("first"), "rendering over an earlier report changes it")
        self.assertIn(Path("performance/length-others.svg"), first)

    def test_report_is_the_expected_one(self):
        report = self.rendered("report")[Path("performance.md")].decode()
        expected = FIXTURE / "expected.md"
        if os.environ.get("UNROLL_SNAPSHOTS") == "write":
            expected.write_text(report)
        self.assertEqual(report.splitlines(), expected.read_text().splitlines())

    def test_only_own_figures_are_replaced(self):
        place = self.folder / "kept" / "performance"
        place.mkdir(parents=True)
        for name in ["mine.svg", "batch-scans.svg"]:
            (place / name).write_text("earlier")
        found = self.rendered("kept")
        self.assertEqual(found[Path("performance/mine.svg")], b"earlier")
        self.assertNotIn(Path("performance/batch-scans.svg"), found, "a figure that the lines no longer give stays")

    def test_figures_stay_when_drawing_fails(self):
        before = self.rendered("failing")
        self.drawer.write_text("#!/bin/sh\necho no ink >&2; exit 1\n")
        with self.assertRaisesRegex(lines.Failure, "no ink"):
            self.rendered("failing")
        target = self.folder / "failing"
        after = {path.relative_to(target): path.read_bytes() for path in target.rglob("*") if path.is_file()}
        self.assertEqual(before, after)


class Lines(unittest.TestCase):
    def test_a_piece_replaces_only_its_own_lines(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            lines.save(folder, "speed", [{"name": name, "ms": 1} for name in "abab"], {"commit": "one"}, False)
            lines.save(folder, "speed", [{"name": "a", "ms": 2}, {"name": "c", "ms": 2}], {"commit": "two"}, True)
            part = lines.read_part(folder, "speed")
            self.assertEqual([(line["name"], line["ms"]) for line in part.lines], [("a", 2), ("b", 1), ("b", 1), ("c", 2)])
            commits = [part.origins[line["from"]]["commit"] for line in part.lines]
            self.assertEqual(commits, ["two", "one", "one", "two"])
            lines.save(folder, "speed", [{"name": "b", "ms": 3}], {"commit": "two"}, True)
            self.assertEqual([o["commit"] for o in lines.read_part(folder, "speed").origins.values()], ["two"])

    def test_lines_without_origin_are_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "start.jsonl").write_text('{"command": "unroll list", "ms": [1]}\n')
            with self.assertRaisesRegex(lines.Failure, "measured on"):
                lines.read(Path(folder))


class Numbers(unittest.TestCase):
    def test_leading_digits(self):
        for value, text in [(0, "0"), (None, "–"), (1234567, "1,230,000"), (123.4, "123"), (12.34, "12.3"), (0.012344, "0.0123"),
                            (1000, "1,000"), (-2.5, "-2.50")]:
            self.assertEqual(number(value), text)
        self.assertEqual(number(1234.5, 4), "1,234")

    def test_span(self):
        self.assertEqual(span([3, 1, 2]), "1.00–3.00")
        self.assertEqual(span([1]), "–")

    def test_exponent_of_a_power(self):
        for power in [-1, 0, 0.5, 2]:
            found = growth.exponent([(x, 3 * x ** power) for x in (1, 10, 50, 700)])
            self.assertAlmostEqual(found, power, places=12)
        self.assertIsNone(growth.exponent([(5, 5)]))

    def test_exponent_is_the_least_squares_one(self):
        # In powers of two (0, 0), (1, 2), (2, 1): mean slope 1/2.
        self.assertAlmostEqual(growth.exponent([(1, 1), (2, 4), (4, 2)]), 0.5, places=12)

    def test_multiply_adds(self):
        case = {"backend": "lstm", "embed": 3, "hidden": 5, "classes": 7, "layers": 2, "bidirectional": True}
        # 2 directions of 4 gates: 5 (3 + 5) in the first layer, 5 (10 + 5) in the second; 10 · 7 in the output.
        self.assertEqual(comparison.multiply_adds(case), 8 * 40 + 8 * 75 + 70)
        self.assertIsNone(comparison.multiply_adds(case | {"backend": "newcomer"}))


if __name__ == "__main__":
    unittest.main()

"""That the count of doc comments leaves out what nobody wrote, and names what lacks one."""

import contextlib
import io
import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import check_docs  # noqa: E402


def symbol(name, line=None, comment=True):
    made = {"identifier": {"precise": name}, "pathComponents": name.split(".")}
    if line is not None:
        made["location"] = {"uri": "file:///home/x/Sources/UnrollCore/Value.swift", "position": {"line": line - 1}}
    return made | ({"docComment": {"lines": []}} if comment else {})


def graph(*symbols, defaults=()):
    return {"symbols": symbols, "relationships": [{"kind": "defaultImplementationOf", "source": name, "target": "P"} for name in defaults]}


class Docs(unittest.TestCase):
    def run_on(self, *graphs):
        out = io.StringIO()
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(out):
            for number, made in enumerate(graphs):
                (Path(folder) / f"{number}.symbols.json").write_text(json.dumps(made))
            try:
                check_docs.main(folder)
            except SystemExit as end:
                return out.getvalue(), end.code
        return out.getvalue(), None

    def test_what_counts(self):
        made = graph(symbol("A", 1), symbol("A.synthesised", comment=False), symbol("P.default", 9, comment=False), defaults=["P.default"])
        self.assertEqual([s["pathComponents"] for s in check_docs.counted(made)], [["A"]])
        self.assertEqual(self.run_on(made), ("1 of 1 public declarations have a doc comment (100.0%)\n", None))

    def test_bare_ones_are_named(self):
        said, code = self.run_on(graph(symbol("A", 1), symbol("A.b", 12, comment=False)))
        self.assertEqual(said.splitlines()[0], "Sources/UnrollCore/Value.swift:12: A.b has no doc comment")
        self.assertIn("at least 95%", code)

    def test_limit(self):
        most = [symbol(f"A{number}", number) for number in range(1, 20)]
        self.assertIsNone(self.run_on(graph(*most), graph(symbol("B", 1, comment=False)))[1])
        self.assertIn("at least 95%", self.run_on(graph(*most[1:]), graph(symbol("B", 1, comment=False)))[1])

    def test_no_graphs(self):
        self.assertIn("no symbol graphs", self.run_on()[1])


if __name__ == "__main__":
    unittest.main()

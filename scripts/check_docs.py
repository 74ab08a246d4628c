#!/usr/bin/env python3
"""Counts which public declarations of the library have a doc comment.

    scripts/check_docs.py FOLDER        FOLDER holds symbol graphs, as scripts/docs makes them

Counted is what is written in Sources: not what the compiler adds, which stands nowhere, nor the default implementation of a requirement, which has
the requirement's comment. Names those without one by file and line, and ends with 1 where fewer than 95 % have one.
"""

import json
import sys
from pathlib import Path

least = 0.95


def counted(graph):
    """The declarations of a graph that ought to have a comment."""
    defaults = {r["source"] for r in graph["relationships"] if r["kind"] == "defaultImplementationOf"}
    return [s for s in graph["symbols"] if "location" in s and s["identifier"]["precise"] not in defaults]


def place(symbol):
    """File and line, as compilers print them."""
    location = symbol["location"]
    return location["uri"].split("/Sources/")[-1], location["position"]["line"] + 1


def bare(symbols):
    """A line for each that has no comment."""
    lines = sorted((*place(s), ".".join(s["pathComponents"])) for s in symbols if "docComment" not in s)
    return [f"Sources/{file}:{line}: {name} has no doc comment" for file, line, name in lines]


def main(folder):
    graphs = [json.loads(path.read_text()) for path in sorted(Path(folder).glob("*.symbols.json"))]
    symbols = [symbol for graph in graphs for symbol in counted(graph)]
    if not symbols:
        sys.exit(f"check_docs.py: {folder} has no symbol graphs")
    missing = bare(symbols)
    print(*missing, sep="\n", end="\n" if missing else "")
    share = 1 - len(missing) / len(symbols)
    print(f"{len(symbols) - len(missing)} of {len(symbols)} public declarations have a doc comment ({share:.1%})")
    if share < least:
        sys.exit(f"check_docs.py: at least {least:.0%} should; write those above, or make them package or internal")


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] in ("-h", "--help"):
        sys.exit(__doc__)
    main(sys.argv[1])

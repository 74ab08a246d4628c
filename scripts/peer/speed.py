#!/usr/bin/env python3
"""The cases of scripts/peer/cases.json in PyTorch on the CPU, run eagerly.

    scripts/peer/speed.py [--cases FILE] [--only TEXT] [--threads N] [--seconds S]
    scripts/peer/speed.py --check

One JSON object a line, as `unroll bench --json` prints them: name, threads, ms (median), tokens_per_s, peak_mib; and
`way`, where a case can be written in several. Every way runs in a process of its own (scripts/peer/work.py), and the
line is that of the fastest: time and peak memory are one way's. --check measures nothing: it holds the outputs and
gradients of the ways against each other. Needs torch; one way of the selective scan needs the package mambapy.
"""
import argparse
import json
import subprocess
import sys
from pathlib import Path

WORK = Path(__file__).with_name("work.py")
sys.path.insert(0, str(WORK.parent.parent / "speed"))
import children
WAYS = {"selective-scan": ["pscan", "loop"]}


def measured(case, given):
    lines = []
    for way in WAYS.get(case["backend"], [""]):
        words = [sys.executable, str(WORK), json.dumps(case), way, str(given.threads), str(given.seconds)]
        ended = children.run(words, stdout=subprocess.PIPE)
        if ended.returncode:
            sys.exit(f"speed.py: case {case['name']} failed" + (f" as {way}" if way else ""))
        lines.append(json.loads(ended.stdout) | ({"way": way} if way else {}))
    return min(lines, key=lambda line: line["ms"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=Path, default=Path(__file__).with_name("cases.json"))
    parser.add_argument("--only", default="")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=1.5, help="measuring time of each way")
    parser.add_argument("--check", action="store_true", help="only compare the ways of the selective scan")
    given = parser.parse_args()
    if given.check:
        sys.exit(subprocess.run([sys.executable, str(WORK), "--check"]).returncode)
    children.end_on_signals()
    for case in json.loads(given.cases.read_text())["cases"]:
        if given.only in case["name"]:
            print(json.dumps(measured(case, given)), flush=True)

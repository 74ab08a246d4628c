"""What scripts/performance measures: each part becomes a file of JSON lines."""
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import children
import lines
from lines import Failure

START_RUNS = 20
PROBE = """
import json, platform, sys
from importlib.metadata import version
import torch
sys.path.insert(0, sys.argv[1])
from memory import peak_mib
peak = peak_mib()
import mambapy.pscan
print(json.dumps({"torch": torch.__version__, "mambapy": version("mambapy"), "python": platform.python_version(),
                  "torch_capability": torch.backends.cpu.get_cpu_capability(), "import_mib": round(peak)}))
"""


def printed(words, quiet=True):
    """The JSON lines that a program prints."""
    ended = children.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE if quiet else None)
    if ended.returncode:
        said = [line for line in (ended.stderr or "").splitlines() if line.strip()]
        # What is wrong stands in the line that says so, else in the last.
        told = [line for line in said if line.startswith(("Error: ", "unroll: "))] or said[-1:]
        raise Failure(f"{Path(words[0]).name} {words[1]}: {(told or [f'it ended with code {ended.returncode}'])[0]}")
    return [json.loads(line) for line in ended.stdout.splitlines() if line.strip()]


class Measurements:
    """One start of scripts/performance: the programs, the options, and what the machine is."""

    def __init__(self, root, unroll, given):
        self.peer, self.unroll, self.python, self.given = root / "scripts" / "peer", unroll, given.python, given
        self.scripts, self.folder = root / "scripts", given.into
        if problem := children.problem_with(self.python):
            raise Failure(f"{problem}; name a Python that has torch and mambapy with --python")
        self.folder.mkdir(parents=True, exist_ok=True)
        if not os.access(self.folder, os.W_OK):
            raise Failure(f"{self.folder} cannot be written; choose another folder with --into")
        ended = subprocess.run([self.python, "-c", PROBE, self.peer], capture_output=True, text=True)
        if ended.returncode:
            raise Failure(f"{self.python} lacks torch or mambapy; name a Python that has both with --python")
        found = json.loads(ended.stdout)
        self.import_mib = found.pop("import_mib")
        own = printed([unroll, "bench", "--peak", "--seconds", 0.1, "--json"])[0]
        self.origin = found | commit(root) | {
            "processor": own["environment"]["cpu"], "cores": own["cores"], "system": own["environment"]["system"],
            "unroll": own["environment"]["version"], "libraries": own["environment"]["libraries"]}

    def measure(self, part):
        piece = self.given.case if part == "speed" else self.given.backend if part in lines.NAMES else ""
        lines.save(self.folder, part, getattr(self, part)(), self.origin, bool(piece))

    def machine(self):
        peak = printed([self.unroll, "bench", "--peak", "--seconds", 6, "--json"])[0]
        del peak["environment"]  # It is in the origin of the line.
        return [peak | {"torch_import_mib": self.import_mib}]

    def speed(self):
        """Every case by both in turns, each in a process of its own."""
        cases = json.loads((self.peer / "cases.json").read_text())["cases"]
        chosen = [case for case in cases if self.given.case in case["name"]]
        if not chosen:
            raise Failure(f"no case's name contains {self.given.case!r}")
        found = []
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "case.json"
            for case in chosen:
                file.write_text(json.dumps({"cases": [case]}))
                for threads in sorted({1, os.cpu_count()}):
                    words = ["--cases", file, "--threads", threads, "--seconds", self.given.seconds]
                    found += self.rounds([self.unroll, "bench", *words, "--json"], [self.python, self.peer / "speed.py", *words])
                    print(f"{case['name']}, {threads} thread(s)", file=sys.stderr)
        return found

    def rounds(self, ours, theirs):
        """Both sides in turns; who goes first changes with every round."""
        found = []
        for number in range(self.given.rounds):
            sides = [("unroll", ours), ("torch", theirs)]
            for side, words in sides if number % 2 == 0 else sides[::-1]:
                found += [{"side": side, "round": number} | line for line in printed(words)]
        return found

    def scaling(self):
        only = ["--only", self.given.backend] if self.given.backend else []
        return printed([self.unroll, "bench", "--scaling", *only, "--json"], quiet=False)

    def streaming(self):
        words = ["--seconds", self.given.seconds]
        if self.given.backend:
            words += ["--only", self.given.backend]
        return self.rounds([self.unroll, "bench", "--streaming", *words, "--json"], [self.python, self.peer / "streaming.py", *words])

    def throughput(self):
        only = ["--only", self.given.backend, "--seeds", 1] if self.given.backend else []
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "throughput.json"
            words = [self.scripts / "throughput", "--python", self.python, "--rounds", self.given.study_rounds, "--json", file, *only]
            ended = children.run(words, stdout=sys.stderr)
            if ended.returncode:
                raise Failure("scripts/throughput failed")
            return [json.loads(file.read_text())]

    def start(self):
        """From the start of `unroll list` to its end, in milliseconds."""
        times = []
        for _ in range(START_RUNS):
            begun = time.perf_counter()
            subprocess.run([self.unroll, "list"], stdout=subprocess.DEVNULL, check=True)
            times.append(round((time.perf_counter() - begun) * 1e3, 3))
        return [{"command": "unroll list", "ms": times}]


def commit(root):
    """The commit, and whether the tree was the commit's but for reports."""
    def git(*words):
        return subprocess.run(["git", "-C", root, *words], capture_output=True, text=True)
    head, changes = git("rev-parse", "--short=12", "HEAD"), git("status", "--porcelain", "--", ".", ":(exclude)Reports")
    if head.returncode or changes.returncode:
        return {"commit": "unknown", "clean": False}
    return {"commit": head.stdout.strip(), "clean": not changes.stdout.strip()}

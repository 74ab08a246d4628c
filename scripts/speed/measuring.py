"""What scripts/performance measures: each part becomes a file of JSON lines."""
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PARTS = ["machine", "speed", "scaling", "streaming", "throughput", "start"]
START_RUNS = 20


class Failure(Exception):
    pass


def lines(words, quiet=True):
    """The JSON lines that a program prints."""
    ended = subprocess.run([str(w) for w in words], stdout=subprocess.PIPE, stderr=subprocess.PIPE if quiet else None, text=True)
    if ended.returncode:
        last = (ended.stderr or "").strip().splitlines()[-1:] or [f"it ended with code {ended.returncode}"]
        raise Failure(f"{Path(words[0]).name} {words[1]}: {last[0]}")
    return [json.loads(line) for line in ended.stdout.splitlines() if line.strip()]


class Session:
    def __init__(self, root, unroll, given):
        self.peer, self.unroll, self.python, self.given = root / "scripts" / "peer", unroll, given.python, given
        self.scripts, self.folder = root / "scripts", given.into
        probe = ("import torch, mambapy.pscan, platform, json; from importlib.metadata import version;"
                 "print(json.dumps([torch.__version__, version('mambapy'), platform.python_version()]))")
        ended = subprocess.run([self.python, "-c", probe], capture_output=True, text=True)
        if ended.returncode:
            raise Failure(f"{self.python} lacks torch or mambapy; name a Python that has both with --python")
        self.versions = json.loads(ended.stdout)

    def measure(self, part):
        found = getattr(self, part)()
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{part}.jsonl"
        whole = "".join(json.dumps(line, sort_keys=True) + "\n" for line in found)
        partial = path.with_suffix(".partial")
        partial.write_text(whole)
        partial.replace(path)

    def machine(self):
        peak = lines([self.unroll, "bench", "--peak", "--seconds", 6, "--json"])[0]
        # The commit and the day would make two reports of one state differ.
        peak["environment"].pop("commit", None)
        return [peak | dict(zip(["torch", "mambapy", "python"], self.versions))]

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
                for threads in [1, 2] if os.cpu_count() > 1 else [1]:
                    for number in range(self.given.rounds):
                        found += self.both(file, threads, number)
                        print(f"{case['name']}, {threads} thread(s), round {number + 1}", file=sys.stderr)
        return found

    def both(self, file, threads, number):
        words = ["--cases", file, "--threads", threads, "--seconds", self.given.seconds]
        ours = lines([self.unroll, "bench", *words, "--json"])
        theirs = lines([self.python, self.peer / "speed.py", *words])
        sides = [("unroll", ours), ("torch", theirs)]
        return [{"side": side, "round": number} | result for side, results in sides for result in results]

    def scaling(self):
        only = ["--only", self.given.backend] if self.given.backend else []
        return lines([self.unroll, "bench", "--scaling", *only, "--json"], quiet=False)

    def streaming(self):
        ours = lines([self.unroll, "bench", "--streaming", "--json"])
        theirs = lines([self.python, self.peer / "streaming.py"])
        return [{"side": "unroll"} | line for line in ours] + [{"side": "torch"} | line for line in theirs]

    def throughput(self):
        only = ["--only", self.given.backend, "--seeds", 1] if self.given.backend else []
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "throughput.json"
            words = [self.scripts / "throughput", "--python", self.python, "--json", file, *only]
            ended = subprocess.run([str(w) for w in words], stdout=sys.stderr)
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

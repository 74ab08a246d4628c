#!/usr/bin/env python3
"""Trains the runs of a study of the default data in PyTorch, one process a run, several at a time.

    scripts/peer/quick.py --like RECORDS --records FOLDER [--data FOLDER] [--jobs N]

RECORDS is a folder of Unroll's records of the study: of them the settings are taken (data, model, training), and the
size of the vocabulary and of the model, which must come out the same. Each run reads its data, trains with an evaluation
on development an epoch, and scores the best weights on test, development and a sample of train. It leaves a JSON file
with its scores, seconds and peak memory. Needs torch; one thread a process.
"""
import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path


def data_folder():
    """Where Unroll looks for its data (`data_folder` in scripts/lib.sh); a variable that is empty counts as not set."""
    chosen = os.environ.get("UNROLL_DATA") or os.environ.get("UNROLL_DATA_DEFAULT")
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return chosen or os.path.join(caches, "unroll")


def grid(arguments):
    """As many processes as cores; what fails is named, and the others go on."""
    program = Path(__file__).with_name("training.py")
    waiting = sorted(Path(arguments.like).glob("*.json"))
    if not waiting:
        raise SystemExit(f"{arguments.like}: there are no records here; run the study with `unroll run` first")
    Path(arguments.records).mkdir(parents=True, exist_ok=True)
    running, failed = {}, 0

    def stop(number, _frame):
        for pid in running:
            os.kill(pid, signal.SIGTERM)
        sys.exit(128 + number)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    while waiting or running:
        while waiting and len(running) < arguments.jobs:
            path = waiting.pop(0)
            words = [sys.executable, str(program), str(path), arguments.data, str(Path(arguments.records) / path.name)]
            running[subprocess.Popen(words).pid] = path
        pid, status = os.wait()
        path = running.pop(pid)
        if status:
            failed += 1
            print(f"{path}: its run failed", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--like", required=True, help="a folder of Unroll's records")
    parser.add_argument("--records", required=True, help="where the results go")
    parser.add_argument("--data", default=data_folder())
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    sys.exit(grid(parser.parse_args()))

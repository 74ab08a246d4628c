"""Runs as a file of runs has them."""

import math
from functools import cache

import numpy as np

LOSSES = {"nats-per-token", "perplexity", "bits-per-character", "nats-per-step", "mean-squared-error"}


class Backend:
    """All runs of a backend on a task."""

    def __init__(self, name, records):
        self.name, self.records = name, records
        self.finished = [r for r in records if is_scored(r)]
        self.lost = len(records) - len(self.finished)
        self.is_of_folds = len({fold(r) for r in records}) > 1


def fold(record):
    """Which fold of its data is the test split; None where they have none."""
    return record.get("settings", {}).get("data", {}).get("fold")


def is_number(value):
    return isinstance(value, (int, float)) and math.isfinite(value)


def is_scored(record):
    if record["status"] != "finished":
        return False
    scores = record["scores"].get("test", {})
    return all(is_number(scores[m["name"]]) if m["name"] in scores else index > 0 for index, m in enumerate(record["metrics"]))


def separated(records):
    """Runs of a task with different numbers of classes are tasks of their own."""
    for task in sorted({r["cell"]["task"] for r in records}):
        runs = [r for r in records if r["cell"]["task"] == task]
        if len({r["data"]["classes"] for r in runs} - {0}) < 2:
            continue
        names = []
        for run in runs:
            kin = [r for r in runs if r["cell"]["backend"] == run["cell"]["backend"]]
            known = next(r["data"]["classes"] for r in [run, *kin, *runs] if r["data"]["classes"] > 0)
            kind = "a vocabulary of" if run["cell"]["harness"] == "language-modelling" else "classes:"
            names.append(f"{task}, {kind} {known:,}")
        for run, name in zip(runs, names):
            run["cell"]["task"] = name
    return records


def ordered(records, key):
    """Names by the first place that a run gives them."""
    places = {}
    for record in records:
        name = record["cell"][key]
        places[name] = min(places.get(name, math.inf), (record.get("order") or {}).get(key, math.inf))
    return sorted(places, key=lambda name: (places[name], name))


def text(value):
    """A setting as a study writes it: 1.0 and 1 are one number."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list):
        return f"[{', '.join(map(text, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {text(value[key])}" for key in sorted(value)) + "}"
    return str(value)


def flat(value, prefix=""):
    """{training: {epochs: 3}} → {training.epochs: 3}."""
    if not isinstance(value, dict) or not value:
        return {prefix: text(value)}
    return {name: inner for key, part in value.items() for name, inner in flat(part, f"{prefix}.{key}" if prefix else key).items()}


def baseline_error(finished, metric, score):
    """The standard error of a baseline's score as a share of the test's targets; 0 of what is no share."""
    items = next((r["items"] for r in finished if r.get("items")), None)
    weights = unpacked(items["weights"]) if items else np.zeros(0)
    count = {"accuracy": weights.sum(), "sequence-accuracy": (weights > 0).sum()}.get(metric["name"], 0)
    return math.sqrt(score * (1 - score) / count) if count else 0.0


@cache
def unpacked(text):
    """Numbers of a Golomb-Rice code, six bits a sign of base64."""
    count, k, signs = text.split(" ")
    count, k = int(count), int(k)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    bits = "".join(f"{alphabet.index(sign):06b}" for sign in signs)
    values, place = [], 0
    for _ in range(count):
        zero = bits.index("0", place)
        values.append((zero - place) << k | (int(bits[zero + 1:zero + 1 + k], 2) if k else 0))
        place = zero + 1 + k
    return np.array(values)


def influences(record, metric, score):
    """What every test item adds to a score that is a ratio of sums, or a function of one: deviations that sum to zero."""
    name = metric["name"]
    items = record.get("items")
    # Squares of several columns are scored in their own units.
    if name == "mean-squared-error" and record["data"]["classes"] > 1:
        return np.zeros(0)
    if not items or not (name in LOSSES or name in ("accuracy", "sequence-accuracy") and "wrong" in items):
        return np.zeros(0)
    weights = unpacked(items["weights"])
    asked = weights > 0
    if name in LOSSES:
        sums = unpacked(items["losses"]) / items.get("parts", 100)
    else:
        wrong = unpacked(items["wrong"])
        sums = weights - wrong if name == "accuracy" else (wrong == 0).astype(float)
    if not asked.any():
        return np.zeros(0)
    sums, weights = sums[asked], np.ones(asked.sum()) if name == "sequence-accuracy" else weights[asked]
    ratio = sums.sum() / weights.sum()
    slope = 1 if metric["unit"] == "percent" or ratio == 0 else score if name == "perplexity" else score / ratio
    return (sums - ratio * weights) * slope * len(sums) / weights.sum()

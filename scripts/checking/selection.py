"""Which candidate of a backend development chooses, and how all of them did."""

import math

import numpy as np
from runs import baseline_error, is_scored
from shown import code


class Candidate:
    """One setting of a backend on a task, all of its seeds."""

    def __init__(self, name, records):
        self.name, self.records = name, sorted(records, key=lambda r: r["cell"]["seed"])
        self.finished = [r for r in self.records if is_scored(r)]

    def scores(self, metric, split):
        return [r["scores"][split][metric["name"]] for r in self.finished if metric["name"] in r["scores"].get(split, {})]

    def is_sound(self, metric):
        """Whether no run was lost or is below the baseline by more than the baseline's own error."""
        values = self.scores(metric, "development")
        if len(self.finished) < len(self.records) or not values:
            return False
        baseline = self.records[0]["baselineScores"].get(metric["name"])
        if baseline is None:
            return True
        error = baseline_error(self.finished, metric, baseline)
        return not any(sign(metric) * (baseline - value) > error for value in values)


def sign(metric):
    return 1 if metric["higherIsBetter"] else -1


def selecting(record):
    """What a run kept its weights by."""
    name = (record["settings"].get("training") or {}).get("select")
    return next((m for m in record["metrics"] if m["name"] == name), record["metrics"][0])


class Selection:
    """The candidates of one backend on one task in the study's order; `chosen` is one of them."""

    def __init__(self, records):
        names = {r["cell"].get("candidate") for r in records}
        groups = [Candidate(name, [r for r in records if r["cell"].get("candidate") == name]) for name in names]
        self.candidates = sorted(groups, key=place)
        scored = [r for r in records if is_scored(r)]
        metrics = [selecting(r) for r in scored]
        self.metric = None if not scored else metrics[0] if all(m == metrics[0] for m in metrics) else scored[0]["metrics"][0]
        self.chosen = self.choice() if self.metric else self.candidates[0]

    def choice(self):
        most = max(len(c.records) for c in self.candidates)
        sound = [c for c in self.candidates if len(c.records) == most and c.is_sound(self.metric)]
        means = [(c, float(np.mean(scores))) for c in sound or self.candidates if (scores := c.scores(self.metric, "development"))]
        # max keeps the first of equal ones.
        return max(means, key=lambda pair: sign(self.metric) * pair[1])[0] if means else self.candidates[0]

    def row(self, name, development, test, ranking):
        """What the table of a task says: the development scores by one metric, those of test by another."""
        means = [np.mean(scores) for c in self.candidates if (scores := c.scores(test, "test"))] if test else []
        lost = len(self.candidates) - len(means)

        def cell(metric, split):
            values = self.chosen.scores(metric, split) if metric else []
            return ranking(metric).sample(values) if values else ["–"]

        ends = [ranking(test).shown(end) for end in (min(means), max(means))] if means else []
        return [
            [code(name)], [code(self.chosen.name) if self.chosen.name else "–"], [str(len(self.candidates))],
            cell(development, "development"), cell(test, "test"),
            [ends[0], " – ", ends[1], f" ({lost} without a score)" if lost else ""] if ends else ["–"]]


def place(candidate):
    orders = [(r["order"]["task"], r["order"]["backend"]) for r in candidate.records if r.get("order")]
    return min(orders, default=(math.inf, math.inf)), candidate.name or ""

"""Which candidate of a backend development chooses, after halving where the study asks for it, and how all of them did."""

import math

import numpy as np
from runs import baseline_error, is_scored
from shown import code, counted


class Candidate:
    """One setting of a backend on a task, all of its seeds."""

    def __init__(self, name, records, stopped=None):
        self.name, self.stopped, self.records = name, stopped, sorted(records, key=lambda r: r["cell"]["seed"])
        self.finished = [r for r in self.records if is_scored(r)]

    def scores(self, metric, split):
        known = [r for r in self.records if is_scored(r) or r["status"] == "stopped"]
        return [r["scores"][split][metric["name"]] for r in known if metric["name"] in r["scores"].get(split, {})]

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


def trained(record):
    return record["curve"][-1]["epoch"] if record["curve"] else 0


def at(record, epochs):
    """The run as it was after so many epochs; None where it was lost before."""
    if not record["metrics"] or record["status"] != "finished" and trained(record) < epochs:
        return None
    metric, curve = selecting(record), [point for point in record["curve"] if point["epoch"] <= epochs]
    best = max(curve, key=lambda point: sign(metric) * point["development"][metric["name"]], default=None)
    return record | {"status": "stopped", "curve": curve, "scores": {"development": best["development"]} if best else {}}


def halved(candidates, search, metric):
    """Candidates after all rungs that all have reached: those that are left, and the others as they were when they stopped."""
    racing = list(candidates)
    for epochs in search["rungs"][:-1]:
        runs = [r for candidate in racing for r in candidate.records]
        is_whole = sum(len(candidate.records) for candidate in candidates) == search["runs"]
        if not is_whole or any(r["status"] == "stopped" and trained(r) < epochs for r in runs):
            break

        def rank(candidate):
            runs = [at(r, epochs) for r in candidate.records]
            scores = [r["scores"]["development"][metric["name"]] for r in runs if r and r["scores"]]
            lost = len(scores) < len(runs)
            return lost, 0.0 if lost else -sign(metric) * float(np.mean(scores))

        # Sorting keeps the order of equal ones.
        for loser in sorted(racing, key=rank)[max(1, len(racing) // 3):]:
            stopped = Candidate(loser.name, [at(r, epochs) or r for r in loser.records], epochs)
            candidates = [stopped if c is loser else c for c in candidates]
            racing.remove(loser)
    return candidates


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
        known = [r for r in records if r["metrics"]]
        metrics = [selecting(r) for r in known]
        self.metric = None if not known else metrics[0] if all(m == metrics[0] for m in metrics) else known[0]["metrics"][0]
        self.search = next((r["cell"]["search"] for r in records if r["cell"].get("search")), None)
        if self.search and self.metric:
            self.candidates = halved(self.candidates, self.search, self.metric)
        self.racing = [c for c in self.candidates if not c.stopped]
        self.chosen = self.choice() if self.metric else self.racing[0]

    @property
    def ended(self):
        """Runs of the chosen candidate without those that wait at a rung."""
        return [r for r in self.chosen.records if r["status"] != "stopped"]

    def choice(self):
        most = max(len(c.records) for c in self.racing)
        sound = [c for c in self.racing if len(c.records) == most and c.is_sound(self.metric)]
        means = [(c, float(np.mean(scores))) for c in sound or self.racing if (scores := c.scores(self.metric, "development"))]
        # max keeps the first of equal ones.
        return max(means, key=lambda pair: sign(self.metric) * pair[1])[0] if means else self.racing[0]

    def row(self, name, development, test, ranking):
        """What the table of a task says: the development scores by one metric, those of test by another."""
        means = [np.mean(scores) for c in self.candidates if (scores := c.scores(test, "test"))] if test else []
        stopped = len(self.candidates) - len(self.racing)
        rest = [f"{count} {what}" for count, what in ((stopped, "stopped"), (len(self.racing) - len(means), "without a score")) if count]

        def cell(metric, split):
            values = self.chosen.scores(metric, split) if metric else []
            return ranking(metric).sample(values) if values else ["–"]

        ends = [ranking(test).shown(end) for end in (min(means), max(means))[:len(means)]] if means else []
        return [
            [code(name)], [code(self.chosen.name) if self.chosen.name else "–"], [str(len(self.candidates))],
            cell(development, "development"), cell(test, "test"),
            [*ends[:1], *(" – " for _ in ends[1:]), *ends[1:], f" ({', '.join(rest)})" if rest else ""] if ends else ["–"]]

    def all_rows(self, name, development, test, ranking):
        """What the table of all candidates says, with how far each came."""
        def cell(candidate, metric, split):
            values = candidate.scores(metric, split) if metric else []
            return ranking(metric).sample(values) if values else ["–"]

        def fate(candidate):
            lost = sum(r["status"] != "stopped" and not is_scored(r) for r in candidate.records)
            if lost:
                return [f"lost {lost} of {counted(len(candidate.records), 'run')}"]
            if candidate.stopped:
                return [f"stopped at {candidate.stopped} of {counted(self.search['rungs'][-1], 'epoch')}"]
            return ["waits" if any(r["status"] == "stopped" for r in candidate.records) else "to the end"]

        names = [(c, code(c.name) if c.name else "–") for c in self.candidates]
        return [[[code(name)], [f"**{own}**" if c is self.chosen else own], fate(c), cell(c, development, "development"), cell(c, test, "test")]
                for c, own in names]

    def epochs(self):
        """How many all runs were trained for together, and how many all candidates would have taken."""
        return sum(trained(r) for c in self.candidates for r in c.records), self.search["runs"] * self.search["rungs"][-1]


def place(candidate):
    orders = [(r["order"]["task"], r["order"]["backend"]) for r in candidate.records if r.get("order")]
    return min(orders, default=(math.inf, math.inf)), candidate.name or ""

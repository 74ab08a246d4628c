"""What a report should say of a task by one metric."""

import math

import numpy as np
from judging import Table
from runs import baseline_error, fold, influences, is_number
from scipy.stats import beta, t
from shown import code, counted, escaped


def between(quantile, freedom):
    """Quantiles between whole, and above 20 between printed, degrees of freedom are interpolated in 1 / freedom."""
    printed = [20, 24, 30, 40, 60, 120, math.inf]
    if freedom <= 20:
        low, high = max(1, math.floor(freedom)), max(1, math.ceil(freedom))
    else:
        high = min(f for f in printed if f >= freedom)
        low = high if high == freedom else max(f for f in printed if f < freedom)
    share = 0 if low == high else (1 / low - 1 / freedom) / (1 / low - 1 / high)
    return quantile(low) * (1 - share) + quantile(high) * share


class Ranking:
    """The backends of a task on one metric; `best` is the name of the one that the report calls so.

    `margin` are the differences that do not matter: points of a percentage, and per cent of any other best mean.
    """

    def __init__(self, backends, metric, best=None, margin=None):
        self.margin = margin or {"points": 0.5, "percent": 1.0}
        self.metric = metric
        self.sign = 1 if metric["higherIsBetter"] else -1
        self.scale = 100.0 if metric["unit"] == "percent" else 1.0
        self.most = 1.0 if metric["unit"] == "percent" and not metric["name"].endswith("-error-rate") else math.inf
        self.backends = [b for b in backends if self.scores(b)]
        self.noun = "fold" if any(b.is_of_folds for b in backends) else "seed"
        levels = {(fold(r) or 0, r["baselineScores"][metric["name"]])
                  for b in backends for r in b.finished if metric["name"] in r["baselineScores"]}
        levels = [level for _, level in sorted(levels)]
        self.baselines = levels if levels and all(map(is_number, levels)) else []
        self.baseline = float(np.mean(self.baselines)) if self.baselines else None
        names = [b.name for b in self.backends]
        self.table = Table(
            [self.model(b) for b in self.backends], [self.is_broken(b) for b in self.backends], between,
            names.index(best) if best in names else None)
        self.rows = dict(zip(names, self.table.rows()))
        self.index = dict(zip(names, range(len(names))))

    def scores(self, backend):
        values = [r["scores"]["test"].get(self.metric["name"]) for r in backend.finished]
        values = [v for v in values if v is not None]
        return values if all(map(is_number, values)) else []

    def model(self, backend):
        parts = [influences(r, self.metric, r["scores"]["test"][self.metric["name"]]) for r in backend.finished
                 if self.metric["name"] in r["scores"]["test"]]
        values = self.sign * np.array(self.scores(backend))
        if backend.is_of_folds:
            return {"values": values, "influences": [], "folds": [fold(r) for r in backend.finished if self.metric["name"] in r["scores"]["test"]]}
        items = np.mean(parts, axis=0) if len({len(p) for p in parts}) == 1 else np.zeros(0)
        return {"values": values, "influences": self.sign * items}

    def is_broken(self, backend):
        if backend.lost or self.baseline is None:
            return backend.lost > 0
        error = baseline_error(backend.finished, self.metric, self.baseline)
        return any(self.sign * (self.baseline - v) > error for v in self.scores(backend))

    @property
    def best(self):
        return None if self.table.best is None else self.backends[self.table.best]

    def mean(self, backend):
        return float(np.mean(self.scores(backend)))

    def shown(self, value):
        return float(value * self.scale)

    def sample(self, values, of=None):
        lost = f" of {of}" if of else ""
        if len(values) < 2:
            return [self.shown(np.mean(values)), f" (n = 1{lost})"]
        return [self.shown(np.mean(values)), " ± ", self.shown(np.std(values, ddof=1)), f" ({len(values)}{lost})"]

    def baseline_cell(self):
        if not self.baselines:
            return ["–"]
        return [self.shown(self.baseline)] if len(self.baselines) == 1 else self.sample(self.baselines)

    def cell(self, backend):
        below = self.baseline is not None and self.sign * (self.baseline - self.mean(backend)) > 0
        return self.sample(self.scores(backend), len(backend.records) if backend.lost else None) + ([" ▽"] if below else [])

    def interval(self, backend):
        half = self.table.interval(self.index[backend.name])
        if half is None or not math.isfinite(half):
            return ["–"]
        least = 1.0 if self.metric["name"] == "perplexity" else 0.0
        ends = [min(max(self.mean(backend) + d, least), self.most) for d in (-half, half)]
        return [self.shown(ends[0]), " to ", self.shown(ends[1])]

    def is_equal(self, row):
        if row["gap"] is None or row["verdict"] == "worse":
            return False
        reach = abs(row["gap"]) + t.ppf(0.95, row["freedom"]) * row["error"]
        width = self.margin["points"] if self.scale == 100 else self.margin["percent"] * abs(self.mean(self.best))
        return reach <= width / 100

    @property
    def within(self):
        return f"{self.margin['points']:g} points" if self.scale == 100 else f"{self.margin['percent']:g} %"

    def works(self, backend):
        """How many seeds came nearer to the best mean than to the baseline."""
        if self.best is None or self.baseline is None:
            return ""
        middle = (self.mean(self.best) + self.baseline) / 2
        count, n = sum(self.sign * (v - middle) > 0 for v in self.scores(backend)), len(backend.records)
        low = beta.ppf(0.025, count, n - count + 1) if count else 0
        high = beta.ppf(0.975, count + 1, n - count) if count < n else 1
        return f", {count} of {counted(n, self.noun)} work (95 %: {100 * low:.0f} to {100 * high:.0f} % of {self.noun}s)"

    def verdict(self, backend):
        row = self.rows[backend.name]
        equal = f", equal within {self.within}" if self.is_equal(row) else ""
        tops = sum(r["verdict"] == "top" for r in self.rows.values())
        match row["verdict"]:
            case "alone":
                return ["–"]
            case "top":
                return ["**alone at the top**" if tops == 1 else "**top group**", equal]
            case "worse":
                ends = self.lead(row)
                return ["worse by ", self.shown(ends[0]), " to ", self.shown(ends[1])]
            case "undecided":
                need = f"about {counted(row['seeds'], 'seed')}" if row["seeds"] else f"more {self.wanting}"
                return [f"undecided ({need}){equal}"]
            case "unstable":
                own = float(np.std(self.scores(backend), ddof=1))
                return ["unstable (sd ", self.shown(own), " beside ", self.shown(math.sqrt(self.table.variance)), ")"]
            case "broke":
                return ["broke" if backend.lost else "below the baseline", self.works(backend)]
            case reason:
                return [f"not judged: {f'too few {self.noun}s' if reason == 'fewSeeds' else 'no spread'}"]

    @property
    def wanting(self):
        return "data" if self.noun == "fold" else "test items"

    def lead(self, row):
        """How far the best leads, with bounds that hold for all pairs, within what the metric can be."""
        return [min(max(row["gap"] + half, -self.most), self.most) for half in (-row["half"], row["half"])]

    def comparison(self, backend):
        """A row of the table of every backend against the best."""
        values, row = self.scores(backend), self.rows[backend.name]
        low, middle, high = [self.shown(np.quantile(values, q)) for q in (0, 0.5, 1)]
        cells = [[code(backend.name)], [str(len(values))], [middle], [low, " – ", high]]
        if backend is self.best:
            return cells + [["best"], [""]]
        if row["gap"] is None:
            return cells + [["not compared"], [""]]
        low, high = sorted(-self.sign * end for end in self.lead(row))
        return cells + [[self.shown(-self.sign * row["gap"])], [self.shown(low), " to ", self.shown(high)]]

    @property
    def heading(self):
        return f"{escaped(self.metric['name'])}{' (%)' if self.scale == 100 else ''} {'↑' if self.sign > 0 else '↓'}"

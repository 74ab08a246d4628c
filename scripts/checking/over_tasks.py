"""What a report should say of all tasks together."""

import math
from itertools import product

import numpy as np
from scipy.stats import mannwhitneyu, rankdata, trim_mean, wilcoxon
from runs import flat
from shown import Rough, code


def families(records):
    """Sets of tasks that differ in nothing but one number of their data."""
    rows = [(r["cell"]["task"], flat(r["settings"])) for r in records]
    tasks = {}
    for task, settings in rows:
        tasks.setdefault(task, settings)
    keys = sorted({key for _, settings in rows for key in settings})
    of_task = [key for key in keys if all(settings.get(key) == tasks[task].get(key) for task, settings in rows)
               and len({settings.get(key) for settings in tasks.values()}) > 1]
    for key in of_task:
        if not key.startswith("data."):
            continue
        kinds = {}
        for task, settings in tasks.items():
            if is_finite(settings.get(key)):
                kinds.setdefault(tuple(settings.get(other) for other in of_task if other != key), set()).add(task)
        yield from (kind for kind in kinds.values() if len(kind) > 1)


def is_finite(text):
    try:
        return math.isfinite(float(text))
    except (TypeError, ValueError):
        return False


def independent(tasks, families):
    """Lists of tasks that count once."""
    lists = [[task] for task in tasks]
    for family in families:
        joined = [tasks for tasks in lists if family & set(tasks)]
        if joined:
            lists = [sum(joined, []) if tasks is joined[0] else tasks for tasks in lists if tasks is joined[0] or tasks not in joined]
    return lists


def improvement(*lists):
    """How probable a value of the first half of the lists is to be larger than one of the list beside it in the second half."""
    half = len(lists) // 2
    shares = [np.mean((x[..., :, None] > y[..., None, :]) + 0.5 * (x[..., :, None] == y[..., None, :]), axis=(-2, -1))
              for x, y in zip(lists[:half], lists[half:])]
    return np.mean(shares, axis=0)


def middle(*lists):
    return trim_mean(np.concatenate(lists, axis=-1), 0.25, axis=-1)


def ends(statistic, lists, step=0.0):
    """A percentile interval over seeds within tasks, known but for what resamples do not tell."""
    random = np.random.default_rng(0)
    drawn = [np.array(seeds)[random.integers(len(seeds), size=(10_000, len(seeds)))] for seeds in lists]
    values = statistic(*drawn)
    low, high = np.quantile(values, [0.025, 0.975])
    # Four standard errors of the share below an end: a statistic of few values jumps there.
    error = 4 * math.sqrt(0.025 * 0.975 / 10_000)

    def end(value, share):
        near = np.quantile(values, [share - error, share + error])
        return Rough(value, max(0.05 * (high - low), *abs(near - value)) + step)

    return [end(low, 0.025), " to ", end(high, 0.975)]


class OverTasks:
    def __init__(self, records, rankings, backends, leader):
        self.rankings = {task: r for task, r in rankings.items() if r and r.rows}
        self.backends = [b for b in backends if all(b in r.rows for r in self.rankings.values())]
        self.tasks = independent(list(self.rankings), list(families(records)))
        self.has_section = len(self.tasks) > 1 and len(self.backends) > 1
        scores = {b: self.scaled(b) for b in self.backends} if self.has_section else {}
        means = {b: float(middle(*lists)) for b, lists in scores.items() if lists}
        order = sorted(means, key=lambda b: (-float(f"{means[b]:.12g}"), b != leader, self.backends.index(b)))
        self.scores, self.means = {b: scores[b] for b in order}, means
        self.leader = order[0] if order else None

    def scale_of(self, ranking):
        """The baseline, and how far the best mean is from it; None where it is not better."""
        if ranking.baseline is None or ranking.best is None:
            return None
        unit = ranking.mean(ranking.best) - ranking.baseline
        return (ranking.baseline, unit) if ranking.sign * unit > 0 else None

    def scaled(self, backend):
        """A list a task, a value a seed; None where a run was lost."""
        lists = []
        for members in self.tasks:
            seeds = []
            for ranking in (self.rankings[task] for task in members):
                model = ranking.backends[ranking.index[backend]]
                scale = self.scale_of(ranking)
                if scale is None:
                    continue
                if model.lost:
                    return None
                seeds.append({r["cell"]["seed"]: (r["scores"]["test"][ranking.metric["name"]] - scale[0]) / scale[1] for r in model.finished})
            if seeds:
                common = sorted(set.intersection(*map(set, seeds)))
                if not common:
                    return None
                lists.append([float(np.mean([values[seed] for values in seeds])) for seed in common])
        return lists or None

    def tally(self, a, b):
        """Wins, ties, losses of a against b, and where they are not compared."""
        counts = [0, 0, 0, 0]
        for members in self.tasks:
            orders = [r.table.order(r.index[a], r.index[b]) for r in (self.rankings[task] for task in members)]
            known = [order for order in orders if order is not None]
            counts[3 if not known else 1 if sum(known) == 0 else 0 if sum(known) > 0 else 2] += 1
        return counts

    def p_values(self):
        """Wilcoxon's, corrected after Holm for all pairs; of those with the leader. None with too few tasks."""
        names = list(self.scores)
        if len(names) < 2 or len(self.scores[names[0]]) < 6:
            return None
        means = [np.array([np.mean(seeds) for seeds in self.scores[name]]) for name in names]
        pairs = [(i, j) for i in range(len(names)) for j in range(i + 1, len(names))]
        corrected = holm([signed_rank(means[i] - means[j]) for i, j in pairs])
        return {names[j]: p for (i, j), p in zip(pairs, corrected) if i == 0}

    def wins(self):
        """Titles and rows."""
        titles, p = ["backend", "wins", "ties", "losses", "not compared"], self.p_values()
        titles += [f"wins–ties–losses against {code(self.leader)}"] if self.leader else []
        rows = []
        for b in self.backends:
            row = [[code(b)]] + [[f"{n:,}"] for n in np.sum([self.tally(b, other) for other in self.backends if other != b], axis=0)]
            if self.leader:
                row.append(["leader" if b == self.leader else "–".join(map(str, self.tally(b, self.leader)[:3]))])
            if p:
                row.append(["–"] if b not in p else ["< 0.001"] if p[b] < 0.001 else [p[b]])
            rows.append(row)
        return titles + (["p"] if p else []), rows

    def pairs(self):
        rows = [[[code(a)], [code(b)]] + [[f"{n:,}"] for n in self.tally(a, b)]
                for place, a in enumerate(self.backends) for b in self.backends[place + 1:]]
        return ["backend", "against", "wins", "ties", "losses", "not compared"], rows

    def scale(self):
        """Of those with five seeds on every task."""
        names = [b for b, lists in self.scores.items() if min(map(len, lists)) > 4]
        if len(names) < 2:
            return [], []
        first = self.scores[names[0]]
        rows = []
        for b in names:
            lists = self.scores[b]
            row = [[code(b)], [self.means[b]], ends(middle, lists)]
            if b == names[0]:
                rows.append(row + [["leader"], [""]])
                continue
            share = np.mean([mannwhitneyu(x, y).statistic / (len(x) * len(y)) for x, y in zip(lists, first)])
            rows.append(row + [[float(share)], ends(improvement, lists + first, 1 / (len(lists) * len(lists[0]) * len(first[0])))])
        return ["backend", "interquartile mean ↑", "95 % interval", f"better than {code(names[0])}", "95 % interval of it"], rows


def signed_rank(differences):
    some = differences[differences != 0]
    if not len(some):
        return 1.0
    ranks = rankdata(abs(some))
    if len(set(ranks)) == len(ranks):
        return float(wilcoxon(some, method="exact").pvalue)
    sums, seen = np.array(list(product((0, 1), repeat=len(ranks)))) @ ranks, ranks[some > 0].sum()
    return min(1.0, 2 * float(min(np.mean(sums <= seen), np.mean(sums >= seen))))


def holm(p):
    """Corrected p-values."""
    order = np.argsort(p, kind="stable")
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(1, np.maximum.accumulate((len(p) - np.arange(len(p))) * np.array(p)[order]))
    return [float(v) for v in corrected]

"""Verdicts on a table of models, from scipy's distributions and the equations of `UnrollStatistics`: written apart from its code."""

from functools import cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr
from scipy.stats import chi, f, norm, studentized_range, t

nodes, weights = np.polynomial.legendre.leggauss(400)


@cache
def tukey_quantile(groups, freedom):
    """The bound on a studentised difference of any two of so many means that holds for all pairs with 95 %."""
    return float(studentized_range.ppf(0.95, groups, freedom)) / np.sqrt(2)


@cache
def dunnett_quantile(counts, reference, freedom):
    """d with P(max T_i <= d) = 0.95, one-sided, by Gauss sums over the shared mean z and the estimated deviation s."""
    shares, times = np.unique([np.sqrt(n / (n + reference)) for n in counts], return_counts=True)
    if np.isinf(freedom):
        s, ws = np.ones(1), np.ones(1)
    else:
        low, high = chi.ppf([1e-12, 1 - 1e-12], freedom) / np.sqrt(freedom)
        s, ws = (high - low) / 2 * nodes + (high + low) / 2, (high - low) / 2 * weights
        ws = ws * chi.pdf(s * np.sqrt(freedom), freedom) * np.sqrt(freedom)
    z, wz = 8.5 * nodes, 8.5 * weights

    def probability(d):
        inside = np.ones((len(s), len(z)))
        for share, count in zip(shares, times):
            inside *= ndtr((d * s[:, None] + share * z[None, :]) / np.sqrt(1 - share**2)) ** count
        return float(ws @ (inside @ (wz * norm.pdf(z))))

    return brentq(lambda d: probability(d) - 0.95, 0.5, 8)


def variance(values):
    """Of a sample; exactly 0 where all are equal."""
    return float(np.var(values, ddof=1)) if np.ptp(values) > 0 else 0.0


def exact(quantile, freedom):
    return quantile(freedom)


class Table:
    """Models as dictionaries of `values`, one a seed, and `influences`, one a test item; what broke and what is unstable leave the pool.

    Where the values are those of a cross-validation, `folds` says of which; models with the same folds are compared fold by fold.

    `at` evaluates a quantile at degrees of freedom; `best` is the index of the model that leads among means that are equal in twelve digits.
    """

    def __init__(self, models, broke, at=exact, best=None):
        self.values = [np.array(model["values"]) for model in models]
        self.influences = [np.array(model["influences"]) for model in models]
        self.folds = [list(model.get("folds", [])) for model in models]
        self.means = [float(np.mean(v)) for v in self.values]
        self.at = at
        deviations = [np.sqrt(variance(v)) if len(v) > 2 and not b else 0 for v, b in zip(self.values, broke)]
        self.out = ["broke" if b else "unstable" if u else None for b, u in zip(broke, self.unstable(deviations))]
        self.pool = [i for i, verdict in enumerate(self.out) if verdict is None]
        folds = [self.folds[i] for i in self.pool]
        self.is_paired = len(folds) > 1 and len(folds[0]) > 1 and all(f == folds[0] for f in folds)
        self.variance, self.freedom = self.two_way() if self.is_paired else self.pooled(self.pool)
        sizes = {len(self.influences[i]) for i in self.pool}
        self.knows_items = len(sizes) == 1 and sizes.pop() > 1
        self.best = max(self.pool, key=lambda i: (float(f"{self.means[i]:.12g}"), i == best, -i), default=None)

    def unstable(self, deviations):
        """Beyond four times the median, and beyond chance by an F test beside those within; 0 stands for what does not count."""
        spreads = [d for d in deviations if d]
        limit = 4 * np.median(spreads) if len(spreads) > 2 else np.inf
        within, freedom = self.pooled([i for i, d in enumerate(deviations) if 0 < d <= limit])
        return [d > limit and f.sf(d**2 / within, len(v) - 1, freedom) < 1e-4 / len(spreads)
                for d, v in zip(deviations, self.values)]

    def pooled(self, models):
        """s² and its degrees of freedom."""
        freedom = sum(len(self.values[i]) - 1 for i in models)
        squares = sum((len(self.values[i]) - 1) * variance(self.values[i]) for i in models)
        return squares / max(1, freedom), freedom

    def two_way(self):
        """What is left of the scores of the pool without the means of models and of folds."""
        scores = np.array([self.values[i] for i in self.pool])
        rest = scores - scores.mean(axis=1, keepdims=True) - scores.mean(axis=0, keepdims=True) + scores.mean()
        freedom = (scores.shape[0] - 1) * (scores.shape[1] - 1)
        return float(np.sum(rest**2)) / freedom, freedom

    def share(self, i):
        """By what a run's variance is multiplied for that of the mean: runs of K folds share training data (Nadeau & Bengio 2003)."""
        n = len(self.values[i])
        return 1 / n + (1 / max(1, n - 1) if self.folds[i] else 0)

    def spread(self, seeds, items, count, freedom):
        """The standard error of two variances' sum, and Satterthwaite's degrees of freedom."""
        inverse = (seeds**2 / freedom if seeds else 0) + (items**2 / (count - 1) if items else 0)
        return np.sqrt(seeds + items), (seeds + items) ** 2 / inverse if inverse else np.inf

    def difference(self, a, b):
        """Of two in the pool: a minus b, its error, degrees of freedom, and the share of the items in its variance."""
        seeds = self.variance * (self.share(a) + self.share(b))
        count = len(self.influences[a])
        items = variance(self.influences[a] - self.influences[b]) / count if self.knows_items else 0.0
        return (self.means[a] - self.means[b], *self.spread(seeds, items, count, self.freedom), items)

    def interval(self, a):
        """Half of the 95 % interval of a mean, of one out of the pool by its own seeds; None where other seeds are not known."""
        is_in = a in self.pool
        squared, freedom = (self.variance, self.freedom) if is_in and not self.is_paired else self.pooled([a])
        if freedom == 0:
            return None
        u = self.influences[a]
        knows_items = self.knows_items if is_in else len(u) > 1
        items = variance(u) / len(u) if knows_items else 0.0
        error, degrees = self.spread(squared * self.share(a), items, len(u), freedom)
        return float(t.ppf(0.975, degrees) * error) if error else None

    def tukey(self, freedom):
        return self.at(lambda f: tukey_quantile(len(self.pool), f), freedom)

    def order(self, a, b):
        """1 where a is better than b by Tukey's bound, -1 where it is worse, 0 where neither is told, None where nothing is judged."""
        if a not in self.pool or b not in self.pool or self.freedom < 8:
            return None
        gap, error, degrees, _ = self.difference(a, b)
        if not error:
            return None if gap else 0
        return 0 if abs(gap) <= self.tukey(degrees) * error else 1 if gap > 0 else -1

    def rows(self):
        """A verdict a model, with the gap to the best, its error, degrees of freedom, Tukey's half and the half of one comparison."""
        rows = [dict(verdict=out, gap=None) if out else self.row(i) for i, out in enumerate(self.out)]
        if self.best is not None:
            # Where none of the others is judged, neither is the best.
            others = [rows[i]["verdict"] for i in self.pool if i != self.best]
            unjudged = all(verdict in ("fewSeeds", "noSpread") for verdict in others)
            rows[self.best]["verdict"] = "alone" if not others else others[0] if unjudged else "top"
        return rows

    def row(self, i):
        if len(self.pool) > 1 and self.freedom < 8:
            return dict(verdict="fewSeeds", gap=None)
        if i == self.best:
            return dict(verdict=None, gap=None)
        gap, error, degrees, items = self.difference(self.best, i)
        if not error:
            return dict(verdict="noSpread" if gap else "top", gap=None)
        others = tuple(sorted(len(self.values[j]) for j in self.pool if j != i))
        hsu = self.at(lambda f: dunnett_quantile(others, len(self.values[i]), f), degrees)
        tukey = self.tukey(degrees)
        left = (gap / tukey) ** 2 - items
        return dict(
            gap=gap, error=error, freedom=degrees, half=tukey * error, interval=t.ppf(0.975, degrees) * error, hsu=hsu,
            verdict="top" if gap <= hsu * error else "worse" if gap > tukey * error else "undecided",
            seeds=int(np.ceil(2 * self.variance / left)) if left > 0 and not self.is_paired else None)

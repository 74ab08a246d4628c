"""What a report should say of costs, classes, spans, items, calibration, bins and families, table by table."""

import math
import re
from collections import Counter

import numpy as np
from over_tasks import families
from runs import Backend, flat, is_number, unpacked
from shown import Rough, Tables, code, counted, escaped, plain, sections


def cost(values):
    """The mean with its deviation, both to two digits of that."""
    if not values or not all(map(is_number, values)):
        return ["–"]
    mean = float(np.mean(values))
    if len(values) == 1:
        return [Rough(mean, abs(mean) * 0.5e-2), " (n = 1)"]
    sd = float(np.std(values, ddof=1))
    digits = min(2, 1 - math.floor(math.log10(sd))) if sd > 0 else 2
    reach = 0.501 * 10.0 ** -digits
    return [Rough(mean, reach), " ± ", Rough(sd, reach), f" ({len(values)})"]


def whole(values):
    """One number, or the ends of several."""
    if not values:
        return ["–"]
    return [f"{min(values):,}" if min(values) == max(values) else f"{min(values):,}–{max(values):,}"]


def costs(backend, key):
    return [r["cost"].get(key) for r in backend.finished]


def state(backend):
    values = costs(backend, "stateFloats")
    return ["whole sequence"] if None in values else whole(values)


def budget(backend):
    shares = set()
    for run in backend.finished:
        for asked, reached in (("parameterBudget", "parameters"), ("stateBudget", "stateFloats"), ("multiplyAddsBudget", "multiplyAddsPerToken")):
            if run["cost"].get(asked):
                shares.add(100 * (run["cost"].get(reached) or 0) / run["cost"][asked])
                break
    shown = sorted({f"{share:.1f} %" for share in shares}, key=lambda text: float(text[:-2]))
    return [", ".join(shown) or "–"]


COLUMNS = {
    "width": lambda b: whole(costs(b, "width")),
    "of budget": budget,
    "multiply-adds/token": lambda b: whole(costs(b, "multiplyAddsPerToken")),
    "training tokens/s": lambda b: cost(costs(b, "trainingTokensPerSecond")),
    "inference tokens/s": lambda b: cost(costs(b, "inferenceTokensPerSecond")),
    "peak MiB": lambda b: cost(costs(b, "peakMemory")),
}

# What hangs on the machine has a front where times compare.
SIZES = {"parameters", "stateFloats"}
FRONTS = [("parameters", "parameters", -1), ("state (floats)", "stateFloats", -1), ("seconds of a run", "seconds", -1),
          ("training tokens/s", "trainingTokensPerSecond", 1), ("inference tokens/s", "inferenceTokensPerSecond", 1),
          ("step (µs)", "stepMicroseconds", -1)]


def times_compare(backends):
    """Whether all runs had one kind of machine, and as many runs beside them."""
    places = {(r["environment"]["cpu"], r["environment"].get("jobs")) for b in backends for r in b.finished}
    return len(places) == 1 and None not in next(iter(places))


def front(ranking, key, better):
    """The models that no other one beats, the cheapest first; None where no cost tells them apart."""
    models = []
    for backend in ranking.backends:
        values = costs(backend, key)
        if ranking.rows[backend.name]["verdict"] in ("broke", "unstable") or not values or not all(map(is_number, values)):
            continue
        models.append((better * float(np.mean(values)), ranking.sign * ranking.mean(backend), backend))
    prices = [abs(price) for price, _, _ in models]
    if len(models) < 2 or not max(prices) > 1.05 * min(prices):
        return None
    best = [m for m in models if not any(o[0] >= m[0] and o[1] >= m[1] and (o[0] > m[0] or o[1] > m[1]) for o in models)]
    return sorted(best, key=lambda model: -model[0])


def fronts(ranking, backends):
    rows = []
    for label, key, better in FRONTS:
        models = front(ranking, key, better) if key in SIZES or times_compare(backends) else None
        if models is None:
            continue
        parts = []
        for price, score, backend in models:
            price = abs(price)
            exact = price == round(price)
            parts += [", " if parts else "", code(backend.name), " (", Rough(price, 0 if exact else price * 0.5e-2), ": ",
                      ranking.shown(ranking.mean(backend)), (" %" if ranking.scale == 100 else "") + ")"]
        rows.append([[label], parts])
    return rows


def share(count, of):
    return 100.0 * count / of


def fixed(values, scale=100.0):
    """Mean ± deviation with one decimal."""
    values = [scale * v for v in values]
    if len(values) == 1:
        return [float(values[0]), " (n = 1)"]
    return [float(np.mean(values)), " ± ", float(np.std(values, ddof=1)), f" ({len(values)})"]


def spans(backends):
    """Rows of types by frequency, and how many types there are."""
    runs = {b.name: [r["spans"]["byType"] for r in b.finished if r.get("spans")] for b in backends}
    truths = {}
    for of_type in (counts for each in runs.values() for run in each for counts in run.items()):
        truths[of_type[0]] = max(truths.get(of_type[0], 0), of_type[1]["truths"])
    rows = []
    for name in sorted(truths, key=lambda name: (-truths[name], name)):
        for backend, each in runs.items():
            if not each:
                continue
            found = [run.get(name, {"truths": 0, "predictions": 0, "hits": 0}) for run in each]
            ratio = lambda a, b: a / b if b else 0.0  # noqa: E731
            scores = [[ratio(c["hits"], c["predictions"]) for c in found], [ratio(c["hits"], c["truths"]) for c in found],
                      [ratio(2 * c["hits"], c["truths"] + c["predictions"]) for c in found]]
            rows.append([[code(name)], [f"{truths[name]:,}"], [code(backend)], *map(fixed, scores)])
    return rows, len(truths)


def f1(confusion, name):
    if name not in confusion["names"]:
        return 0.0
    at = confusion["names"].index(name)
    both = confusion["truths"][at] + confusion["predictions"][at]
    return 2 * confusion["hits"][at] / both if both else 0.0


def classes(ranking, order):
    """F1 of the best five backends, and what the first confuses; None where runs do not say."""
    known = [b for b in order if b.finished and all(r.get("confusion") for r in b.finished)][:5]
    if not known or len(known[0].finished[0]["confusion"]["names"]) < 3:
        return None
    first = known[0].finished[0]["confusion"]
    truths = dict(zip(first["names"], first["truths"]))
    items = known[0].finished[0].get("items")
    total = int(unpacked(items["weights"]).sum()) if items else sum(truths.values())
    names = sorted(first["names"], key=lambda name: (-truths[name], first["names"].index(name)))
    rows = [[[code(name)], [share(truths[name], max(1, total))],
             *([100 * float(np.mean([f1(r["confusion"], name) for r in b.finished]))] for b in known)] for name in names]
    counts = Counter()
    for run in known[0].finished:
        for truth, predicted, count in run["confusion"]["pairs"]:
            counts[tuple(run["confusion"]["names"][i] for i in (truth, predicted))] += count
    pairs = sorted(counts, key=lambda pair: (-counts[pair], pair))[:10]
    confused = [[[code(a)], [code(b)], [share(counts[a, b], truths.get(a, 0) * len(known[0].finished))] if truths.get(a) else ["–"]]
                for a, b in pairs]
    return known, rows, confused


def solved(backend):
    """Whether more than half of the seeds get an item wholly right; None where runs do not say. Of folds each has items of its own."""
    if backend.is_of_folds:
        parts = [solved(Backend(backend.name, [r])) for r in backend.finished]
        return np.concatenate(parts) if parts and all(part is not None for part in parts) else None
    items = [r["items"] for r in backend.finished if r.get("items")]
    if not items or len(items) < len(backend.finished) or any("wrong" not in i or i["weights"] != items[0]["weights"] for i in items):
        return None
    asked = unpacked(items[0]["weights"]) > 0
    right = sum((unpacked(i["wrong"]) == 0).astype(int) for i in items)
    return 2 * right[asked] > len(items) if asked.any() else None


def disagreement(order):
    known = [(b, right) for b in order if (right := solved(b)) is not None]
    if len(known) < 2 or any(len(right) != len(known[0][1]) for _, right in known):
        return None
    best, first = known[0]
    rows = []
    for other, second in known[1:]:
        counts = [(first & second), (first & ~second), (~first & second), (~first & ~second), (first | second)]
        rows.append([[code(other.name)], *([share(int(c.sum()), len(first))] for c in counts)])
    return best, rows


def calibration(backends):
    rows = []
    for backend in backends:
        runs = [r["calibration"] for r in backend.finished if r.get("calibration")]
        if not runs or len(runs) < len(backend.finished):
            continue
        count = [max(1, sum(r["counts"])) for r in runs]
        sure = [sum(r["confidences"]) / n for r, n in zip(runs, count)]
        right = [sum(r["right"]) / n for r, n in zip(runs, count)]
        error = [sum(abs(a - c) for a, c in zip(r["right"], r["confidences"])) / n for r, n in zip(runs, count)]
        rows.append([[code(backend.name)], *map(fixed, (error, sure, right, [a - b for a, b in zip(sure, right)]))])
    return rows


def breakdowns(backends):
    """Of every way to tell targets apart its metric, bins with the most targets that a run has, and of every backend the scores in each."""
    names = list(dict.fromkeys(b["name"] for backend in backends for r in backend.finished for b in r.get("breakdowns") or []))
    for name in names:
        runs = {b.name: [x for r in b.finished for x in r.get("breakdowns") or [] if x["name"] == name] for b in backends}
        everyone = [x for each in runs.values() for x in each]
        longest = max(everyone, key=lambda x: len(x["labels"]))
        labels = list(dict.fromkeys(longest["labels"] + [label for x in everyone for label in x["labels"]]))
        weights = {label: max(w for x in everyone for known, w in zip(x["labels"], x["weights"]) if known == label) for label in labels}
        scores = {backend: {label: [s / w for x in each for known, s, w in zip(x["labels"], x["sums"], x["weights"]) if known == label]
                            for label in labels} for backend, each in runs.items() if each}
        yield name, everyone[0]["metric"], weights, scores


class Details:
    """The sections that follow the scores, held against the runs; what no check knows is said, so that no table goes unread."""

    def __init__(self, report, backends):
        self.report, self.backends = report, backends
        for title, check in (("Cost against quality", self.fronts), ("Spans by type", self.spans), ("Classes", self.classes),
                             ("Disagreement", self.disagreement), ("Calibration", self.calibration),
                             ("Scores by length, frequency and distance", self.breakdowns)):
            pieces = sections(report.sections.get(title, ""), "###")
            for task, ranking in report.tasks.items():
                tables = Tables(pieces.pop(escaped(task), ""))
                check(f"{title}, {task}", tables, ranking, backends[task])
                report.known(f"{title}, {task}", tables)
            for task in pieces:
                report.complain(title, f"no run is of {task}")
        self.families("Scores along an option of the data")

    def has(self, place, expected, found):
        """Whether there should be a table, which is complained of where there is one or none in spite of that."""
        if bool(expected) != bool(found[0]):
            self.report.complain(place, "the table is missing" if expected else "there should be no table")
        return bool(expected) and bool(found[0])

    def same(self, place, key, found, titles, rows, names=1):
        if self.has(place, rows, found):
            self.report.same(place, key, found, titles, rows, names)

    @staticmethod
    def order(ranking):
        """Backends from the best mean on, those that broke or are unstable behind; equal ones as the study has them."""
        if ranking is None:
            return []
        out = lambda b: ranking.rows[b.name]["verdict"] in ("broke", "unstable")  # noqa: E731
        return sorted(ranking.backends, key=lambda b: (out(b), float(f"{-ranking.sign * ranking.mean(b):.12g}")))

    def fronts(self, place, tables, ranking, backends):
        rows = fronts(ranking, backends) if ranking and ranking.rows else []
        remark = "Speeds and times of these runs do not compare, so that they have no front."
        if rows and times_compare(backends) == (remark in tables.words):
            self.report.complain(place, f"says wrongly, or does not say: {remark}")
        self.same(place, "fronts", tables.pop(0), ["cost", "on the front, the cheapest first"], rows)

    def spans(self, place, tables, ranking, backends):
        rows, count = spans(backends)
        found = tables.pop(f"Precision, recall and F1 (%) of {counted(count, 'type')}")
        self.same(place, "spans", found, ["type", "in the test split", "backend", "precision ↑", "recall ↑", "F1 ↑"], rows, names=3)

    def classes(self, place, tables, ranking, backends):
        found = classes(ranking, self.order(ranking)) if ranking else None
        keys = [key for key in tables.tables if key == 0 or str(key).startswith("F1 of ")]
        scores, confused = tables.pop(keys[0] if keys else None), tables.pop("Most frequent confusions")
        if not self.has(place, found, scores):
            return
        known, rows, pairs = found
        names = [code(b.name) for b in known]
        self.report.same(place, "F1", scores, ["class", "of the test split (%)", *names], rows)
        self.same(place, "confusions", confused, ["is", "taken for", f"by {names[0]}, of that class (%)"], pairs, names=2)

    def disagreement(self, place, tables, ranking, backends):
        is_text = any(r["cell"]["harness"] == "language-modelling" for b in backends for r in b.records)
        found = disagreement(self.order(ranking)) if ranking and not is_text and len(ranking.rows) > 1 else None
        shown = tables.pop(0)
        if self.has(place, found, shown):
            best, rows = found
            titles = [f"beside {code(best.name)}", "both right (%)", f"only {code(best.name)} (%)", "only this (%)", "neither (%)", "either (%)"]
            self.report.same(place, "disagreement", shown, titles, rows)

    def calibration(self, place, tables, ranking, backends):
        titles = ["backend", "expected calibration error (points) ↓", "sure (%)", "right (%)", "sure minus right (points)"]
        self.same(place, "calibration", tables.pop(0), titles, calibration(backends))

    def breakdowns(self, place, tables, ranking, backends):
        shown = {key: tables.all(key) for key in list(tables.tables)}
        for name, metric, weights, scores in breakdowns(backends):
            key = next((key for key in shown if str(key).endswith(f" by {name}")), None)
            scale = 100.0 if metric["unit"] == "percent" else 1.0
            names = list(scores)
            pieces = [names[i:i + 5] for i in range(0, len(names), 5)]
            found = shown.pop(key, [])
            if len(found) != len(pieces):
                self.report.complain(place, f"\"{name}\" has {len(found)} tables and should have {len(pieces)}")
            for piece, table in zip(pieces, found):
                def cell(values):
                    values = [scale * v for v in values]
                    if not values:
                        return ["–"]
                    return ([float(values[0]), " (n = 1)"] if len(values) == 1 else
                            [float(np.mean(values)), " ± ", float(np.std(values, ddof=1)), f" ({len(values)})"])
                rows = [[[label], [f"{weights[label]:,}"], *(cell(scores[b][label]) for b in piece)] for label in weights]
                self.report.same(place, name, table, [name, "targets", *map(code, piece)], rows)
            tables.tables.pop(key, None)

    def families(self, title):
        """How far every backend holds along an option; the figures have no numbers in text."""
        text = self.report.sections.get(title, "")
        found = Tables(re.split(r"(?m)^### ", text)[0]).pop(0)
        tasks, columns = self.report.tasks, []
        settings = {}
        for run in self.report.records:
            settings.setdefault(run["cell"]["task"], flat(run["settings"]))
        for family in families(self.report.records):
            key = next(key for key in sorted(settings[next(iter(family))]) if key.startswith("data.") and
                       len({settings[task].get(key) for task in family}) == len(family))
            members = sorted(family, key=lambda task: float(settings[task][key]))
            metric = next((tasks[task].metric for task in members if tasks[task]), None)
            if metric and metric["higherIsBetter"] and metric["unit"] == "percent":
                columns.append([(float(settings[task][key]), task) for task in members])
        rows = [[[code(name)], *([self.reach(column, name)] for column in columns)] for name in self.report.backends] if columns else []
        if self.has(title, rows, found):
            self.report.same(title, "reach", found, ["backend"], rows)

    def reach(self, column, name):
        """The largest value up to which a backend's mean is 90 % or more at every value."""
        of_name = [(value, next((b for b in self.backends[task] if b.name == name), None)) for value, task in column]
        means = [(value, float(np.mean(scores))) for (value, b), (_, task) in zip(of_name, column)
                 if b and self.report.tasks[task] and (scores := self.report.tasks[task].scores(b))]
        if len(means) < len(column) or any(b and b.lost for _, b in of_name):
            return "runs missing"
        held = []
        for value, mean in means:
            if mean < 0.9 - 1e-12:
                break
            held.append(value)
        if not held:
            return f"< {plain(means[0][0])}"
        return ("≥ " if len(held) == len(means) else "") + plain(held[-1])

"""What a report should say of gradients, from what runs recorded of them."""

import json
import math

import numpy as np
from shown import Rough, Tables, code, counted, escaped, fits, joined, plain, said, sections

THRESHOLD = 0.01


class Diagnosed:
    """The runs of a backend that recorded what gradients do."""

    def __init__(self, backend):
        self.backend, self.name = backend, backend.name
        self.records = [r for r in backend.records if r["status"] != "stopped" and r.get("diagnosis")]
        self.before = [r["diagnosis"]["before"] for r in self.records]
        self.after = [r["diagnosis"]["after"] for r in self.records if r["diagnosis"].get("after")]
        points = [point["gradients"] for r in self.records for point in r["curve"] if point.get("gradients")]
        self.norms = points + [r["diagnosis"]["broken"] for r in self.records if r["diagnosis"].get("broken")]

    @property
    def clip(self):
        return (self.records[0]["settings"].get("training") or {}).get("clip", 0)

    @property
    def unclipped(self):
        """The settings of the first run without what clipping and chance are."""
        settings = self.records[0]["settings"]
        training = {key: value for key, value in (settings.get("training") or {}).items() if key != "clip"}
        return json.dumps({key: value for key, value in settings.items() if key != "seed"} | {"training": training}, sort_keys=True)

    def largest_step(self):
        return max((n["largest"] if self.clip == 0 else min(n["largest"], self.clip) for n in self.norms), default=None)


def shares(diagnosis):
    """By distance, of the state where it is followed, else of the input."""
    found = diagnosis["gradients"]
    return (found[1] if len(found) > 1 else found[0])["shares"] if found else []


def memory(of):
    return next((distance for distance, share in enumerate(of) if share < THRESHOLD), None)


def reached(of):
    """Where they fall under the threshold; beyond all distances where they do not."""
    return math.inf if memory(of) is None else memory(of)


def mean(diagnoses):
    """Shares over the runs that are so long."""
    every = [own for own in map(shares, diagnoses) if own]
    return [float(np.mean([own[d] for own in every if len(own) > d])) for d in range(max(map(len, every), default=0))]


def fate(of):
    if len(of) < 2:
        return None
    return "vanishes" if of[-1] < THRESHOLD else "explodes" if of[-1] > 1 / THRESHOLD else "holds"


def compact(value):
    """Two digits."""
    if value is None:
        return ["–"]
    power = math.floor(math.log10(abs(value))) if value else 0
    return [Rough(value, 0.5 * 10.0 ** (power - 1) if 2 <= power < 6 else 0)]


def span(values, show):
    """The ends of several values, or one where they look alike; `show` gives a text, or what is a number with so many decimals."""
    if not values:
        return ["–"]
    low, high = show(min(values)), show(max(values))
    return [low] if low == high else [low, "–", high]


def change(backend, parts):
    before, after = parts(backend.before), parts(backend.after)
    return ["–"] if before == after == ["–"] else [*before, " → ", *after]


def numbers(value):
    """Values of a diagnosis with two decimals, before training and after it."""
    return lambda diagnoses: span([v for v in map(value, diagnoses) if v is not None], lambda v: float(f"{v:.2f}"))


def radius(diagnosis):
    return max((r["spectralRadius"] for r in diagnosis["recurrences"]), default=None)


def growth(diagnosis):
    found = diagnosis.get("jacobian")
    return found["singularValues"][-1] ** (1 / found["distances"][-1]) if found and found["distances"] else None


def memories(diagnoses):
    every = [own for own in map(shares, diagnoses) if own]
    longest = max((len(own) - 1 for own in every), default=0)
    ends = list(map(reached, every))
    return span(ends, lambda end: f"over {longest}" if end > longest else str(end))


def clipped(norms):
    steps = sum(n["steps"] for n in norms)
    return [100.0 * sum(n["clipped"] for n in norms) / steps, " %"] if steps else ["–"]


def rows(backends):
    return [[[code(b.name)], change(b, memories), change(b, numbers(radius)), change(b, numbers(growth)),
             compact(max((n["largest"] for n in b.norms), default=None)), clipped(b.norms)] for b in backends]


def gate(name, key):
    return lambda diagnosis: next((g[key] for g in diagnosis["gates"] if g["name"] == name), None)


def gate_rows(backends):
    return [[[code(b.name)], [escaped(g["name"])], *(change(b, numbers(gate(g["name"], key))) for key in ("mean", "shut", "open"))]
            for b in backends if b.before for g in b.before[0]["gates"]]


def fates(when, backends, diagnoses):
    known = [(b.name, of) for b in backends if fate(of := mean(diagnoses(b)))]
    groups = []
    for kind in ("vanishes", "holds", "explodes"):
        own = sorted((pair for pair in known if fate(pair[1]) == kind), key=lambda pair: (reached(pair[1]), pair[1][-1]))
        items = []
        for place, (name, of) in enumerate(own):
            if kind == "vanishes":
                words = [f"under 1 % {memory(of)} step{'' if memory(of) == 1 else 's'} back" if place == 0 else str(memory(of))]
            else:
                back = len(of) - 1
                words = [*compact(of[-1]), " times" + (f" as large {back} step{'' if back == 1 else 's'} back" if place == 0 else "")]
            items.append([f"{code(name)} (", *words, ")"])
        if items:
            groups.append([f"{'; it ' if groups else ''}{kind} in ", *joined(items)])
    return [f"**{when}** the gradient ", *(part for group in groups for part in group), "."] if groups else None


def clippings(backends, ranking):
    groups = {}
    for backend in backends:
        groups.setdefault(backend.unclipped, []).append(backend)
    for group in groups.values():
        group = sorted(group, key=lambda b: -b.clip)
        if len({b.clip for b in group}) < 2:
            continue
        names = [[f"{code(b.name)} ({f'to {plain(b.clip)}' if b.clip else 'none'})"] for b in group]
        parts = ["**Clipping** is all that tells ", *joined(names), " apart: the largest norm of a gradient is ",
                 *joined([compact(max((n["largest"] for n in b.norms), default=None)) for b in group]),
                 "; what is left of it for a step at most ", *joined([compact(b.largest_step()) for b in group]), "; runs that finish are ",
                 *joined([[f"{len(b.backend.finished)} of {len(b.backend.records)}"] for b in group])]
        if ranking:
            scores = [ranking.scores(b.backend) for b in group]
            parts += [f"; mean test {ranking.metric['name']} is ", *joined([quantity(ranking, np.mean(s)) if s else ["–"] for s in scores])]
        yield [*parts, "."]


def quantity(ranking, score):
    return [ranking.shown(score), " %" if ranking.scale == 100 else ""]


def gates(backends):
    items = []
    for b in backends:
        for name in [g["name"] for g in b.before[0]["gates"] if g["name"].endswith(("forget", "update", "kept"))]:
            means = [[v for v in map(gate(name, "mean"), each) if v is not None] for each in (b.before, b.after)]
            values = [[float(np.mean(own))] for own in means if own]
            items.append([code(b.name), " ", *values[0], *(part for value in values[1:] for part in (" → ", *value)), f" ({escaped(name)})"])
    whole = [part for place, item in enumerate(items) for part in ([", "] if place else []) + item]
    return ["**Gates** stand open, in the mean before → after training: ", *whole, "."] if items else None


def scores(backends, ranking):
    """The sentence on those in which gradients vanish and the others: with one number of a group, or with two."""
    kinds = {True: [], False: []}
    for b in backends:
        if (kind := fate(mean(b.before))) and (values := ranking.scores(b.backend)):
            kinds[kind == "vanishes"].append(float(np.mean(values)))
    if not (kinds[True] and kinds[False]):
        return []

    def forms(means):
        low, high = min(means), max(means)
        # Means that differ by less than a digit are one number.
        alike = (high - low) * ranking.scale < (0.1 if ranking.scale == 100 else 0.01 * abs(low))
        return [quantity(ranking, low)] * alike + [[ranking.shown(low), " to ", *quantity(ranking, high)]]

    return [["**Scores**: where the gradient vanishes before training, the mean test ", ranking.metric["name"], " of a backend is ", *gone,
             "; where it does not, ", *kept, "."] for gone in forms(kinds[True]) for kept in forms(kinds[False])]


def sentences(backends, ranking):
    """Lists of forms that a sentence may have."""
    whole = [fates("Before training", backends, lambda b: b.before), fates("After training", backends, lambda b: b.after),
             *clippings(backends, ranking), gates(backends)]
    return [[parts] for parts in whole if parts] + [forms for forms in [scores(backends, ranking) if ranking else []] if forms]


def check(report, backends):
    """Holds the section against the runs, task by task."""
    pieces = sections(report.sections.get("Gradients", ""), "###")
    for task, every in backends.items():
        own = [b for b in map(Diagnosed, every) if b.records]
        place, piece = f"Gradients, {task}", pieces.pop(escaped(task), None)
        if bool(own) != (piece is not None):
            report.complain(place, "the task is missing" if own else "no run recorded gradients")
        if not own or piece is None:
            continue
        tables = Tables(piece)
        titles = ["backend", "effective memory", "spectral radius", "growth a step", "largest norm", "steps clipped"]
        report.same(place, "gradients", tables.pop(0), titles, rows(own))
        if opened := gate_rows(own):
            report.same(place, "gates", tables.pop("Gates"), ["backend", "gate", "mean", "shut (below 0.05)", "open (above 0.95)"], opened, names=2)
        report.known(place, tables)
        lines = [line.removeprefix("- ") for line in tables.words if line.startswith("- ")]
        expected = sentences(own, report.tasks[task])
        if len(lines) != len(expected):
            report.complain(place, f"says {counted(len(lines), 'sentence')} and should say {len(expected)}")
        for line, forms in zip(lines, expected):
            report.numbers += sum(isinstance(part, float) for part in forms[-1])
            if not any(fits(line, parts) for parts in forms):
                report.complain(place, f"says \"{line}\" and should say \"{said(forms[-1])}\"")
    for task in pieces:
        report.complain("Gradients", f"no run is of {task}")

"""What the sentences at the top of a report should say, of every task and of all together."""

from details import cost, costs, times_compare, whole
from over_tasks import families, independent
from runs import Backend
from shown import code, counted, escaped, fits, joined, said


class Answer:
    """The sentences on one task by its ranking."""

    def __init__(self, ranking, backends):
        self.ranking, self.backends = ranking, backends
        self.percent = " %" if ranking.scale == 100 else ""
        self.points = " points" if ranking.scale == 100 else ""
        out = ("broke", "unstable")
        rest = [b for b in ranking.backends if b is not ranking.best]
        rest.sort(key=lambda b: (self.verdict(b) in out, float(f"{-ranking.sign * ranking.mean(b):.12g}")))
        self.standings = ([ranking.best] if ranking.best else []) + rest

    def verdict(self, backend):
        return self.ranking.rows[backend.name]["verdict"]

    def those(self, *verdicts):
        return [b for b in self.standings if self.verdict(b) in verdicts]

    def score(self, backend, named=True):
        r = self.ranking
        mean, interval = [r.shown(r.mean(backend)), self.percent], r.interval(backend)
        known = interval != ["–"]
        if named:
            return [f"{code(backend.name)} (", *mean, *([", ", *interval] if known else []), ")"]
        return mean + ([" (95 % interval ", *interval, ")"] if known else [])

    def sentences(self):
        """Parts of every sentence, in their order."""
        every = [self.lead(), self.equal(), self.worse(), self.undecided(), self.unjudged(), self.outside(), self.cheapest(), self.below(), self.lost()]
        return [parts for parts in every if parts]

    def lead(self):
        best, metric = self.ranking.best, f"test {escaped(self.ranking.metric['name'])}"
        if not best:
            return ["no backend is the best: each broke (lost a run, or has one below the baseline) or is unstable."]
        name, score, top = code(best.name), self.score(best, named=False), self.those("top")
        match self.verdict(best):
            case "alone":
                return [f"{name} reaches a {metric} of ", *score, "."]
            case "top" if len(top) > 1:
                more = [[f"{len(top) - 5:,} more"]] if len(top) > 5 else []
                return [f"the top group of {len(top)} in {metric} is ", *joined([*map(self.score, top[:5]), *more]), "."]
            case "top":
                return [f"{name} is alone at the top, with a {metric} of ", *score, "."]
        return [f"{name} has the best mean {metric}, ", *score, "."]

    def equal(self):
        r = self.ranking
        names = [[code(b.name)] for b in self.standings if r.best and r.is_equal(r.rows[b.name])]
        if len(names) > 1 and len(names) == len(self.standings) - 1:
            names = [["all others"]]
        return [f"Equal to {code(r.best.name)} within {r.within}: ", *joined(names), "."] if names else None

    def worse(self):
        found = self.those("worse")
        items = [[f"{code(b.name)} by ", *self.ranking.verdict(b)[1:], self.points] for b in found[:4]]
        more = [[f"{len(found) - 4:,} more"]] if len(found) > 4 else []
        return [f"Worse than {code(self.ranking.best.name)}: ", *joined(items + more), "."] if found else None

    def undecided(self):
        parts = []
        for b in self.those("undecided"):
            seeds = self.ranking.rows[b.name]["seeds"]
            need = f"about {counted(seeds, 'seed')} would tell" if seeds else f"only more {self.ranking.wanting} would tell"
            parts += ["; " if parts else "Undecided: ", *self.score(b), f", {need}"]
        return [*parts, "."] if parts else None

    def unjudged(self):
        table = self.ranking.table
        if self.ranking.best and self.verdict(self.ranking.best) == "fewSeeds":
            return [f"Who is better is not said: the seeds of {counted(len(table.pool), 'backend')} give {counted(int(table.freedom), 'degree')} of freedom, and "
                    "below 8 chance decides. More seeds would tell."]
        names = [self.score(b) for b in self.those("noSpread")]
        return ["Not judged, because no seed differs from another: ", *joined(names), "."] if names else None

    def outside(self):
        parts, works = [], False
        for b in self.those("broke", "unstable"):
            share = self.ranking.works(b)
            works = works or bool(share)
            what = (["is ", *self.ranking.verdict(b)] if self.verdict(b) == "unstable" else ["broke" if b.lost else "has seeds below the baseline"])
            parts += ["; " if parts else "Not compared: ", f"{code(b.name)} ", *what, share]
        rule = " A seed works where it comes nearer to the best mean than to the baseline." if works else ""
        return [*parts, f".{rule}"] if parts else None

    def cheapest(self):
        top = self.those("top")
        if len(top) < 2:
            return None

        def least(key):
            means = [sum(costs(b, key)) / len(b.finished) for b in top]
            return [b for b, mean in zip(top, means) if mean == min(means)]

        small, quick = least("parameters"), least("seconds")[0]
        size = f"({whole(costs(small[0], 'parameters'))[0]} parameters)"
        smallest = [*joined([[code(b.name)] for b in small]), f" {'is' if len(small) == 1 else 'are'} the smallest {size}"]
        if not times_compare(self.backends):
            return ["Of the top group ", *smallest, "."]
        time = ["the quickest to train (", *cost(costs(quick, "seconds")), " s a run)."]
        if small == [quick]:
            return [f"Of the top group {code(quick.name)} is both the smallest {size} and ", *time]
        return ["Of the top group ", *smallest, f", {code(quick.name)} ", *time]

    def below(self):
        r = self.ranking
        names = [self.score(b) for b in self.standings if r.baseline is not None and r.sign * (r.baseline - r.mean(b)) > 0]
        if not names:
            return None
        baseline = next(b for b in r.backends)
        name = escaped(baseline.finished[0]["baseline"])
        verb = ["mean of ", *names[0], " is"] if len(names) == 1 else ["means of ", *joined(names), " are"]
        return ["**Below the baseline:** the ", *verb, f" worse than the {name} baseline (", *r.baseline_cell(),
                self.percent + ("" if r.sign > 0 else "; lower is better"), ")."]

    def lost(self):
        items = [[f"{code(b.name)} lost {b.lost} of {len(b.records)}"] for b in self.backends if b.lost]
        return ["Not all runs left scores: ", *joined(items), "; means stand for those that did."] if items else None


def overall(report):
    """How often each backend is in the top group; None where that is not said."""
    def is_judged(ranking):
        return ranking and len(ranking.table.pool) > 1 and ranking.table.freedom >= 8

    def is_top(name, group):
        rankings = [report.tasks[task] for task in group]
        return all(r and name in r.rows and r.rows[name]["verdict"] == "top" for r in rankings)

    groups = [group for group in independent(list(report.tasks), list(families(report.records))) if any(is_judged(report.tasks[task]) for task in group)]
    counts = [(name, sum(is_top(name, group) for group in groups)) for name in report.backends]
    items = [[f"{code(name)} on {count}"] for name, count in sorted(counts, key=lambda pair: -pair[1]) if count]
    if len(groups) < 2 or not items:
        return None
    once = " (a task at several values of an option counts once, where it holds at all of them)" if any(len(group) > 1 for group in groups) else ""
    return said([f"In the top group, of {len(groups)} tasks{once}: ", *joined(items), "."])


def scope(report):
    """What the intervals speak of."""
    blind = [task for task, ranking in report.tasks.items() if not (ranking and ranking.table.knows_items)]
    why = "(runs do not say how each item went, or the metric is no sum over items)"
    if not blind:
        return "for other seeds and other test items;"
    if len(blind) == len(report.tasks):
        return f"for other seeds on these test items {why};"
    return f"for other seeds and other test items, of {said(joined([[escaped(task)] for task in blind]))} for other seeds alone {why};"


def check(report):
    """Holds the sentences of every task against its ranking, and those on all against all."""
    text = report.sections.get("Answer", "")
    for task, ranking in report.tasks.items():
        lead = f"- **{escaped(task)}**: "
        line = next((line for line in text.split("\n") if line.startswith(lead)), None)
        if line is None:
            report.complain("Answer", f"says nothing of {task}")
            continue
        backends = [Backend(name, selection.ended) for name, selection in report.selections[task].items()]
        if not ranking or not ranking.rows:
            runs = sum(len(b.records) for b in backends)
            expected = [[f"no run has a test score ({counted(runs, 'run')}, {sum(len(b.finished) for b in backends)} finished), so there is no answer."]]
        else:
            expected = Answer(ranking, backends).sentences()
        parts = [part for place, sentence in enumerate(expected) for part in ([" "] if place else []) + sentence]
        report.numbers += sum(isinstance(part, float) for part in parts)
        if not fits(line.removeprefix(lead), parts):
            report.complain("Answer", f"{task}: says \"{line.removeprefix(lead)}\" and should say \"{said(parts)}\"")
    found = next((line for line in text.split("\n") if line.startswith("In the top group, of ")), None)
    if found != overall(report):
        report.complain("Answer", f"says \"{found}\" and should say \"{overall(report)}\"")
    if scope(report) not in text:
        report.complain("Answer", f"does not say of its intervals: {scope(report)}")

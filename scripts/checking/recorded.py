"""What a report should say of what stands in the records as it is: lost runs, errors of discretisations, settings, data, machines."""

import json
import math

from runs import flat, is_number, is_scored
from shown import Tables, code, counted, escaped, sections

SPLITS = ("train", "development", "test")


def coded(text):
    return code(text) if text else ""


def title(record):
    return " ".join(filter(None, [record["cell"]["backend"], record["cell"].get("candidate")]))


def broken(record):
    """Metrics whose test scores are no numbers, though the run finished."""
    if record["status"] != "finished":
        return []
    scores = record["scores"].get("test", {})

    def is_broken(place, name):
        value = scores.get(name, None if place else math.nan)
        return value is not None and not is_number(value)

    return [m["name"] for place, m in enumerate(record["metrics"]) if is_broken(place, m["name"])]


def outcome(record):
    return "no number" if record["status"] == "finished" and not is_scored(record) else record["status"]


def reason(record):
    if record.get("failure"):
        return record["failure"]["message"]
    names = broken(record)
    listed = " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
    return f"no number stands for the test's {listed}" if names else "no reason was recorded"


class Recorded:
    def __init__(self, report, backends):
        self.report, self.backends = report, {task: backends[task] for task in report.tasks if backends.get(task)}
        # Of what a search stopped no more than it had learnt there.
        seen = {r["identity"]: r for each in report.selections.values() for s in each.values() for c in s.candidates for r in c.records}
        self.records = [seen.get(r["identity"], r) for r in report.records]
        self.runs = [(task, b.name, r) for task, each in self.backends.items() for b in each for r in b.records if r["status"] != "stopped"]
        self.lost()
        self.discretisation()
        self.settings()
        self.provenance()

    def says(self, place, tables, words):
        if words not in tables.words:
            self.report.complain(place, f"does not say: {words}")

    def lost(self):
        place = "Failed and diverged runs"
        tables = Tables(self.report.sections.get(place, ""))
        ended = [r for r in self.records if r["status"] != "stopped"]
        lost = [r for r in ended if not is_scored(r)]
        if lost:
            count = lambda status: sum(r["status"] == status for r in lost)  # noqa: E731
            odd = f", {count('finished')} finished with scores that are no numbers" if count("finished") else ""
            self.says(place, tables, f"{counted(len(lost), 'run')} of {len(ended):,} left no scores: {count('failed')} failed, "
                                     f"{count('diverged')} diverged{odd}. Means and tests above stand for the others.")
            rows = []
            for r in lost:
                failure = r.get("failure") or {}
                step, tensor = failure.get("step"), failure.get("tensor")
                rows.append([[escaped(r["cell"]["task"])], [code(title(r))], [str(r["cell"]["seed"])], [outcome(r)],
                             ["–"] if step is None else [float(step)], [code(tensor) if tensor else "–"], [escaped(reason(r))],
                             [code(r["identity"][:12])]])
            titles = ["task", "backend", "seed", "what", "step", "first bad tensor", "why", "identity"]
            self.report.same(place, "lost runs", tables.pop(0), titles, rows, names=3)
        else:
            rest = "that no search stopped " if len(ended) < len(self.records) else ""
            self.says(place, tables, f"None: all {counted(len(ended), 'run')} {rest}finished.")
        self.report.known(place, tables)

    def discretisation(self):
        pieces = sections(self.report.sections.get("Discretisation error", ""), "###")
        for task, each in self.backends.items():
            points = {}
            for own, _, r in self.runs:
                found, backend = r.get("measurements") or {}, r["settings"].get("backend") or {}
                step, error = found.get("time step"), found.get("discretisation error")
                if own == task and "of" not in backend and is_number(step) and step > 0 and is_number(error):
                    points.setdefault((backend.get("discretisation", "zoh"), step), []).append(r)
            place, piece = f"Discretisation error, {task}", pieces.pop(escaped(task), None)
            has_table = len({method for method, _ in points}) > 1
            if has_table != (piece is not None):
                self.report.complain(place, "the task is missing" if has_table else "has not two methods")
            if not has_table or piece is None:
                continue
            tables, ranking = Tables(piece), self.report.tasks[task]
            rows = []
            for (method, step), runs in points.items():
                values = [r["scores"]["test"][ranking.metric["name"]] for r in runs if is_scored(r)] if ranking else []
                rows.append([[escaped(method)], [f"{step:.2g}"], [float(f"{max(r['measurements']['discretisation error'] for r in runs):.2g}")],
                             [f"{sum(r['status'] == 'diverged' for r in runs)} of {len(runs)}"], ranking.sample(values) if values else ["–"]])
            titles = ["method", "time step", "error of one step", "diverged", f"test {ranking.heading if ranking else 'score'}"]
            self.report.same(place, "errors", tables.pop(0), titles, rows, names=2)
            self.report.known(place, tables)
        for task in pieces:
            self.report.complain("Discretisation error", f"no run is of {task}")

    def settings(self):
        place = "Settings"
        tables = Tables(self.report.sections.get(place, ""))
        rows = [(task, backend, flat(r["settings"])) for task, backend, r in self.runs]
        keys = {}
        for key in sorted({key for *_, settings in rows for key in settings}):
            keys.setdefault(scope(key, rows), []).append(key)

        def value(key, task=None, backend=None):
            return next((s.get(key) for t, b, s in rows if task in (None, t) and backend in (None, b)), None)

        def cell(text):
            return ["–"] if text is None else [coded(text) or "(empty)"]

        def assignments(names, task=None, backend=None):
            known = [(name, value(name, task, backend)) for name in names]
            return [", ".join(code(f"{name}: {text}") for name, text in known if text is not None) or "–"]

        tasks = list(self.backends)
        pairs = [(task, b.name) for task, each in self.backends.items() for b in each]
        shown = {
            "common": (["setting", "value"], [[[code(key)], cell(value(key))] for key in keys.get("common", [])], 1),
            "task": (["setting", *map(escaped, tasks)],
                     [[[code(key)], *(cell(value(key, task)) for task in tasks)] for key in keys.get("task", [])], 1),
            "backend": (["backend", "settings"], [[[code(name)], assignments(keys.get("backend", []), backend=name)] for name in self.report.backends], 1),
            "cell": (["task", "backend", "settings"],
                     [[[escaped(task)], [code(name)], assignments(keys.get("cell", []), task, name)] for task, name in pairs], 2),
        }
        places = iter(sorted(key for key in tables.tables if isinstance(key, int)))
        for kind, (titles, expected, names) in shown.items():
            if kind in keys:
                self.report.same(place, f"settings by {kind}", tables.pop(next(places, None)), titles, expected, names)
        seeds = sorted({r["cell"]["seed"] for r in self.records})
        odd = [code(key) for key in keys.get("seed", []) if key != "seed"]
        listed = " and ".join(filter(None, [", ".join(odd[:-1]), *odd[-1:]]))
        rest = f" Besides the seed, these differ between the runs of a cell: {listed}." if odd else ""
        self.says(place, tables, f"{'Seed' if len(seeds) == 1 else 'Seeds'}: {', '.join(map(str, seeds))}.{rest}")
        groups = [[[escaped(task)], [code(b.name)], [escaped(g["name"])], [float(g["learningRateFactor"])],
                   ["yes" if g["weightDecay"] else "no"], [float(g["count"])]]
                  for task, each in self.backends.items() for b in each if b.finished for g in b.finished[0]["groups"]]
        titles = ["task", "backend", "group", "learning-rate factor", "weight decay", "parameters"]
        found = tables.pop("Parameter groups")
        if groups or found[1]:
            self.report.same(place, "groups", found, titles, groups, names=3)
        self.report.known(place, tables)

    def provenance(self):
        place = "Provenance"
        tables = Tables(self.report.sections.get(place, ""))
        data, remarks = {}, {}
        for task, _, r in self.runs:
            own = r["data"]
            data.setdefault((task, json.dumps(own, sort_keys=True)), own)
            remarks |= {f"- {escaped(f'{task}: {remark}')}": None for remark in own.get("remarks") or []}
        rows = []
        for (task, _), own in data.items():
            shares = own.get("unknownShares")
            unknown = [part for split in SPLITS for part in (" / ", 100.0 * shares.get(split, 0))][1:] if shares else ["–"]
            sizes = [[float(own["sizes"][split])] if split in own["sizes"] else ["–"] for split in SPLITS]
            rows.append([*([escaped(text)] for text in (task, own["name"], own["version"], own["licence"])), [coded(own["digest"][:12])], *sizes,
                         [float(own["vocabulary"])], [float(own["classes"])], unknown])
        titles = ["task", "data set", "version", "licence", "digest", *SPLITS, "vocabulary", "classes", "`<unk>` (%)"]
        self.report.same(place, "data", tables.pop(0), titles, rows, names=5)
        lines = [line for line in tables.words if line.startswith("- ")]
        if lines != list(remarks):
            self.report.complain(place, f"says of the data {lines} and should say {list(remarks)}")
        machines = {}
        for r in self.records:
            own = {key: value for key, value in r["environment"].items() if key != "load" and value is not None}
            machines.setdefault(json.dumps(own, sort_keys=True), []).append(own)
        rows = []
        for each in machines.values():
            own = each[0]
            libraries = ", ".join(f"{name} {own['libraries'][name]}" for name in sorted(own["libraries"]))
            rows.append([*([escaped(text)] for text in (own["cpu"], own["system"], libraries, own["version"])), [coded(own["commit"])],
                         [coded(own["build"][:8]) if "build" in own else "not recorded"],
                         [str(own["jobs"]) if "jobs" in own else "not recorded"], [float(len(each))]])
        titles = ["processor", "system", "libraries", "unroll", "commit", "build", "runs at a time", "runs"]
        self.report.same(place, "machines", tables.pop(1), titles, rows, names=7)
        rows = [[[escaped(r["cell"]["task"])], [code(title(r))], [str(r["cell"]["seed"])], [outcome(r)], [code(r["identity"])]] for r in self.records]
        found = tables.pop(f"Identities of all {counted(len(self.records), 'record')}")
        self.report.same(place, "identities", found, ["task", "backend", "seed", "status", "identity"], rows, names=3)
        self.report.known(place, tables)


def scope(key, rows):
    """The least that a setting depends on."""
    def depends(group):
        known = {}
        return all(known.setdefault(group(task, backend), settings.get(key)) == settings.get(key) for task, backend, settings in rows)

    groups = {"common": lambda t, b: "", "task": lambda t, b: t, "backend": lambda t, b: b, "cell": lambda t, b: (t, b)}
    return next((name for name, group in groups.items() if depends(group)), "seed")

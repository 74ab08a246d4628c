#!/usr/bin/env python3
"""Recomputes the scores and verdicts of every report from its file of runs, apart from the program's own code.

    scripts/check_reports.py [FOLDER]        needs numpy and scipy; FOLDER is Reports/ by default

Of each FOLDER/<study>/runs.jsonl the tables of FOLDER/<study>.md are held against what scipy makes of the runs: means, deviations, intervals, verdicts, gaps, bounds for
all pairs, counts of seeds, costs and their fronts, candidates that development chose, wins, interquartile means, tests, classes, confusions, spans, items that models
agree on, calibration, bins, how far models hold along an option, gradients with their sentences, lost runs, errors of discretisations, settings, data, machines and
identities. A table that is missing, or that nobody knows, does not fit either. A number fits where it is
rounded right in its last digit (ends of bootstraps: within a twentieth of their interval). Ends with 1 where anything does not fit.
"""

import json
import sys
from pathlib import Path

root = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(root / "scripts" / folder) for folder in ("checking", "reference")]

import answer  # noqa: E402
import gradients  # noqa: E402
from details import COLUMNS, Details, cost, costs, state, whole  # noqa: E402
from over_tasks import OverTasks  # noqa: E402
from ranking import Ranking  # noqa: E402
from recorded import Recorded  # noqa: E402
from runs import Backend, is_scored, ordered, separated  # noqa: E402
from selection import Selection  # noqa: E402
from shown import Findings, Tables, code, counted, escaped, plain, sections  # noqa: E402

# Sections whose tables are read; those of the notes are the author's.
READ = {"Answer", "Over tasks", "Notes", "Scores along an option of the data", "Scores", "Selection", "Spans by type", "Classes", "Disagreement",
        "Scores by length, frequency and distance", "Calibration", "Cost against quality", "Gradients", "Discretisation error",
        "Failed and diverged runs", "Settings", "Provenance"}


class Report(Findings):
    """One report beside its runs."""

    def __init__(self, path, runs):
        super().__init__(path)
        head, *records = map(json.loads, runs.read_text().splitlines())
        self.margin = head.get("margin")
        records = separated([r for r in records if r["study"] == path.stem])
        self.backends = ordered(records, "backend")
        self.records = sorted(records, key=lambda r: (self.backends.index(r["cell"]["backend"]), r["cell"]["seed"]))
        self.sections = sections(path.read_text(), "##")
        self.selections = {}
        for record in self.records:
            self.selections.setdefault(record["cell"]["task"], {}).setdefault(record["cell"]["backend"], []).append(record)
        for task, backends in self.selections.items():
            selections = {name: Selection(runs) for name, runs in backends.items()}
            self.selections[task] = {name: selection for name, selection in selections.items() if selection.ended}
        self.backends = [name for name in self.backends if any(name in selections for selections in self.selections.values())]
        pieces = sections(self.sections.get("Scores", ""), "###")
        self.tasks = {task: self.task(task, Tables(pieces.pop(escaped(task), ""))) for task in ordered(records, "task") if self.selections[task]}
        for name in pieces:
            self.complain(name, "no run is of this task")
        self.selection()
        answer.check(self)
        backends = {task: [Backend(name, s.chosen.records) for name, s in each.items()] for task, each in self.selections.items()}
        Details(self, backends)
        gradients.check(self, backends)
        Recorded(self, backends)
        self.over_tasks()
        for title in set(self.sections) - READ:
            if Tables(self.sections[title]).tables:
                self.complain(title, "nobody knows its tables")

    def task(self, task, tables):
        """Holds the tables of a task against its runs, and gives the ranking by its first metric."""
        records = [r for r in self.records if r["cell"]["task"] == task]
        model = next((r for r in records if is_scored(r)), None) or next((r for r in records if r["metrics"]), records[0])
        backends = [Backend(name, selection.ended) for name, selection in self.selections[task].items()]
        baseline = [f"*{escaped(model['baseline'] + ' (baseline)')}*"]
        has_scores = any(b.finished for b in backends)

        def rows(cells, of_baseline):
            return ([[baseline, *of_baseline]] if has_scores else []) + [[[code(b.name)], *cells(b)] for b in backends]

        if not model["metrics"]:
            return None
        details = {key: tables.pop(key) for key in list(tables.tables) if isinstance(key, str)}
        first = next((key for key in details if key.endswith(": every backend against the best")), None)
        best = next((row[0] for row in details[first][1] if row[4] == "best"), "") if first else ""
        ranking = Ranking(backends, model["metrics"][0], best.strip("` "), self.margin)
        self.same(
            task, "scores", tables.pop(0), ["backend", ranking.heading, "95 % interval", "verdict", "parameters", "state", "seconds"],
            rows(lambda b: ([ranking.cell(b), ranking.interval(b), ranking.verdict(b)] if b.name in ranking.rows
                            else [["–"], ["–"], ["no scores"]]) + [whole(costs(b, "parameters")), state(b), cost(costs(b, "seconds"))],
                 [ranking.baseline_cell()] + [["–"]] * 5))
        shown = details.get("Costs", (None, []))
        titles = [title for title in shown[0] or [] if title in COLUMNS]
        self.same(task, "costs", shown, ["backend", *titles],
                  [[[code(b.name)], *(COLUMNS[title](b) if b.finished else ["–"] for title in titles)] for b in backends])
        if len(ranking.rows) > 1 and ranking.best:
            titles = ["backend", f"{ranking.noun}s", "median", "lowest – highest", "minus best", "95 % for all pairs at once"]
            self.same(task, "against the best", details.get(first, (None, [])), titles, [ranking.comparison(b) for b in ranking.backends])
            scope = ("other texts to train on and to test" if ranking.noun == "fold" else
                     "other seeds and other test items" if ranking.table.knows_items else "other seeds alone")
            words = f"For {scope}; {plain(ranking.table.freedom)} pooled degrees of freedom of {counted(len(ranking.table.pool), 'backend')}."
            if words not in tables.words:
                self.complain(task, f"does not say: {words}")
        elif first:
            self.complain(task, "compares with the best, and there is none")
        others = [Ranking(backends, metric, margin=self.margin) for metric in model["metrics"][1:]]
        if others:
            self.same(
                task, "other metrics", details.get("Other metrics", (None, [])), ["backend"] + [other.heading for other in others],
                rows(lambda b: [self.other(other, b) for other in others], [other.baseline_cell() for other in others]))
        return ranking

    def selection(self):
        """Holds which candidates stand for their backends against what development says."""
        pieces = sections(self.sections.get("Selection", ""), "###")
        for task, selections in self.selections.items():
            if not selections or all(len(selection.candidates) == 1 for selection in selections.values()):
                continue
            test = self.tasks[task].metric if self.tasks[task] else None
            metrics = [selection.metric for selection in selections.values() if selection.metric]
            development = next((metric for metric in metrics if metric != test), test)
            titles = ["backend", "chosen", "of", *(f"{split} {Ranking([], metric).heading if metric else 'score'}" for split, metric in
                                                   (("development", development), ("test", test))), "test of all, lowest – highest"]

            def ranking(metric):
                return Ranking([], metric)

            tables = Tables(pieces.pop(escaped(task), ""))
            self.same(task, "selection", tables.pop(0), titles, [s.row(name, development, test, ranking) for name, s in selections.items()])
            self.same(task, "all candidates", tables.pop("All candidates"), [titles[0], "candidate", "trained", *titles[3:5]],
                      [row for name, s in selections.items() for row in s.all_rows(name, development, test, ranking)], names=2)
            sums = [selection.epochs() for selection in selections.values() if selection.search]
            if sums:
                trained, whole = (sum(part) for part in zip(*sums))
                words = f"{100 * trained / whole:.0f} % of the {whole:,} that all candidates take."
                if not any(line.endswith(words) for line in tables.words):
                    self.complain(task, f"does not say: {words}")
        for name in pieces:
            self.complain(f"Selection, {name}", "no task with candidates is called so")

    def over_tasks(self):
        """Holds what is said over all tasks against the rankings of each."""
        place = "Over tasks"
        tables = Tables(self.sections.get(place, ""))
        pairs = tables.pop("Every backend against every other")
        keys = sorted(key for key in tables.tables if isinstance(key, int))
        wins, scale = [tables.pop(keys[at] if at < len(keys) else None) for at in (0, 1)]
        leader = next((row[0] for row in wins[1] if "leader" in row), "")
        all_tasks = OverTasks(self.records, self.tasks, self.backends, leader.strip("` "))
        if not all_tasks.has_section:
            if wins[0]:
                self.complain(place, "there are not two tasks and two backends with scores on all of them")
            return
        count = f"{counted(len(all_tasks.tasks), 'independent task')}."
        if not any(line.startswith(count) for line in tables.words):
            self.complain(place, f"does not say: {count}")
        self.same(place, "wins", wins, *all_tasks.wins())
        self.same(place, "pairs", pairs, *all_tasks.pairs(), names=2)
        titles, rows = all_tasks.scale()
        if rows:
            self.same(place, "interquartile means", scale, titles, rows)
        elif scale[0]:
            self.complain(place, "the table of interquartile means has too few seeds")

    @staticmethod
    def other(ranking, backend):
        if backend.name not in ranking.rows:
            return ["–"]
        is_top = ranking.rows[backend.name]["verdict"] == "top"
        return ["**", *ranking.cell(backend), "**"] if is_top else ranking.cell(backend)


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else root / "Reports"
    reports = [Report(folder / f"{runs.parent.name}.md", runs) for runs in sorted(folder.glob("*/runs.jsonl"))]
    if not reports:
        sys.exit(f"there is no file of runs (*/runs.jsonl) in {folder}")
    complaints = [complaint for report in reports for complaint in report.complaints]
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    print(f"{counted(sum(report.numbers for report in reports), 'number')} of {counted(len(reports), 'report')}: {len(complaints)} do not fit")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()

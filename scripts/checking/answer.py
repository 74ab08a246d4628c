"""What the sentences at the top of a report should say of every task."""

import re

from shown import NUMBER, code, escaped, is_near, said


def says(text, parts):
    """Whether a text has its parts in it, floats among them rounded right."""
    pattern = "".join(NUMBER if isinstance(part, float) else re.escape(part) for part in parts)
    floats = [part for part in parts if isinstance(part, float)]
    return any(all(is_near(number, part) for number, part in zip(found.groups(), floats)) for found in re.finditer(pattern, text))


def sentences(ranking):
    """Pieces that stand in the answer of a task, and how many models it calls worse, undecided or equal."""
    by_verdict = {}
    for backend in sorted(ranking.backends, key=lambda b: float(f"{-ranking.sign * ranking.mean(b):.12g}")):
        by_verdict.setdefault(ranking.rows[backend.name]["verdict"], []).append(backend)
    percent = " %" if ranking.scale == 100 else ""
    points = " points" if ranking.scale == 100 else ""

    def score(backend):
        interval = ranking.interval(backend)
        return [code(backend.name), " (", ranking.shown(ranking.mean(backend)), percent, *([", ", *interval] if interval != ["–"] else []), ")"]

    top, worse, undecided = (by_verdict.get(verdict, []) for verdict in ("top", "worse", "undecided"))
    pieces = []
    if len(top) > 1:
        pieces += [[f"the top group of {len(top)} in test {escaped(ranking.metric['name'])} is "], *map(score, top[:5])]
        if len(top) > 5:
            pieces.append([f" and {len(top) - 5:,} more."])
    elif top:
        pieces.append([f"{code(top[0].name)} is alone at the top, with a test {escaped(ranking.metric['name'])} of ", ranking.shown(ranking.mean(top[0])),
                       f"{percent} (95 % interval ", *ranking.interval(top[0]), ")"])
    pieces += [[code(b.name), " by ", *ranking.verdict(b)[1:], points] for b in worse[:4]]
    if len(worse) > 4:
        pieces.append([f"and {len(worse) - 4:,} more."])
    for backend in undecided:
        seeds = ranking.rows[backend.name]["seeds"]
        need = f"about {seeds:,} seed{'' if seeds == 1 else 's'} would tell" if seeds else "only more test items would tell"
        pieces.append([*score(backend), f", {need}"])
    return pieces, len(worse)


def check(report):
    """Holds the sentences of every task against its ranking."""
    text = report.sections.get("Answer", "")
    for task, ranking in report.tasks.items():
        lead = f"- **{escaped(task)}**: "
        line = next((line for line in text.split("\n") if line.startswith(lead)), None)
        if line is None:
            report.complain("Answer", f"says nothing of {task}")
            continue
        if not ranking or not ranking.rows:
            continue
        pieces, worse = sentences(ranking)
        for piece in pieces:
            report.numbers += sum(isinstance(part, float) for part in piece)
            if not says(line, piece):
                report.complain("Answer", f"{task}: does not say: {said(piece)}")
        found = len(re.findall(rf"` by {NUMBER} to {NUMBER}", line))
        if found != min(4, worse):
            report.complain("Answer", f"{task}: calls {found} worse, and should call {min(4, worse)}")

"""The report from the files of JSON lines, and from nothing else."""
import json
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

import comparison
import growth
import lines
from markdown import number, table

CASES = Path(__file__).resolve().parent.parent / "peer" / "cases.json"
START_BAR = 30


def write(folder, target, unroll, cases=CASES):
    """Writes performance.md and its figures into `target`; `unroll` is the program that draws."""
    parts, sizes = lines.read(folder), comparison.sizes(cases)
    points = parts["scaling"].lines if "scaling" in parts else []
    drawings = draw(points, target / "performance", unroll)
    sections = [
        head(parts), comparison.against_torch(parts, sizes), comparison.nearness(parts, sizes), growth.section(points, drawings),
        comparison.streaming(parts), comparison.study(parts), start(parts)]
    path = target / "performance.md"
    path.write_text("\n\n".join(s for s in sections if s) + "\n")
    return path


def draw(points, place, unroll):
    """Replaces the figures of an earlier report once all new ones are drawn; other files stay."""
    names = {}
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for name, figure in growth.figures(points):
            source = folder / f"{name}.json"
            source.write_text(json.dumps(figure))
            ended = subprocess.run([unroll, "draw", source, folder / f"{name}.svg"], stderr=subprocess.PIPE, text=True)
            if ended.returncode:
                raise lines.Failure(f"figure {name}: {ended.stderr.strip()}")
            names[name] = f"![{figure['title']}](performance/{name}.svg)"
        for name in growth.figure_names():
            (place / f"{name}.svg").unlink(missing_ok=True)
        for name in names:
            shutil.copyfile(folder / f"{name}.svg", place / f"{name}.svg")
    return names


def head(parts):
    text = ["# Performance", "*Written by `scripts/performance` from the measurements in `performance/` alone.*"]
    missing = [part for part in lines.PARTS if part not in parts]
    if missing:
        text.append(f"**Not measured:** {', '.join(missing)}.")
    text += origins(parts)
    for machine in parts["machine"].lines if "machine" in parts else []:
        text.append(table(["one core at most", "GFLOP/s"], [
            ["multiply-adds in registers", number(machine["fma_gflops"])],
            [f"OpenBLAS, product of {machine['size']:,}²", number(machine["sgemm_gflops"])],
            ["Unroll, the same product", number(machine["own_gflops"])]]))
    return "\n\n".join(text)


def origins(parts):
    """What the lines were measured on, a column for each that differs, and whether they can be compared at all."""
    found = {key: origin for part in parts.values() for key, origin in part.origins.items()}
    carriers = {key: [name for name, part in parts.items() if key in part.origins] for key in found}
    heads = ["what"] + (["value"] if len(found) == 1 else [", ".join(carriers[key]) for key in found])
    libraries = sorted({name for origin in found.values() for name in origin["libraries"]})
    rows = [
        ("commit", lambda o: o["commit"]), ("all of it committed", lambda o: "yes" if o["clean"] else "no"),
        ("processor", lambda o: o["processor"]), ("cores", lambda o: o["cores"]), ("system", lambda o: o["system"]),
        ("Unroll", lambda o: o["unroll"]), *((name, lambda o, name=name: o["libraries"].get(name, "–")) for name in libraries),
        ("PyTorch", lambda o: o["torch"]), ("PyTorch's instructions", lambda o: o["torch_capability"]),
        ("mambapy", lambda o: o["mambapy"]), ("Python", lambda o: o["python"])]
    text = []
    for what, keys in [("commits", ["commit"]), ("machines", ["processor", "cores", "system"])]:
        if len({tuple(origin[key] for key in keys) for origin in found.values()}) > 1:
            text.append(f"**Measured on different {what}:** numbers of different columns below do not belong together.")
    if not all(origin["clean"] for origin in found.values()):
        text.append("**Measured with changes that no commit holds,** or outside of a repository.")
    text.append(table(heads, [[name] + [value(origin) for origin in found.values()] for name, value in rows]))
    return text + [pieces(name, part) for name, part in parts.items() if len(part.origins) > 1]


def pieces(name, part):
    """Which lines of a part stand for which commit, where it was measured a piece at a time."""
    found = {}
    for line in part.lines:
        found.setdefault(line["from"], []).append("/".join(str(line[key]) for key in lines.NAMES[name]))
    told = [f"at {part.origins[key]['commit']} {', '.join(f'`{n}`' for n in dict.fromkeys(names))}" for key, names in found.items()]
    return f"**Part {name} was measured in pieces:** {'; '.join(told)}."


def start(parts):
    text = []
    for line in parts["start"].lines if "start" in parts else []:
        middle = statistics.median(line["ms"])
        verdict = "under" if middle < START_BAR else "OVER"
        text.append(f"## Start-up\n\n`{line['command']}` takes {number(middle)} ms from its start to its end (median of {len(line['ms'])} "
                    f"runs, {number(min(line['ms']))} to {number(max(line['ms']))} ms), {verdict} the bar of {START_BAR} ms.")
    return "\n\n".join(text)

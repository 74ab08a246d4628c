"""The report from the files of JSON lines, and from nothing else."""
import json
import statistics
import subprocess
import tempfile
from pathlib import Path

import growth
from markdown import geometric_mean, number, ratio, share, table
from measuring import PARTS

CASES = Path(__file__).resolve().parent.parent / "peer" / "cases.json"
MEMORY_BAR, START_BAR = 0.25, 30


class Failure(Exception):
    pass


def read(folder):
    """Part to its lines; parts without a file are left out."""
    files = {part: folder / f"{part}.jsonl" for part in PARTS}
    found = {p: [json.loads(line) for line in f.read_text().splitlines()] for p, f in files.items() if f.exists()}
    if not found:
        raise Failure(f"{folder}: there are no measurements here; make them with scripts/performance")
    return found


def write(folder, target, unroll):
    parts = read(folder)
    place = target / "performance"
    drawings = draw(parts.get("scaling", []), place, unroll)
    sections = [head(parts), against_torch(parts), peak(parts), growing(parts, drawings), streaming(parts), grid(parts), start(parts)]
    path = target / "performance.md"
    path.write_text("\n\n".join(s for s in sections if s) + "\n")
    return path


def draw(points, place, unroll):
    names = {}
    for stale in place.glob("*.svg"):
        stale.unlink()
    with tempfile.TemporaryDirectory() as folder:
        for name, figure in growth.figures(points):
            source = Path(folder) / f"{name}.json"
            source.write_text(json.dumps(figure))
            place.mkdir(parents=True, exist_ok=True)
            ended = subprocess.run([unroll, "draw", source, place / f"{name}.svg"], stderr=subprocess.PIPE, text=True)
            if ended.returncode:
                raise Failure(f"figure {name}: {ended.stderr.strip()}")
            names[name] = f"![{figure['title']}](performance/{name}.svg)"
    return names


def head(parts):
    text = ["# Performance", "*Written by `scripts/performance` from the measurements in `performance/` alone.*"]
    missing = [part for part in PARTS if part not in parts]
    if missing:
        text.append(f"**Not measured:** {', '.join(missing)}.")
    for machine in parts.get("machine", []):
        own = machine["environment"]
        libraries = [[name, own["libraries"][name]] for name in sorted(own["libraries"])]
        text.append(table(["what", "value"], [
            ["processor", own["cpu"]], ["cores", machine["cores"]], ["system", own["system"]], ["Unroll", own["version"]],
            *libraries, ["PyTorch", machine["torch"]], ["mambapy", machine["mambapy"]], ["Python", machine["python"]],
            ["multiply-adds in registers, one core", f"{number(machine['fma_gflops'])} GFLOP/s"],
            [f"OpenBLAS, product of {machine['size']:,}²", f"{number(machine['sgemm_gflops'])} GFLOP/s"],
            [f"Unroll, the same product", f"{number(machine['own_gflops'])} GFLOP/s"]]))
    return "\n\n".join(text)


def pairs(speed, threads):
    """Case to its rounds [(unroll, torch)], in the order of measuring."""
    found = {}
    for line in speed:
        if line["threads"] == threads:
            found.setdefault(line["name"], {}).setdefault(line["round"], {})[line["side"]] = line
    both = {name: [(r["unroll"], r["torch"]) for r in rounds.values() if len(r) == 2] for name, rounds in found.items()}
    return {name: rounds for name, rounds in both.items() if rounds}


def median(rounds, side, key):
    return statistics.median(pair[side][key] for pair in rounds)


def faster(rounds):
    return statistics.median(u["tokens_per_s"] / t["tokens_per_s"] for u, t in rounds)


def against_torch(parts):
    speed = parts.get("speed", [])
    text = [
        "## Against PyTorch",
        "Medians over rounds that alternate; a ratio above 1 means that Unroll is faster. Steps are whole training steps on "
        "random tokens (embedding, cell, linear, loss, clipping, Adam), operators run alone, forward and backward with all "
        "gradients (`scripts/peer/cases.json`, `scripts/peer/speed.py`). Every case has processes of its own, so peak memory "
        f"is the case's own, with the program around it; the bar is {share(MEMORY_BAR)} of PyTorch's for steps."]
    for threads in sorted({line["threads"] for line in speed}):
        cases = pairs(speed, threads)
        rows, groups = [], {}
        for name, rounds in cases.items():
            memory = median(rounds, 0, "peak_mib") / median(rounds, 1, "peak_mib")
            over = " (over)" if name.startswith("step/") and memory >= MEMORY_BAR else ""
            groups.setdefault("/".join(name.split("/")[:2]), []).append(faster(rounds))
            rows.append([f"`{name}`", number(median(rounds, 0, "ms")), number(median(rounds, 1, "ms")), ratio(faster(rounds)),
                         number(median(rounds, 0, "peak_mib")), number(median(rounds, 1, "peak_mib")), share(memory) + over])
        heads = ["case", "Unroll ms", "PyTorch ms", "ratio", "Unroll MiB", "PyTorch MiB", "share of memory"]
        text += [f"### {threads} thread{'s' if threads > 1 else ''}", table(heads, rows), table(
            ["group", "cases", "geometric mean", "lowest"],
            [[f"`{g}`", len(v), ratio(geometric_mean(v)), ratio(min(v))] for g, v in groups.items()])]
    return "\n\n".join(text) if speed else ""


def multiply_adds(case):
    """Of one token, forward, for recurrent cells and the output layer."""
    gates = {"rnn": 1, "gru": 3, "lstm": 4}[case["backend"]]
    directions = 2 if case.get("bidirectional") else 1
    inputs, total = case["embed"], 0
    for _ in range(case.get("layers", 1)):
        total += directions * gates * case["hidden"] * (inputs + case["hidden"])
        inputs = directions * case["hidden"]
    return total + inputs * case["classes"]


def peak(parts):
    if "machine" not in parts or "speed" not in parts:
        return ""
    machine, rows = parts["machine"][0], []
    sizes = {case["name"]: case for case in json.loads(CASES.read_text())["cases"]}
    for name, rounds in pairs(parts["speed"], 1).items():
        case = sizes.get(name)
        if case is None or case["kind"] != "step":
            continue
        # Forward, and twice as much backward: by the input and by the weights. Two operations a multiply-add.
        operations = 6 * multiply_adds(case) * case["batch"] * case["length"]
        rates = [operations / median(rounds, side, "ms") / 1e6 for side in (0, 1)]
        rows.append([f"`{name}`", number(operations / 1e6), number(rates[0]), share(rates[0] / machine["sgemm_gflops"]),
                     share(rates[0] / machine["fma_gflops"]), number(rates[1]), share(rates[1] / machine["sgemm_gflops"])])
    if not rows:
        return ""
    heads = ["case", "MFLOP a step", "Unroll GFLOP/s", "of sgemm", "of registers", "PyTorch GFLOP/s", "of sgemm"]
    return "\n\n".join([
        "## How near to the machine", "Operations of the matrix products of a step on one thread (embedding, gates, loss and "
        "update count nothing), against OpenBLAS's own product of large matrices and against multiply-adds in registers.",
        table(heads, rows)])


def growing(parts, drawings):
    points = parts.get("scaling", [])
    if not points:
        return ""
    text = [
        "## How cost grows",
        "One training step on one thread, one axis at a time: lengths with a single sequence a batch, all else around 16 "
        "sequences of 128 tokens, width 64, vocabulary 1,000. Growth is the exponent p of cost ~ xᵖ, fitted in logarithms "
        f"(lengths from {growth.LONG:,}). Of the time *a token*, 0 means that a sequence twice as long takes twice as long (recurrent cells "
        "and scans), a little above 0 a logarithm (convolutions by FFT), 1 that every token looks at all before it (attention "
        "without a window: `transformer-full`; `transformer` has its usual window of 128).",
        "### Length"]
    for key, title, names in growth.families(points):
        text += [f"**{title}**, µs a token", growth.length_table(points, names), drawings.get(f"length-{key}", "")]
    text += ["### Width, batch, vocabulary, threads", growth.other_table(points, [n for _, _, ns in growth.families(points) for n in ns])]
    for axis in ["width", "batch", "vocabulary"]:
        text += [drawings[f"{axis}-{key}"] for key, _, _ in growth.families(points) if f"{axis}-{key}" in drawings]
    if growth.left_out(points):
        text.append(f"Left out, since one point would have taken too long or too much memory: {growth.left_out(points)}.")
    return "\n\n".join(t for t in text if t)


def streaming(parts):
    found = parts.get("streaming", [])
    peer = {(line["name"], line["width"]): line for line in found if line["side"] == "torch"}
    rows = []
    for line in (line for line in found if line["side"] == "unroll"):
        other = peer.get((line["name"], line["width"]), {})
        gain = other["p50_us"] / line["p50_us"] if other else None
        rows.append([f"`{line['name']}`", line["width"], number(line["p50_us"]), number(line["p99_us"]),
                     number(other.get("p50_us")), number(other.get("p99_us")), ratio(gain), f"{line['state_floats']:,}"])
    if not rows:
        return ""
    heads = ["backend", "width", "Unroll p50 µs", "p99 µs", "PyTorch p50 µs", "p99 µs", "ratio of p50", "state, floats"]
    return "\n\n".join(["## One token at a time", "Time of one step for one sequence with carried state.", table(heads, rows)])


def grid(parts):
    text = []
    for line in parts.get("throughput", []):
        text += [
            f"## A whole study",
            f"All {line['runs']} runs of `{line['study']}`, {line['jobs']} processes at a time, from the start to the last score "
            "(`scripts/throughput`): data, training, an evaluation each epoch, test scores; Unroll's report too. Both read and "
            "encode the files of the data in every run, PyTorch's side in Python.",
            table(["", "Unroll", "PyTorch", "ratio"], [
                ["seconds", number(line["unroll_s"], 4), number(line["torch_s"], 4), ratio(line["ratio"])],
                ["mean seconds of a run", number(line["unroll_run_s"]), number(line["torch_run_s"]), ratio(line["torch_run_s"] / line["unroll_run_s"])],
                ["of them to import PyTorch", "–", number(line["torch_import_s"]), ""],
                ["of them to read the data", "–", number(line["torch_reading_s"]), ""],
                ["peak MiB of a process", number(line["unroll_peak_mib"]), number(line["torch_peak_mib"]),
                 ratio(line["torch_peak_mib"] / line["unroll_peak_mib"])]]),
            "Mean test scores, accuracy or bits a character; both must come to the same models for the times to mean anything.",
            table(["task", "backend", "Unroll", "PyTorch"], [
                [s["task"], f"`{s['backend']}`", f"{s['unroll']:.4f}", f"{s['torch']:.4f}"] for s in line["scores"]])]
    return "\n\n".join(text)


def start(parts):
    text = []
    for line in parts.get("start", []):
        middle = statistics.median(line["ms"])
        verdict = "under" if middle < START_BAR else "OVER"
        text.append(f"## Start-up\n\n`{line['command']}` takes {number(middle)} ms from its start to its end (median of {len(line['ms'])} "
                    f"runs, fastest {number(min(line['ms']))} ms), {verdict} the bar of {START_BAR} ms.")
    return "\n\n".join(text)

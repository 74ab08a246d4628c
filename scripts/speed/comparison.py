"""Sections of the report that set Unroll beside PyTorch."""
import json
import statistics

from markdown import geometric_mean, number, ratio, share, span, table

MEMORY_BAR = 0.25
EAGER = "PyTorch runs eagerly, without `torch.compile`."


def pairs(found, key):
    """What `key` gives for a line, to its rounds [(unroll, torch)], in the order of measuring."""
    groups = {}
    for line in found:
        groups.setdefault(key(line), {}).setdefault(line["round"], {})[line["side"]] = line
    both = {name: [(r["unroll"], r["torch"]) for r in rounds.values() if len(r) == 2] for name, rounds in groups.items()}
    return {name: rounds for name, rounds in both.items() if rounds}


def cases_of(speed, threads):
    return pairs([line for line in speed if line["threads"] == threads], lambda line: line["name"])


def median(rounds, side, key):
    return statistics.median(pair[side][key] for pair in rounds)


def gains(rounds):
    return [u["tokens_per_s"] / t["tokens_per_s"] for u, t in rounds]


def missing(speed, sizes):
    """Cases of the file that no round of both sides stands for."""
    there = {name for threads in {line["threads"] for line in speed} for name in cases_of(speed, threads)}
    return [case["name"] for case in sizes if case["name"] not in there]


def against_torch(parts, sizes):
    speed = parts["speed"].lines if "speed" in parts else []
    if not speed:
        return ""
    text = [
        "## Against PyTorch",
        "Medians over rounds that alternate; a ratio above 1 means that Unroll is faster, and beside it stand the smallest and "
        f"the largest of the rounds. {EAGER} Steps are whole training steps on random tokens (embedding, cell, linear, loss, "
        "clipping, Adam), operators run alone, forward and backward with all gradients (`scripts/peer/cases.json`, "
        "`scripts/peer/speed.py`). Every case has processes of its own, so peak memory is the case's own, with the program "
        f"around it; the bar is {share(MEMORY_BAR)} of PyTorch's for steps."]
    base = [machine["torch_import_mib"] for machine in parts["machine"].lines] if "machine" in parts else []
    if base:
        text.append(f"A process that only imports PyTorch takes {number(base[0])} MiB, the first row of each table; the bar counts them "
                    "as PyTorch's.")
    absent = missing(speed, sizes)
    if absent:
        text.append(f"**Cases not measured:** {', '.join(f'`{name}`' for name in absent)}.")
    for threads in sorted({line["threads"] for line in speed}):
        text += [f"### {threads} thread{'s' if threads > 1 else ''}", *of_threads(cases_of(speed, threads), base)]
    chosen = {}
    for line in speed:
        if "way" in line:
            chosen.setdefault(line["name"], set()).add(line["way"])
    if chosen:
        ways = "; ".join(f"`{name}` {' or '.join(sorted(ways))}" for name, ways in chosen.items())
        text.append("What can be written in several ways in PyTorch runs in all of them, and the fastest of each round counts, in time "
                    f"and memory: {ways}.")
    return "\n\n".join(text)


def of_threads(cases, base):
    rows, groups = [["`import torch` alone", "–", "–", "–", "–", "–", "–", number(mib), "–"] for mib in base], {}
    for name, rounds in cases.items():
        found = gains(rounds)
        memory = median(rounds, 0, "peak_mib") / median(rounds, 1, "peak_mib")
        over = " (over)" if name.startswith("step/") and memory >= MEMORY_BAR else ""
        groups.setdefault("/".join(name.split("/")[:2]), []).append(statistics.median(found))
        rows.append([f"`{name}`", len(rounds), number(median(rounds, 0, "ms")), number(median(rounds, 1, "ms")),
                     ratio(statistics.median(found)), span(found), number(median(rounds, 0, "peak_mib")),
                     number(median(rounds, 1, "peak_mib")), share(memory) + over])
    heads = ["case", "rounds", "Unroll ms", "PyTorch ms", "ratio", "from–to", "Unroll MiB", "PyTorch MiB", "share of memory"]
    return [table(heads, rows), table(
        ["group", "cases", "geometric mean", "lowest"],
        [[f"`{g}`", len(v), ratio(geometric_mean(v)), ratio(min(v))] for g, v in groups.items()])]


def multiply_adds(case):
    """Of one token, forward, for recurrent cells and the output layer; None for other backends."""
    gates = {"rnn": 1, "gru": 3, "lstm": 4}.get(case["backend"])
    if gates is None:
        return None
    directions = 2 if case.get("bidirectional") else 1
    inputs, total = case["embed"], 0
    for _ in range(case.get("layers", 1)):
        total += directions * gates * case["hidden"] * (inputs + case["hidden"])
        inputs = directions * case["hidden"]
    return total + inputs * case["classes"]


def nearness(parts, sizes):
    """Steps whose products can be counted, against what the machine can do at most."""
    if "machine" not in parts or "speed" not in parts:
        return ""
    machine, rows = parts["machine"].lines[0], []
    cases = {case["name"]: case for case in sizes if case["kind"] == "step"}
    for name, rounds in cases_of(parts["speed"].lines, 1).items():
        counted = multiply_adds(cases[name]) if name in cases else None
        if counted is None:
            continue
        # Forward, and twice as much backward: by the input and by the weights. Two operations a multiply-add.
        operations = 6 * counted * cases[name]["batch"] * cases[name]["length"]
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


def streaming(parts):
    found = parts["streaming"].lines if "streaming" in parts else []
    if not found:
        return ""
    both, rows = pairs(found, lambda line: (line["name"], line["width"])), []
    for name, width in dict.fromkeys((line["name"], line["width"]) for line in found if line["side"] == "unroll"):
        ours = [line for line in found if line["side"] == "unroll" and (line["name"], line["width"]) == (name, width)]
        rounds = both.get((name, width))
        row = [f"`{name}`", width, len(ours)] + [number(statistics.median(line[key] for line in ours)) for key in ("p50_us", "p99_us")]
        if rounds:
            ratios = [t["p50_us"] / u["p50_us"] for u, t in rounds]
            row += [number(median(rounds, 1, "p50_us")), number(median(rounds, 1, "p99_us")), ratio(statistics.median(ratios)),
                    span(ratios), " or ".join(sorted({t["way"] for _, t in rounds}))]
        else:
            row += ["–"] * 5
        rows.append(row + [f"{ours[0]['state_floats']:,}"])
    heads = ["backend", "width", "rounds", "Unroll p50 µs", "p99 µs", "PyTorch p50 µs", "p99 µs", "ratio of p50", "from–to",
             "PyTorch's way", "state, floats"]
    return "\n\n".join([
        "## One token at a time",
        "Time of one step for one sequence (batch one) on one thread, its state carried from step to step: medians over rounds that "
        f"alternate. {EAGER} Its time is that of a call from Python, of which dispatch is a large part; of its ways (a layer over one "
        "step, with oneDNN or without, or a cell such as `nn.LSTMCell`) the fastest counts.",
        table(heads, rows)])


def study(parts):
    return "\n\n".join(one_study(line) for line in parts["throughput"].lines) if "throughput" in parts else ""


def one_study(line):
    ratios = [t / u for u, t in zip(line["unroll_s"], line["torch_s"])]
    ours, theirs = statistics.median(line["unroll_s"]), statistics.median(line["torch_s"])
    rest = line["torch_run_s"] - line["torch_import_s"] - line["torch_reading_s"]
    whole = line["backends"] == "all" and line["seeds"] == "all"
    title = "## A whole study" if whole else f"## A part of a study: `{line['backends']}`"
    part = "" if whole else f"**Not the whole study:** backends {line['backends']}, seeds {line['seeds']}. "
    rounds = f"{len(ratios)} round{'s' if len(ratios) > 1 else ''}"
    return "\n\n".join([
        title,
        f"{part}All {line['runs']} runs of `{line['study']}`{'' if whole else ' that are left'}, {line['jobs']} processes at a time, "
        "from the start to the last score (`scripts/throughput`): data, training, an evaluation each epoch, test scores; Unroll's "
        f"report too. Both read and encode the files of the data in every run, PyTorch's side in Python. {EAGER}",
        table(["", "Unroll", "PyTorch", "ratio", "from–to"], [
            [f"seconds, {rounds}", number(ours, 4), number(theirs, 4), ratio(statistics.median(ratios)), span(ratios)],
            ["mean seconds of a run", number(line["unroll_run_s"]), number(line["torch_run_s"]),
             ratio(line["torch_run_s"] / line["unroll_run_s"]), ""],
            ["of them to import PyTorch", "–", number(line["torch_import_s"]), "", ""],
            ["of them to read the data in Python", "–", number(line["torch_reading_s"]), "", ""],
            ["without both (Unroll's with its reading)", number(line["unroll_run_s"]), number(rest), ratio(rest / line["unroll_run_s"]), ""],
            ["training steps alone", number(line["unroll_training_s"]), number(line["torch_training_s"]),
             ratio(line["torch_training_s"] / line["unroll_training_s"]), ""],
            ["peak MiB of a process", number(line["unroll_peak_mib"]), number(line["torch_peak_mib"]),
             ratio(line["torch_peak_mib"] / line["unroll_peak_mib"]), ""]]),
        "Mean test scores, accuracy or bits a character; both must come to the same models for the times to mean anything.",
        table(["task", "backend", "Unroll", "PyTorch"], [
            [s["task"], f"`{s['backend']}`", f"{s['unroll']:.4f}", f"{s['torch']:.4f}"] for s in line["scores"]])])


def sizes(path):
    return json.loads(path.read_text())["cases"]

"""How time and memory grow along an axis: fits in logarithms, tables and figures."""
import math

from markdown import number, table

# Which backends stand beside each other is a choice of the report: nothing that `unroll` prints says that one is a cell and
# another a yardstick. A backend that no family names is drawn and listed among "Others".
FAMILIES = [
    ("recurrent", "Recurrent cells", ["rnn", "residual-rnn", "highway-rnn", "lstm", "layer-norm-lstm", "slstm", "gru", "attention-rnn"]),
    ("scans", "Scans and state spaces", ["min-gru", "min-lstm", "mamba", "selective-ssm", "lru", "s4d", "ssm"]),
    ("yardsticks", "Yardsticks and stacks", ["averaging", "convolution", "transformer", "transformer-full", "stack"]),
]
AXES = {"length": "tokens in the sequence", "width": "hidden width", "batch": "sequences in the batch",
        "vocabulary": "tokens in the vocabulary", "threads": "threads"}
# Below, what every step costs whatever it is given hides the growth.
LONG, BROAD = 1024, 128


def measured(points, backend, axis):
    return {p["value"]: p for p in points if p["backend"] == backend and p["axis"] == axis and "ms" in p}


def exponent(pairs):
    """p of y = a x^p by least squares in logarithms; None for fewer than two points."""
    if len(pairs) < 2:
        return None
    xs, ys = [math.log(x) for x, _ in pairs], [math.log(y) for _, y in pairs]
    mx, my = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((x - mx) * (y - my) for x, y in zip(xs, ys)) / sum((x - mx) ** 2 for x in xs)


def fit(points, backend, axis, key, least):
    found = [(x, p[key]) for x, p in sorted(measured(points, backend, axis).items()) if x >= least and p[key] > 0]
    return exponent(found)


def signed(value):
    return "–" if value is None else f"{value:+.2f}"


def families(points):
    """Only what was measured; backends that no family names come last."""
    there = list(dict.fromkeys(p["backend"] for p in points))
    named = {name for _, _, names in FAMILIES for name in names}
    rest = [name for name in there if name not in named]
    for key, title, names in FAMILIES + [("others", "Others", rest)]:
        present = [name for name in names if name in there]
        if present:
            yield key, title, present


def length_table(points, names):
    lengths = sorted({p["value"] for p in points if p["axis"] == "length"})
    rows = []
    for name in names:
        found = measured(points, name, "length")
        costs = [number(found[x]["us_per_token"]) if x in found else "–" for x in lengths]
        rows.append([f"`{name}`"] + costs + [signed(fit(points, name, "length", "us_per_token", LONG)),
                                             signed(fit(points, name, "length", "peak_mib", LONG))])
    return table(["backend"] + [f"T = {x:,}" for x in lengths] + ["growth of µs a token", "growth of MiB"], rows)


def other_table(points, names):
    rows = []
    for name in names:
        if not measured(points, name, "width"):
            continue
        threads = measured(points, name, "threads")
        most = max(threads, default=None)
        gain = threads[1]["ms"] / threads[most]["ms"] if most and 1 in threads else None
        rows.append([f"`{name}`", signed(fit(points, name, "width", "us_per_token", BROAD)),
                     signed(fit(points, name, "batch", "us_per_token", 16)),
                     signed(fit(points, name, "vocabulary", "us_per_token", 1000)),
                     "–" if gain is None else f"{gain:.2f} ({most})"])
    heads = ["backend", f"width, from {BROAD}", "batch, from 16", "vocabulary, from 1,000", "faster with threads"]
    return table(heads, rows)


def left_out(points):
    missing = [p for p in points if "left_out" in p]
    return "; ".join(f"`{p['backend']}` at {p['axis']} {p['value']:,} ({p['left_out']})" for p in missing)


def figure_names():
    """Of all figures that a report can have."""
    return [f"{axis}-{key}" for axis in AXES for key in [key for key, _, _ in FAMILIES] + ["others"]]


def figures(points):
    """(name, description) of every figure: time a token, and peak memory, a line for each backend of a family."""
    for axis, label in AXES.items():
        if axis == "threads":
            continue
        for key, title, names in families(points):
            panels = []
            for field, what in [("us_per_token", "µs a token"), ("peak_mib", "peak MiB")]:
                drawn = []
                for name in names:
                    pairs = [[x, p[field]] for x, p in sorted(measured(points, name, axis).items()) if p[field] > 0]
                    if pairs:
                        drawn.append({"name": name, "points": pairs})
                panels.append({"x": label, "y": what, "lines": drawn})
            if all(len(panel["lines"]) for panel in panels):
                yield f"{axis}-{key}", {"title": f"{title}: time a token and peak memory of a training step against {label}",
                                        "legend": names, "panels": panels}


def section(points, drawings):
    if not points:
        return ""
    text = [
        "## How cost grows",
        "One training step on one thread, one axis at a time: lengths with a single sequence a batch, all else around 16 "
        "sequences of 128 tokens, width 64, vocabulary 1,000. Growth is the exponent p of cost ~ xᵖ, fitted in logarithms "
        f"(lengths from {LONG:,}). Of the time *a token*, 0 means that a sequence twice as long takes twice as long (recurrent cells "
        "and scans), a little above 0 a logarithm (convolutions by FFT), 1 that every token looks at all before it (attention "
        "without a window: `transformer-full`; `transformer` has its usual window of 128). Memory is that of the whole process; "
        "what the program needs whatever the length counts too, so that its exponents lie below those of the work alone.",
        "### Length"]
    for key, title, names in families(points):
        text += [f"**{title}**, µs a token", length_table(points, names), drawings.get(f"length-{key}", "")]
    text += ["### Width, batch, vocabulary, threads", other_table(points, [n for _, _, ns in families(points) for n in ns])]
    for axis in ["width", "batch", "vocabulary"]:
        text += [drawings[f"{axis}-{key}"] for key, _, _ in families(points) if f"{axis}-{key}" in drawings]
    if left_out(points):
        text.append(f"Left out, and why: {left_out(points)}.")
    return "\n\n".join(t for t in text if t)

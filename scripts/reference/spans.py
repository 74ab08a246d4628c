"""Spans by seqeval (by default and strict) and by conlleval, on labels by hand and at random, broken ones too.

    python3 scripts/reference/spans.py        needs seqeval and conlleval; writes Tests/UnrollTrainingTests/Cases/spans.json
"""

import json
import random
import warnings
from pathlib import Path

from conlleval import evaluate as conlleval
from seqeval.metrics import classification_report
from seqeval.metrics.sequence_labeling import get_entities
from seqeval.scheme import IOB1, IOB2, IOBES, Entities

warnings.simplefilter("ignore")
random.seed(11)
SCHEMES = {"bio": ("BIO", IOB2), "iob1": ("BIO", IOB1), "bioes": ("BIOES", IOBES)}
TYPES = ["PER", "LOC-X", "M"]


def label(prefixes):
    prefix = random.choice(prefixes)
    return prefix if prefix == "O" else f"{prefix}-{random.choice(TYPES)}"


def labels(prefixes, length):
    """Any label after any other: most of what comes out breaks the scheme somewhere."""
    return [label(prefixes) for _ in range(length)]


def well_formed(scheme, length):
    """Labels that break nothing."""
    found, before = [], None
    while len(found) < length:
        size, kind = random.randint(1, min(3, length - len(found))), random.choice(TYPES + [None])
        if kind is None:
            found += ["O"] * size
        elif scheme == "bioes":
            found += [f"S-{kind}"] if size == 1 else [f"B-{kind}", *[f"I-{kind}"] * (size - 2), f"E-{kind}"]
        else:
            first = "B" if scheme == "bio" or before == kind else "I"
            found += [f"{first}-{kind}", *[f"I-{kind}"] * (size - 1)]
        before = kind
    return found


def by_type(truth, predicted, **options):
    """{type: [precision, recall, F1, truths]}, all types together under "all"."""
    report = classification_report(truth, predicted, output_dict=True, zero_division=0, **options)
    rows = {name: [float(row[key]) for key in ("precision", "recall", "f1-score", "support")]
            for name, row in report.items() if name not in ("macro avg", "weighted avg")}
    rows["all"] = rows.pop("micro avg")
    return rows


def spans(sequences, strict=None):
    """[[type, first, last] …] of every sequence."""
    if strict is None:
        return [[list(span) for span in get_entities(sequence)] for sequence in sequences]
    return [[[e.tag, e.start, e.end - 1] for e in own] for own in Entities(sequences, strict).entities]


def case(scheme, truth, predicted):
    strict = SCHEMES[scheme][1]
    lines = [line for pair in zip(truth, predicted) for line in [*(f"word {a} {b}" for a, b in zip(*pair)), ""]]
    chunks = {name: row["stats"] for name, row in conlleval(lines)["slots"]["chunks"].items()}
    return {
        "scheme": scheme, "truth": truth, "predicted": predicted,
        "lenient": by_type(truth, predicted), "strict": by_type(truth, predicted, mode="strict", scheme=strict),
        "lenient spans": spans(predicted), "strict spans": spans(predicted, strict),
        "conlleval": {name: [row["gold"], row["pred"], row["correct"]] for name, row in chunks.items()},
    }


def by_hand(scheme, truth, predicted):
    return case(scheme, [line.split() for line in truth.split(" / ")], [line.split() for line in predicted.split(" / ")])


cases = [
    by_hand("bio", "B-PER I-PER O B-M / B-M", "B-PER I-PER O B-M / B-M"),
    by_hand("bio", "B-PER I-PER O B-M / O", "I-PER I-PER O I-M / O"),
    by_hand("bio", "B-PER I-M O I-M", "B-PER I-PER I-M B-M"),
    by_hand("bio", "O O O", "B-PER O B-M"),
    by_hand("bio", "B-PER O B-M", "O O O"),
    by_hand("iob1", "I-PER B-PER I-PER O I-M", "I-PER I-PER I-PER O B-M"),
    by_hand("iob1", "I-PER B-PER B-M I-M", "O B-PER I-PER B-PER"),
    by_hand("iob1", "I-PER B-M O I-M / B-M", "I-PER B-PER B-M O / I-M"),
    by_hand("bioes", "S-PER B-M E-M O B-PER I-PER E-PER", "S-PER B-M E-M O B-PER I-PER E-PER"),
    by_hand("bioes", "S-PER B-M E-M O B-PER I-PER E-PER", "B-PER B-M I-M O E-PER I-PER E-PER"),
    by_hand("bioes", "B-PER S-PER E-PER / E-M E-M S-M I-M", "B-PER E-PER I-PER / B-M E-PER S-M I-M"),
]
for name, (letters, _) in SCHEMES.items():
    for number in range(24):
        sizes = [random.randint(1, 12) for _ in range(random.randint(1, 5))]
        gold = [well_formed(name, size) if number % 2 else labels(letters, size) for size in sizes]
        # Near the truth, so that there are hits.
        guess = [[own if random.random() < 0.7 else label(letters) for own in sequence] for sequence in gold]
        if any(own != "O" for sequence in gold + guess for own in sequence):
            cases.append(case(name, gold, guess))

target = Path(__file__).resolve().parents[2] / "Tests" / "UnrollTrainingTests" / "Cases" / "spans.json"
target.parent.mkdir(exist_ok=True)
target.write_text("[\n" + ",\n".join(json.dumps(entry, sort_keys=True) for entry in cases) + "\n]\n")

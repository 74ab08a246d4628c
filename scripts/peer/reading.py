"""The default data read from its files, as Unroll reads it: the same splits, subsamples and vocabularies.

`load(settings, folder)` takes the resolved settings of a record and returns a `Data`.
"""
import collections
import hashlib
import re
from pathlib import Path

import torch

WORD = "[A-Za-z0-9\u0080-\U0010ffff]"
TOKEN = re.compile(f"{WORD}+(?:(?:['.-](?={WORD})|(?<=[0-9]),(?=[0-9])){WORD}+)*|[^ \t\r\n\v\f]")
SYLLABLE = re.compile(r"\(\(([^()]*)\) ([01])\)")


class Data:
    """Splits of (tokens, labels) for sequences, of one long tensor for running text; ids as 64-bit integers."""

    def __init__(self, splits, vocabulary, counts, classes):
        self.splits, self.vocabulary, self.counts, self.classes = splits, vocabulary, counts, classes


def digest(text):
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def pronunciations(path):
    """(key, phones, tags): the first phone of a syllable begins it, 1 marks stress."""
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if number == 0 and not line.startswith("(") or not line.strip():
                continue
            end = line.index('"', 2)
            phones, tags = [], []
            for syllable, stress in SYLLABLE.findall(line[end:]):
                own = syllable.split()
                phones += own
                tags += ["B" + stress] + ["I" + stress] * (len(own) - 1)
            yield line[2:end], phones, tags


def glosses(folder):
    """(gloss, number of the lexicographer's file)."""
    for part in ["noun", "verb", "adj", "adv"]:
        with open(folder / f"data.{part}", encoding="utf-8") as lines:
            for line in lines:
                if line.strip() and not line.startswith(" "):
                    yield line[line.index("| ") + 2:].strip(), line.split(" ", 2)[1]


def split(samples, options):
    """Each sample to its side by the digest of its content (its first field)."""
    test, development = options["test_percent"], options["development_percent"]
    sides = {"train": [], "development": [], "test": []}
    for sample in samples:
        bucket = digest("split\n" + sample[0]) % 100
        sides["test" if bucket < test else "development" if bucket < test + development else "train"].append(sample)
    return sides


def ranked(samples):
    ranks = [digest("subsample\n" + sample[0]) for sample in samples]
    return sorted(range(len(samples)), key=lambda index: (ranks[index], index))


def limit(split_name, options):
    return options["subsample" if split_name == "train" else "subsample_held_out"]


def chosen(samples, count):
    return [samples[i] for i in sorted(ranked(samples)[:count])] if 0 < count < len(samples) else samples


def characters(pieces, count):
    """Characters of whole pieces, chosen by digest until there are enough, then cut."""
    total, indices = 0, []
    for index in ranked(pieces):
        if count and total >= count:
            break
        total += len(pieces[index][0].lower()) + 1
        indices.append(index)
    text = "".join(pieces[i][0].lower() + "\n" for i in sorted(indices))
    return text[:count] if count else text


def numbered(tokens, model):
    """Ids by falling count; 0 is for unknown tokens. Returns the table and the counts by id."""
    found = collections.Counter(tokens)
    order = sorted(found, key=lambda token: (-found[token], token.encode()))
    kept = [token for token in order if found[token] >= model["minimum_count"]]
    if model["vocabulary_limit"]:
        kept = kept[:model["vocabulary_limit"] - 1]
    counts = [found.total() - sum(found[token] for token in kept)] + [found[token] for token in kept]
    return {token: index + 1 for index, token in enumerate(kept)}, counts


def load(settings, folder):
    options, model, folder = settings["data"], settings["model"], Path(folder)
    name = options["name"]
    if name == "wordnet-text":
        sides = split(glosses(folder / "wordnet"), options)
        texts = {side: characters(pieces, limit(side, options)) for side, pieces in sides.items()}
        table, counts = numbered(texts["train"], model)
        streams = {side: torch.tensor([table.get(c, 0) for c in text]) for side, text in texts.items()}
        return Data(streams, len(counts), counts, len(counts))
    if name == "cmu-stress":
        sides = split(pronunciations(folder / "cmu" / "cmudict-0.4.out"), options)
    else:
        sides = split(((gloss, gloss, label) for gloss, label in glosses(folder / "wordnet")), options)
    labels = sorted({tag for samples in sides.values() for s in samples for tag in ([s[2]] if isinstance(s[2], str) else s[2])})
    number = {label: index for index, label in enumerate(labels)}
    sides = {side: chosen(samples, limit(side, options)) for side, samples in sides.items()}
    if name != "cmu-stress":
        sides = {side: [(k, TOKEN.findall(text.lower()), label) for k, text, label in s] for side, s in sides.items()}
    table, counts = numbered((token for s in sides["train"] for token in s[1]), model)

    def encoded(sample):
        tags = [sample[2]] if isinstance(sample[2], str) else sample[2]
        return torch.tensor([table.get(t, 0) for t in sample[1]]), torch.tensor([number[t] for t in tags])
    return Data({side: [encoded(s) for s in samples] for side, samples in sides.items()}, len(counts), counts, len(labels))

"""One run of a study in PyTorch: batches, training, evaluation, scores.

    python3 training.py RECORD DATA RESULT

RECORD is Unroll's record of the run; its settings are taken, and its sizes must come out the same. A setting that is not
written here (settings.py) ends the run.
"""
import json
import math
import random
import sys
import time
from pathlib import Path

start = time.perf_counter()
import torch

import reading
import settings
from memory import peak_mib
from models import SequenceModel

import_seconds = time.perf_counter() - start


class Run:
    """One model on one task with one seed."""

    def __init__(self, record, folder):
        self.settings, self.task = record["settings"], record["cell"]["harness"]
        settings.check(self.settings)
        self.training = self.settings["training"]
        torch.manual_seed(record["cell"]["seed"])
        self.random = random.Random(record["cell"]["seed"])
        began = time.perf_counter()
        self.data = reading.load(self.settings, folder)
        self.reading_seconds = time.perf_counter() - began
        if self.data.vocabulary != record["data"]["vocabulary"]:
            raise SystemExit(f"the vocabulary has {self.data.vocabulary} tokens, Unroll's {record['data']['vocabulary']}")
        self.model = SequenceModel(self.settings, self.data.vocabulary, self.data.classes, self.task)
        self.parameters = sum(p.numel() for p in self.model.parameters())
        if self.parameters != record["cost"]["parameters"]:
            raise SystemExit(f"the model has {self.parameters} parameters, Unroll's {record['cost']['parameters']}")
        amount = self.settings["model"]["word_dropout"]
        self.dropped = torch.tensor([amount / (amount + max(n, 1)) for n in self.data.counts]) if amount else None
        self.groups = self.model.groups(self.settings)
        self.optimiser = torch.optim.Adam(
            [{"params": p, "factor": f} for p, f in self.groups if p], lr=self.training["learning_rate"],
            betas=(self.training["beta1"], self.training["beta2"]), eps=self.training["epsilon"], fused=True)
        # Of steps alone, as Unroll counts them: without making batches, without evaluation.
        self.training_seconds = 0.0

    # Batches: (tokens [T, B], targets, lengths or None, whether the text goes on).

    def batches(self, split, shuffled):
        size = self.training["batch"]
        if self.task == "language-modelling":
            text = self.data.splits[split]
            # Text that is scored is read in one way, whatever training takes.
            scored = max(1, min(32, (len(text) - 1) // 250)), 64
            yield from self.chunks(text, *((size, self.training["chunk"]) if self.model.training else scored))
            return
        items = self.data.splits[split]
        order = list(range(len(items)))
        pool = 50 * size if shuffled else len(order)
        if shuffled:
            self.random.shuffle(order)
        groups = []
        for start in range(0, len(order), pool):
            near = sorted(order[start:start + pool], key=lambda i: -len(items[i][0]))
            groups += [near[i:i + size] for i in range(0, len(near), size)]
        if shuffled:
            self.random.shuffle(groups)
        pad = torch.nn.utils.rnn.pad_sequence
        for group in groups:
            tokens, labels = pad([items[i][0] for i in group]), [items[i][1] for i in group]
            lengths = torch.tensor([len(items[i][0]) for i in group])
            targets = torch.cat(labels) if self.task == "classification" else pad(labels, padding_value=-100)
            yield tokens, targets, None if int(lengths[-1]) == len(tokens) else lengths, False

    def chunks(self, text, columns, chunk):
        predictions = len(text) - 1
        lengths = [predictions // columns + (i < predictions % columns) for i in range(columns)]
        starts = [sum(lengths[:i]) for i in range(columns)]
        streams = torch.nn.utils.rnn.pad_sequence([text[s:s + n] for s, n in zip(starts, lengths)])
        targets = torch.nn.utils.rnn.pad_sequence([text[s + 1:s + n + 1] for s, n in zip(starts, lengths)], padding_value=-100)
        for start in range(0, lengths[0], chunk):
            yield streams[start:start + chunk], targets[start:start + chunk], None, start > 0

    def train(self):
        steps = sum(1 for _ in self.batches("train", False)) * self.training["epochs"]
        step, best, curve = 0, None, []
        for epoch in range(self.training["epochs"]):
            self.model.train()
            state = None
            for tokens, targets, lengths, goes_on in self.batches("train", True):
                began = time.perf_counter()
                rate = self.training["learning_rate"]
                if self.training["schedule"] == "cosine":
                    rate *= 0.5 * (1 + math.cos(math.pi * step / steps))
                for group in self.optimiser.param_groups:
                    group["lr"] = rate * group["factor"]
                if self.dropped is not None:
                    tokens = tokens.masked_fill(torch.rand(tokens.shape) < self.dropped[tokens], 0)
                self.optimiser.zero_grad(set_to_none=True)
                logits, state = self.model(tokens, lengths, detached(state) if goes_on else None)
                torch.nn.functional.cross_entropy(logits.flatten(0, -2), targets.flatten()).backward()
                if self.training["clip"]:
                    torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.training["clip"])
                self.optimiser.step()
                step += 1
                self.training_seconds += time.perf_counter() - began
            scores = self.evaluate("development")
            curve.append(scores)
            first = next(iter(scores))
            better = best is None or (scores[first] < best[0] if first.startswith("nats") else scores[first] > best[0])
            if better:
                best = scores[first], {k: v.clone() for k, v in self.model.state_dict().items()}, scores
        self.model.load_state_dict(best[1])
        tested = sum(n[0].numel() for n in self.batches("test", False))
        scores = {"development": best[2], "test": self.evaluate("test"), "train": self.evaluate("train", tested)}
        return scores, curve

    @torch.inference_mode()
    def evaluate(self, split, most=math.inf):
        self.model.eval()
        k, seen, loss, whole, sequences, state = self.data.classes, 0, 0.0, 0, 0, None
        confusion = torch.zeros(k * k, dtype=torch.long)
        for tokens, targets, lengths, goes_on in self.batches(split, most < math.inf):
            logits, state = self.model(tokens, lengths, state if goes_on else None)
            flat = targets.flatten()
            loss += torch.nn.functional.cross_entropy(logits.flatten(0, -2), flat, reduction="sum").item()
            found, counts = logits.argmax(-1), targets != -100
            confusion += torch.bincount((targets * k + found)[counts], minlength=k * k)
            if self.task == "tagging":
                whole += int(((found == targets) | ~counts).all(0).sum())
                sequences += tokens.shape[1]
            seen += tokens.numel()
            if seen >= most:
                break
        return self.scores(confusion.view(k, k).double(), loss, whole, sequences)

    def scores(self, confusion, loss, whole, sequences):
        count = confusion.sum().item()
        if self.task == "language-modelling":
            nats = loss / count
            return {"nats-per-token": nats, "perplexity": math.exp(nats), "bits-per-character": nats / math.log(2)}
        right, there = confusion.diag(), confusion.sum(0) + confusion.sum(1)
        scores = {"accuracy": right.sum().item() / count, "macro-f1": (2 * right / there)[there > 0].mean().item()}
        return scores | ({"sequence-accuracy": whole / sequences} if sequences else {})


def detached(state):
    if state is None:
        return None
    return tuple(detached(s) for s in state) if isinstance(state, tuple) else state.detach()


if __name__ == "__main__":
    source, folder, target = sys.argv[1:]
    torch.set_num_threads(1)
    record = json.loads(Path(source).read_text())
    job = Run(record, folder)
    scores, curve = job.train()
    result = {"cell": record["cell"], "parameters": job.parameters, "scores": scores, "curve": curve,
              "import_seconds": import_seconds, "reading_seconds": job.reading_seconds,
              "training_seconds": job.training_seconds,
              "seconds": time.perf_counter() - start, "peak_mib": peak_mib()}
    Path(target).write_text(json.dumps(result) + "\n")

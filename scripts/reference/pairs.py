#!/usr/bin/env python3
"""Pairs of texts: read independently, conditionally, and with word-by-word attention; losses, attention and gradients by PyTorch.

    python3 scripts/reference/pairs.py        needs torch; writes Tests/UnrollTrainingTests/Cases/pairs.json

The encoders are torch.nn.LSTM; the rest are the equations of Rocktäschel et al. (2016). Every pair is read by itself, so nothing is padded.
"""

import json
from pathlib import Path

import torch

torch.set_default_dtype(torch.float64)
VOCABULARY, EMBEDDING, WIDTH, CLASSES = 7, 3, 4, 3
PAIRS = [([1, 2, 3, 4], [5, 1, 6], 0), ([6], [2, 2, 3, 1, 4], 2), ([3, 5, 1, 2, 6], [4], 1), ([2, 4], [1, 3, 5], 0)]


class Model(torch.nn.Module):
    """Modules have the names of ours."""

    def __init__(self, encoding):
        super().__init__()
        linear = lambda name, *shape, bias=False: self.add(name, torch.nn.Linear(*shape, bias=bias))
        self.parts = {}
        self.encoding = encoding
        self.add("embedding", torch.nn.Embedding(VOCABULARY, EMBEDDING))
        self.add("backend", torch.nn.LSTM(EMBEDDING, WIDTH))
        if encoding == "independent":
            linear("match", 4 * WIDTH, WIDTH, bias=True)
        else:
            self.add("conditional", torch.nn.LSTM(EMBEDDING, WIDTH))
        if encoding == "attention":
            for name in ["seen", "reading", "recurrent", "carried"]:
                linear(f"match.attention.{name}", WIDTH, WIDTH)
            self.score = torch.nn.Parameter(torch.zeros(WIDTH))
            linear("match.seen", WIDTH, WIDTH)
            linear("match.last", WIDTH, WIDTH)
        linear("head", WIDTH, CLASSES, bias=True)

    def add(self, name, module):
        self.parts[name] = module
        self.add_module(name.replace(".", "_"), module)

    def named(self):
        all = {f"{name}.{key}": value for name, part in self.parts.items() for key, value in part.named_parameters()}
        return {**all, "match.attention.score": self.score} if self.encoding == "attention" else all

    def forward(self, premise, hypothesis):
        """Logits, and the attention [T, S] where there is one."""
        p = self.parts
        embedded = [p["embedding"](torch.tensor(ids)) for ids in (premise, hypothesis)]
        rows, state = p["backend"](embedded[0])
        if self.encoding == "independent":
            own, _ = p["backend"](embedded[1])
            u, v = rows[-1], own[-1]
            joined = torch.tanh(p["match"](torch.cat([u, v, (u - v).abs(), u * v])))
            return p["head"](joined), []
        own, _ = p["conditional"](embedded[1], state)
        if self.encoding == "conditional":
            return p["head"](own[-1]), []
        attention = lambda name, x: p[f"match.attention.{name}"](x)
        r, weights = torch.zeros(WIDTH), []
        for h in own:
            mixed = torch.tanh(attention("seen", rows) + attention("reading", h) + attention("recurrent", r))
            alpha = torch.softmax(mixed @ self.score, 0)
            r = alpha @ rows + torch.tanh(attention("carried", r))
            weights.append(alpha.tolist())
        return p["head"](torch.tanh(p["match.seen"](r) + p["match.last"](own[-1]))), weights


def case(encoding):
    model = Model(encoding)
    for value in model.named().values():
        torch.nn.init.normal_(value, std=0.7)
        value.data = value.data.to(torch.float32).to(torch.float64)
    loss, attention = 0, []
    for premise, hypothesis, label in PAIRS:
        logits, weights = model(premise, hypothesis)
        loss = loss + torch.nn.functional.cross_entropy(logits, torch.tensor(label))
        attention.append(weights)
    loss.backward()
    short = lambda tensor: [float(f"{value:.8g}") for value in tensor.flatten().tolist()]
    return {
        "encoding": encoding,
        "loss": loss.item(),
        "attention": [[[float(f"{a:.8g}") for a in row] for row in weights] for weights in attention],
        "parameters": {name: short(value.data) for name, value in model.named().items()},
        "gradients": {name: short(value.grad) for name, value in model.named().items()},
    }


torch.manual_seed(11)
content = {
    "embedding": EMBEDDING, "width": WIDTH, "tokens": VOCABULARY, "outputs": CLASSES,
    "pairs": [{"premise": p, "hypothesis": h, "label": label} for p, h, label in PAIRS],
    "cases": [case(encoding) for encoding in ["independent", "conditional", "attention"]],
}
path = Path(__file__).parents[2] / "Tests/UnrollTrainingTests/Cases/pairs.json"
path.write_text(json.dumps(content, separators=(",", ":")) + "\n")

"""An encoder and a decoder beside PyTorch: loss, gradients, attention and what is written token by token.

    scripts/reference/encoder_decoder.py [FOLDER]     # default: Tests/UnrollTrainingTests/Cases

A bidirectional GRU reads the source; an LSTM that begins at tanh(W z + b) of the encoder's two ends z writes the target, with additive
attention (Bahdanau et al. 2015) over the encoder's rows. Everything is computed in float64 from values that were rounded to float32.
Writes encoder-decoder.json. Needs torch.
"""

import json
import os
import sys

import torch

torch.set_default_dtype(torch.float64)
torch.manual_seed(6)

SOURCES = [[1, 2, 3, 4], [5], [2, 2, 6, 1, 3, 4, 4], [3, 0, 1]]
TARGETS = [[2, 3, 2], [4, 2, 2, 5, 3], [2], [5, 0, 3]]
WORDS, SIGNS, EMBEDDING, ENCODER, DECODER = 7, 6, 4, 5, 6
UNKNOWN, END = 0, 1


def rounded(module):
    for parameter in module.parameters():
        parameter.data = (2 * parameter.data).to(torch.float32).to(torch.float64)
    return module


embedding = rounded(torch.nn.Embedding(WORDS, EMBEDDING))
target = rounded(torch.nn.Embedding(SIGNS, EMBEDDING))
encoder = rounded(torch.nn.GRU(EMBEDDING, ENCODER, bidirectional=True))
decoder = rounded(torch.nn.LSTM(EMBEDDING, DECODER))
bridges = {name: rounded(torch.nn.Linear(2 * ENCODER, DECODER)) for name in ("h", "c")}
query = rounded(torch.nn.Linear(DECODER, DECODER))
key = rounded(torch.nn.Linear(2 * ENCODER, DECODER, bias=False))
weight = torch.nn.Parameter(torch.randn(DECODER).to(torch.float32).to(torch.float64))
combine = rounded(torch.nn.Linear(2 * ENCODER + DECODER, DECODER, bias=False))
head = rounded(torch.nn.Linear(DECODER, SIGNS))

TENSORS = {"attention.weight": weight}
for scope, module in {
    "embedding": embedding, "target.embedding": target, "encoder": encoder, "decoder": decoder, "bridge.h": bridges["h"],
    "bridge.c": bridges["c"], "attention.query": query, "attention.key": key, "attention.combine": combine, "head": head,
}.items():
    TENSORS.update({f"{scope}.{name}": parameter for name, parameter in module.named_parameters()})


def read(source):
    """Rows of the encoder, and the state that the decoder begins with."""
    rows, ends = encoder(embedding(torch.tensor(source))[:, None])
    z = torch.cat([ends[0, 0], ends[1, 0]])
    return rows[:, 0], tuple(torch.tanh(bridges[name](z))[None, None] for name in ("h", "c"))


def write(rows, state, tokens):
    """Logits behind every token, the state after the last, and the weights of the source's rows."""
    h, state = decoder(target(torch.tensor(tokens))[:, None], state)
    h = h[:, 0]
    scores = torch.tanh(query(h)[:, None] + key(rows)[None]) @ weight
    weights = torch.softmax(scores, 1)
    return head(torch.tanh(combine(torch.cat([weights @ rows, h], 1)))), state, weights


losses, attention, texts = [], [], []
for source, text in zip(SOURCES, TARGETS):
    logits, _, weights = write(*read(source), [END] + text)
    losses.append(torch.nn.functional.cross_entropy(logits, torch.tensor(text + [END]), reduction="sum"))
    attention.append(weights.tolist())
sum(losses).backward()

with torch.no_grad():
    for source in SOURCES:
        rows, state = read(source)
        token, text, sums, looks = END, [], 0.0, []
        while len(text) < 2 * len(source) + 10:
            logits, state, weights = write(rows, state, [token])
            logs = torch.log_softmax(logits[0], 0)
            looks.append(weights[0].tolist())
            token = max((index for index in range(SIGNS) if index != UNKNOWN), key=lambda index: logs[index])
            sums += logs[token].item()
            if token == END:
                break
            text.append(token)
        else:
            logits, state, weights = write(rows, state, [token])
            sums += torch.log_softmax(logits[0], 0)[END].item()
            looks.append(weights[0].tolist())
        texts.append({"tokens": text, "logProbability": sums, "attention": looks})

case = {
    "sources": SOURCES, "targets": TARGETS, "losses": [loss.item() for loss in losses], "texts": texts,
    "tensors": {name: {"shape": list(value.shape), "values": value.flatten().tolist()} for name, value in TENSORS.items()},
    "gradients": {name: value.grad.flatten().tolist() for name, value in TENSORS.items()},
}
default = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../Tests/UnrollTrainingTests/Cases")
folder = sys.argv[1] if len(sys.argv) > 1 else default
with open(os.path.join(folder, "encoder-decoder.json"), "w") as file:
    json.dump(case, file, separators=(",", ":"))
    file.write("\n")

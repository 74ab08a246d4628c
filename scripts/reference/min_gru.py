#!/usr/bin/env python3
"""min-gru and min-lstm (Feng et al. 2024): from their equations, and from the package minGRU-pytorch on the same weights.

    pip install torch numpy safetensors minGRU-pytorch
    python3 min_gru.py [OUT_DIR]
"""

import torch
from minGRU_pytorch.minGRU import minGRU
from minGRU_pytorch.minLSTM import minLSTM

from common import case

STEPS, BATCH, INPUT, WIDTH = 9, 4, 5, 7
LENGTHS = [9, 3, 1, 6]


def g(x):
    return torch.where(x >= 0, x + 0.5, torch.sigmoid(x))


def linear(x):
    return x


def weights(gates, input_width=INPUT, width=WIDTH):
    return {"gates.weight_l0": torch.randn(gates * width, input_width) / 2, "gates.bias_l0": torch.randn(gates * width) / 2}


def recurrence(gates, candidate):
    """The equations, step by step, in our order of gates: z h̃, or f i h̃."""

    def model(p, x, state):
        h = state["h"] if state else torch.zeros(1, WIDTH)
        rows = []
        for step in x:
            values = (step @ p["gates.weight_l0"].T + p["gates.bias_l0"]).chunk(gates, -1)
            if gates == 2:
                z = torch.sigmoid(values[0])
                h = (1 - z) * h + z * candidate(values[1])
            else:
                f, i = torch.sigmoid(values[0]), torch.sigmoid(values[1])
                h = f / (f + i) * h + i / (f + i) * candidate(values[2])
            rows.append(h)
        return torch.stack(rows), {"h": h}

    return model


def package(kind, weight_name, order, by_step):
    """The package's layer. It has no bias, so the input gets a column of ones; its candidate comes first."""

    def model(p, x, state):
        layer = kind(INPUT + 1, expansion_factor=WIDTH / (INPUT + 1), proj_out=False)
        blocks = torch.cat([p["gates.weight_l0"], p["gates.bias_l0"][:, None]], 1).split(WIDTH)
        whole = {weight_name: torch.cat([blocks[i] for i in order])}
        rows = torch.cat([x, torch.ones(*x.shape[:2], 1)], 2).transpose(0, 1)
        h = state["h"][:, None] if state else None

        def run(rows, h):
            return torch.func.functional_call(layer, whole, (rows, h, True))

        if not by_step:
            y, h = run(rows, h)
            return y.transpose(0, 1), {"h": h[:, 0]}
        outputs = []
        for t in range(rows.shape[1]):
            y, h = run(rows[:, t:t + 1], h)
            outputs.append(y[:, 0])
        return torch.stack(outputs), {"h": h[:, 0]}

    return model


if __name__ == "__main__":
    torch.manual_seed(31)
    for name, gates in (("min-gru", 2), ("min-lstm", 3)):
        file = name.replace("-", "_")
        for label, candidate in (("g", g), ("linear", linear)):
            case(f"{file}_{label}", name, {"width": WIDTH, "candidate": label}, weights(gates),
                 torch.randn(STEPS, BATCH, INPUT), recurrence(gates, candidate), {"h": torch.randn(BATCH, WIDTH)}, LENGTHS)
    # The packages' parallel form works on logarithms: the state must be positive. That of minLSTM puts the initial state through
    # g, unlike its own step form, so that one starts empty.
    x = torch.randn(STEPS, BATCH, INPUT)
    positive = {"h": torch.rand(BATCH, WIDTH) + 0.1}
    gru = package(minGRU, "to_hidden_and_gate.weight", [1, 0], by_step=False)
    case("min_gru_package", "min-gru", {"width": WIDTH}, weights(2), x, gru, positive, LENGTHS)
    lstm = (minLSTM, "to_hidden_and_f_i_gate.weight", [2, 0, 1])
    case("min_lstm_package", "min-lstm", {"width": WIDTH}, weights(3), x, package(*lstm, by_step=False), None, LENGTHS)
    case("min_lstm_package_steps", "min-lstm", {"width": WIDTH}, weights(3), x, package(*lstm, by_step=True), positive,
         LENGTHS)

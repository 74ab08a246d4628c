#!/usr/bin/env python3
"""Recurrent cells that PyTorch does not have: peepholes and coupled gates, layer-normalised LSTM, sLSTM.

    python3 scripts/reference/recurrent.py [FOLDER]
"""

import torch
from common import case

STEPS, BATCH, INPUT, WIDTH = 7, 3, 4, 6
LENGTHS = [5, 7, 1]


def affine(gates, width_in=WIDTH, bias=True):
    """The parameters of a cell with that many gates, in PyTorch's names."""
    parameters = {
        "weight_ih_l0": 0.6 * torch.randn(gates * WIDTH, INPUT),
        "weight_hh_l0": 0.6 * torch.randn(gates * WIDTH, width_in),
    }
    if bias:
        parameters["bias_ih_l0"] = 0.3 * torch.randn(gates * WIDTH)
        parameters["bias_hh_l0"] = 0.3 * torch.randn(gates * WIDTH)
    return parameters


def walk(step, names):
    """step(parameters, x_t, *state) -> state, whose first is the output."""
    def model(parameters, x, state):
        now = [state[name] for name in names]
        rows = []
        for x_t in x:
            now = step(parameters, x_t, *now)
            rows.append(now[0])
        return torch.stack(rows), dict(zip(names, now))
    return model


def sums(p, x, h):
    return x @ p["weight_ih_l0"].T + p["bias_ih_l0"] + h @ p["weight_hh_l0"].T + p["bias_hh_l0"]


def peephole_lstm(p, x, h, c):
    i, f, g, o = sums(p, x, h).chunk(4, -1)
    peep_i, peep_f, peep_o = p["weight_peephole_l0"]
    i, f = torch.sigmoid(i + peep_i * c), torch.sigmoid(f + peep_f * c)
    c = f * c + i * torch.tanh(g)
    return torch.sigmoid(o + peep_o * c) * torch.tanh(c), c


def coupled_lstm(p, x, h, c):
    i, g, o = sums(p, x, h).chunk(3, -1)
    i = torch.sigmoid(i)
    c = (1 - i) * c + i * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


def coupled_peephole_plain_lstm(p, x, h, c):
    i, g, o = sums(p, x, h).chunk(3, -1)
    peep_i, peep_o = p["weight_peephole_l0"]
    i = torch.sigmoid(i + peep_i * c)
    c = (1 - i) * c + i * torch.tanh(g)
    return torch.sigmoid(o + peep_o * c) * c, c


def layer_norm(p, x, which):
    mean, variance = x.mean(-1, keepdim=True), x.var(-1, unbiased=False, keepdim=True)
    return (x - mean) / torch.sqrt(variance + 1e-5) * p[f"{which}.norm_weight_l0"] + p[f"{which}.norm_bias_l0"]


def layer_norm_lstm(p, x, h, c):
    gates = layer_norm(p, x @ p["weight_ih_l0"].T, "input") + layer_norm(p, h @ p["weight_hh_l0"].T, "hidden")
    i, f, g, o = gates.chunk(4, -1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(layer_norm(p, c, "cell")), c


def slstm(exponential, heads):
    def step(p, x, h, c, n, m):
        size = WIDTH // heads
        recurrent = torch.cat([
            torch.cat([
                h[:, k * size:(k + 1) * size] @ block.T
                for k, block in enumerate(rows.split(size))
            ], -1)
            for rows in p["weight_hh_l0"].split(WIDTH)
        ], -1)
        i, f, z, o = (x @ p["weight_ih_l0"].T + p["bias_ih_l0"] + p["bias_hh_l0"] + recurrent).chunk(4, -1)
        log_f = f if exponential else torch.nn.functional.logsigmoid(f)
        top = torch.maximum(log_f + m, i)
        i, f = torch.exp(i - top), torch.exp(log_f + m - top)
        c, n = f * c + i * torch.tanh(z), f * n + i
        return torch.sigmoid(o) * c / n, c, n, top
    return step


def write(name, backend, settings, parameters, step, names, scale=1.0):
    state = {slot: 0.5 * torch.randn(BATCH, WIDTH) for slot in names}
    if "n" in state:
        state["n"] = 0.5 + state["n"].abs()
    case(name, backend, {"width": WIDTH, **settings}, parameters, scale * torch.randn(STEPS, BATCH, INPUT),
         walk(step, names), state, LENGTHS)


torch.manual_seed(3)
write("lstm_peepholes", "lstm", {"peepholes": "true"},
      {**affine(4), "weight_peephole_l0": 0.4 * torch.randn(3, WIDTH)}, peephole_lstm, ["h", "c"])
write("lstm_coupled", "lstm", {"coupled": "true"}, affine(3), coupled_lstm, ["h", "c"])
write("lstm_coupled_peepholes_plain", "lstm", {"coupled": "true", "peepholes": "true", "output": "identity"},
      {**affine(3), "weight_peephole_l0": 0.4 * torch.randn(2, WIDTH)}, coupled_peephole_plain_lstm, ["h", "c"])
norms = {}
for which, width in [("input", 4 * WIDTH), ("hidden", 4 * WIDTH), ("cell", WIDTH)]:
    norms[f"{which}.norm_weight_l0"] = 1 + 0.2 * torch.randn(width)
    norms[f"{which}.norm_bias_l0"] = 0.2 * torch.randn(width)
write("layer_norm_lstm", "layer-norm-lstm", {}, {**affine(4, bias=False), **norms}, layer_norm_lstm, ["h", "c"])
write("slstm", "slstm", {}, affine(4), slstm(False, 1), ["h", "c", "n", "m"])
write("slstm_exponential_heads", "slstm", {"forget": "exponential", "heads": 2}, affine(4, WIDTH // 2), slstm(True, 2),
      ["h", "c", "n", "m"])
# Inputs of about ±30 saturate the gates. (Beyond, Float32 has no digits left for 1 − σ.)
write("slstm_saturated", "slstm", {"forget": "exponential"}, affine(4), slstm(True, 1), ["h", "c", "n", "m"], scale=10.0)
write("lstm_saturated", "lstm", {"peepholes": "true"},
      {**affine(4), "weight_peephole_l0": 0.4 * torch.randn(3, WIDTH)}, peephole_lstm, ["h", "c"], scale=10.0)

#!/usr/bin/env python3
"""The PyTorch side of `unroll bench --streaming`: one step at batch one, its state carried, on one thread.

    pip install torch
    python3 scripts/peer/streaming.py [--width 128] [--seconds 1.5] [--only SUBSTRING]
    unroll bench --streaming --json [--width 128] [--seconds 1.5] [--only SUBSTRING]

Prints one JSON object a line with the same keys: name, width, p50_us, p99_us, state_floats, steps; and `way`. Every cell
runs in three ways, each for a third of the time, and the fastest counts: as a layer over a sequence of one step with oneDNN
("layer, oneDNN") and without ("layer"), since oneDNN's LSTM is made for whole sequences, and as nn.RNNCell, nn.LSTMCell or
nn.GRUCell ("cell"). PyTorch runs eagerly: of so short a step, most is Python's dispatch.
"""
import argparse
import json
import time
import warnings

import torch

from cells import LAYERS, STEPS

INPUTS = 64  # rows that the steps take in turn
MOST_STEPS = 1 << 20


def layer_step(name, width):
    """(one step: row [1, 1, width] and state to state, shape of a row)"""
    layer = LAYERS[name](width, width).eval()
    return (lambda row, state: layer(row, state)[1]), (1, 1, width)


def cell_step(name, width):
    return STEPS[name](width, width).eval(), (1, width)


# Name of the way, its step, whether oneDNN may be used.
WAYS = [("layer, oneDNN", layer_step, True), ("layer", layer_step, False), ("cell", cell_step, True)]


def measure(name, width, seconds, make):
    torch.manual_seed(1)
    step, shape = make(name, width)
    inputs = list(torch.randn(INPUTS, *shape))
    state, times = None, []
    with torch.inference_mode():
        start = now = time.perf_counter()
        count = 0
        while len(times) < MOST_STEPS and (now - start < seconds or len(times) < 100):
            before = time.perf_counter()
            state = step(inputs[count % INPUTS], state)
            now = time.perf_counter()
            if now - start > seconds / 10:
                times.append(now - before)
            count += 1
    kept = state if isinstance(state, tuple) else (state,)
    ends = torch.tensor([0.5, 0.99], dtype=torch.float64)
    p50, p99 = (round(value * 1e6, 3) for value in torch.quantile(torch.tensor(times, dtype=torch.float64), ends).tolist())
    return {
        "name": name, "width": width, "p50_us": p50, "p99_us": p99,
        "state_floats": sum(tensor.numel() for tensor in kept), "steps": len(times),
    }


def best(name, width, seconds):
    results = []
    for way, make, enabled in WAYS:
        with torch.backends.mkldnn.flags(enabled=enabled):
            results.append(measure(name, width, seconds / len(WAYS), make) | {"way": way})
    return min(results, key=lambda result: result["p50_us"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--width", type=int, default=128, help="hidden width, and that of the input")
    parser.add_argument("--seconds", type=float, default=1.5, help="measuring time for each layer")
    parser.add_argument("--only", default="", help="only layers whose name contains this")
    options = parser.parse_args()
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore", message="TF32 acceleration")
    for name in LAYERS:
        if options.only in name:
            print(json.dumps(best(name, options.width, options.seconds)), flush=True)


if __name__ == "__main__":
    main()

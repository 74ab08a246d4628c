#!/usr/bin/env python3
"""The PyTorch side of `unroll bench --streaming`: one step at batch one, its state carried, on one thread.

    pip install torch
    python3 scripts/peer/streaming.py [--width 128] [--seconds 1.5] [--only SUBSTRING]
    unroll bench --streaming --json [--width 128] [--seconds 1.5] [--only SUBSTRING]

Prints one JSON object a line with the same keys: name, width, p50_us, p99_us, state_floats, steps.
Every layer runs with and without oneDNN, for half of the time each, and the faster of the two counts: oneDNN's LSTM is made
for whole sequences.
"""
import argparse
import json
import time
import warnings

import torch

LAYERS = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
INPUTS = 64  # rows that the steps take in turn
MOST_STEPS = 1 << 20


def measure(name, width, seconds):
    torch.manual_seed(1)
    layer = LAYERS[name](width, width).eval()
    inputs = list(torch.randn(INPUTS, 1, 1, width))
    state, times = None, []
    with torch.inference_mode():
        start = now = time.perf_counter()
        count = 0
        while len(times) < MOST_STEPS and (now - start < seconds or len(times) < 100):
            before = time.perf_counter()
            _, state = layer(inputs[count % INPUTS], state)
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
    for enabled in (True, False):
        with torch.backends.mkldnn.flags(enabled=enabled):
            results.append(measure(name, width, seconds / 2))
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

#!/usr/bin/env python3
"""The cases of scripts/peer/cases.json in PyTorch on the CPU.

    scripts/peer/speed.py [--cases FILE] [--only TEXT] [--threads N] [--seconds S]

One JSON object a line, as `unroll bench --json` prints them: name, threads, ms (median), tokens_per_s, peak_mib. Peak
memory is the process's, so give a file of one case where it is to be that case's own. Needs torch; the selective scan
runs on the parallel scan of the package mambapy.
"""
import argparse
import json
import math
import statistics
import time
from pathlib import Path

import torch
from torch import nn
from torch.nn.functional import cross_entropy, softplus

CELLS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


def recurrent(case):
    both = case.get("bidirectional", False)
    inputs, layers = case.get("embed", case["hidden"]), case.get("layers", 1)
    return CELLS[case["backend"]](inputs, case["hidden"], layers, bidirectional=both), case["hidden"] * (1 + both)


def step(case):
    """A training step of embedding → cell → linear → mean loss, clipped, Adam in its fused form."""
    cell, width = recurrent(case)
    embedding, head = nn.Embedding(case["vocab"], case["embed"]), nn.Linear(width, case["classes"])
    parameters = [p for part in (embedding, cell, head) for p in part.parameters()]
    optimiser = torch.optim.Adam(parameters, lr=1e-3, fused=True)
    shape = case["length"], case["batch"]
    tokens, targets = torch.randint(case["vocab"], shape), torch.randint(case["classes"], shape).flatten()

    def run():
        rows, _ = cell(embedding(tokens))
        loss = cross_entropy(head(rows).flatten(0, 1), targets)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
    return run


def backward(function, leaves, output):
    """Forward and backward of `function()` for a fixed gradient of its output."""
    gradient = torch.randn(output)

    def run():
        for leaf in leaves:
            leaf.grad = None
        function().backward(gradient)
    return run


def leaf(*shape):
    return torch.randn(*shape).requires_grad_()


def diagonal(case):
    """A diagonal state space in conjugate pairs, zero-order hold, as a convolution by FFT; u is [B, H, T]."""
    batch, width, length, pairs = case["batch"], case["hidden"], case["length"], case["state"] // 2
    log_dt = torch.empty(width).uniform_(math.log(1e-3), math.log(1e-1)).requires_grad_()
    log_real = torch.full((width, pairs), math.log(0.5)).requires_grad_()
    imaginary = (math.pi * torch.arange(pairs)).expand(width, pairs).clone().requires_grad_()
    weights, skip, u = leaf(width, pairs, 2), leaf(width), leaf(batch, width, length)
    steps = torch.arange(length)

    def forward():
        poles = torch.complex(-log_real.exp(), imaginary)
        held = poles * log_dt.exp()[:, None]
        mixed = torch.view_as_complex(weights) * torch.expm1(held) / poles
        kernel = 2 * (mixed[:, None] @ torch.exp(held[..., None] * steps))[:, 0].real
        spectrum = torch.fft.rfft(u, 2 * length) * torch.fft.rfft(kernel, 2 * length)
        return torch.fft.irfft(spectrum, 2 * length)[..., :length] + skip[:, None] * u
    return [backward(forward, [log_dt, log_real, imaginary, weights, skip, u], (batch, width, length))]


def selective(case):
    """The selective scan: in parallel over time, and for short sequences step by step too (the faster counts)."""
    from mambapy.pscan import pscan
    batch, width, length, size = case["batch"], case["hidden"], case["length"], case["state"]
    u, b, c, skip = leaf(batch, length, width), leaf(batch, length, size), leaf(batch, length, size), leaf(width)
    delta = softplus(torch.randn(batch, length, width) - 2).requires_grad_()
    poles = -torch.arange(1.0, size + 1).repeat(width, 1)
    poles.requires_grad_()

    def terms():
        step = delta[..., None]
        return torch.exp(step * poles), step * b[:, :, None] * u[..., None]

    def parallel():
        return (pscan(*terms()) @ c[..., None])[..., 0] + skip * u

    def stepwise():
        kept, added = terms()
        state, outputs = torch.zeros(batch, width, size), []
        for t in range(length):
            state = kept[:, t] * state + added[:, t]
            outputs.append((state @ c[:, t, :, None])[..., 0])
        return torch.stack(outputs, 1) + skip * u
    ways = [parallel, stepwise] if length <= 512 else [parallel]
    return [backward(way, [u, delta, poles, b, c, skip], (batch, length, width)) for way in ways]


def cell_alone(case):
    cell, width = recurrent(case)
    u = leaf(case["length"], case["batch"], case.get("embed", case["hidden"]))
    return [backward(lambda: cell(u)[0], [u, *cell.parameters()], (case["length"], case["batch"], width))]


def ways(case):
    if case["kind"] == "step":
        return [step(case)]
    return {"s4d": diagonal, "selective-scan": selective}.get(case["backend"], cell_alone)(case)


def median_seconds(run, least):
    for _ in range(2):
        run()
    times = []
    while len(times) < 3 or sum(times) < least:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def peak_mib():
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=Path, default=Path(__file__).with_name("cases.json"))
    parser.add_argument("--only", default="")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=1.5)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    torch.manual_seed(0)
    for case in json.loads(given.cases.read_text())["cases"]:
        if given.only not in case["name"]:
            continue
        seconds = min(median_seconds(run, given.seconds) for run in ways(case))
        print(json.dumps({
            "name": case["name"], "threads": given.threads, "ms": round(seconds * 1e3, 4),
            "tokens_per_s": round(case["batch"] * case["length"] / seconds, 1), "peak_mib": peak_mib()}), flush=True)

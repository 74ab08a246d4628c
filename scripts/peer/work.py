"""One case of cases.json in PyTorch, measured by a process that does nothing else.

    python3 work.py CASE WAY THREADS SECONDS     CASE is JSON; WAY is empty where a case has only one
    python3 work.py --check                      both ways of the selective scan on a small case
"""
import json
import math
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn.functional import cross_entropy, softplus

from cells import LAYERS
from memory import peak_mib


def recurrent(case):
    both = case.get("bidirectional", False)
    inputs, layers = case.get("embed", case["hidden"]), case.get("layers", 1)
    return LAYERS[case["backend"]](inputs, case["hidden"], layers, bidirectional=both), case["hidden"] * (1 + both)


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
    """Forward and backward of `function()` for a fixed gradient of its output; gives the output and all gradients."""
    gradient = torch.randn(output)

    def run():
        for leaf in leaves:
            leaf.grad = None
        y = function()
        y.backward(gradient)
        return [y.detach(), *(leaf.grad for leaf in leaves)]
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
    return backward(forward, [log_dt, log_real, imaginary, weights, skip, u], (batch, width, length))


def selective(case, way):
    """The selective scan: `pscan` in parallel over time, `loop` step by step."""
    batch, width, length, size = case["batch"], case["hidden"], case["length"], case["state"]
    u, b, c, skip = leaf(batch, length, width), leaf(batch, length, size), leaf(batch, length, size), leaf(width)
    delta = softplus(torch.randn(batch, length, width) - 2).requires_grad_()
    poles = -torch.arange(1.0, size + 1).repeat(width, 1)
    poles.requires_grad_()

    def parallel():
        from mambapy.pscan import pscan
        step = delta[..., None]
        states = pscan(torch.exp(step * poles), step * b[:, :, None] * u[..., None])
        return (states @ c[..., None])[..., 0] + skip * u

    def stepwise():
        # Taken apart once: a slice of every step would cost a gradient as long as the sequence on the way back.
        every = zip(delta.unbind(1), (delta * u).unbind(1), b.unbind(1), c.unbind(1))
        state, outputs = u.new_zeros(batch, width, size), []
        for step, weighted, into, out in every:
            kept = torch.exp(step[..., None] * poles)
            state = torch.addcmul(weighted[..., None] * into[:, None], kept, state)
            outputs.append((state * out[:, None]).sum(-1))
        return torch.stack(outputs, 1) + skip * u
    leaves = [u, delta, poles, b, c, skip]
    return backward({"pscan": parallel, "loop": stepwise}[way], leaves, (batch, length, width))


def cell_alone(case):
    cell, width = recurrent(case)
    u = leaf(case["length"], case["batch"], case.get("embed", case["hidden"]))
    return backward(lambda: cell(u)[0], [u, *cell.parameters()], (case["length"], case["batch"], width))


def work(case, way):
    """A function that runs the case once."""
    torch.manual_seed(0)
    if case["kind"] == "step":
        return step(case)
    if case["backend"] == "selective-scan":
        return selective(case, way)
    return diagonal(case) if case["backend"] == "s4d" else cell_alone(case)


def median_seconds(run, least):
    for _ in range(2):
        run()
    times = []
    while len(times) < 3 or sum(times) < least:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def check():
    """Output and all gradients of both ways, within rounding of each other; one sentence where they are not."""
    case = {"name": "check", "kind": "op", "backend": "selective-scan", "hidden": 6, "state": 3, "batch": 2, "length": 37}
    found = [work(case, way)() for way in ("pscan", "loop")]
    for name, ours, theirs in zip(["output", "u", "delta", "poles", "b", "c", "skip"], *found):
        gap = ((ours - theirs).abs().max() / ours.abs().max()).item()
        print(f"{name}: largest difference {gap:.1e} of the largest value")
        if not gap < 1e-5:
            sys.exit(f"work.py: {name} of the two ways differ")


def main():
    if sys.argv[1:] == ["--check"]:
        return check()
    case, way, threads, least = json.loads(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    torch.set_num_threads(threads)
    seconds = median_seconds(work(case, way), least)
    print(json.dumps({
        "name": case["name"], "threads": threads, "ms": round(seconds * 1e3, 4),
        "tokens_per_s": round(case["batch"] * case["length"] / seconds, 1), "peak_mib": round(peak_mib())}))


if __name__ == "__main__":
    main()

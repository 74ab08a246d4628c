"""What the reference scripts share: float64 cases from plain equations, gradients by PyTorch's autograd.

A script defines a model as a function of parameters, input and state, and hands it to `case`. The result is one
.safetensors file of operation `backend`, which `unroll parity` and the tests read. Needs torch, numpy and safetensors.
"""

import os
import sys

import torch
from safetensors.torch import save_file

torch.set_default_dtype(torch.float64)


def out_dir():
    """The folder to write to: the first argument, or the tests' cases."""
    default = os.path.join(os.path.dirname(__file__), "../../Tests/UnrollLayersTests/Cases")
    folder = sys.argv[1] if len(sys.argv) > 1 else default
    os.makedirs(folder, exist_ok=True)
    return folder


def case(name, backend, settings, parameters, x, model, state=None, lengths=None, tensors=None, reading=None):
    """Write one case.

    name: file name without its ending. backend, settings: as in a study ({"width": 5}).
    parameters: {our name: float64 tensor}. x: [T, B, E]. state: {slot: [B, width]} or None for the empty state.
    lengths: [B], or None for T everywhere; rows beyond a sequence's length count for nothing.
    reading: "causal" for a task whose steps see only what came before; every step may see the whole sequence otherwise.
    model(parameters, x [T, 1, E], state {slot: [1, width]} or None) -> (output [T, 1, out], final state {slot: [1, width]}):
    it is called for one sequence at a time, cut to its length, so it needs no masks.
    Values are rounded to float32 before anything is computed, so that both sides start from the same numbers.
    """
    def leaf(tensor):
        return tensor.detach().to(torch.float32).to(torch.float64).requires_grad_(True)

    parameters = {key: leaf(value) for key, value in parameters.items()}
    x = leaf(x)
    state = {key: leaf(value) for key, value in state.items()} if state else None
    steps, batch, _ = x.shape
    lengths = lengths or [steps] * batch
    outputs, finals = [], []
    for b, length in enumerate(lengths):
        own = {key: value[b:b + 1] for key, value in state.items()} if state else None
        y, final = model(parameters, x[:length, b:b + 1], own)
        outputs.append(torch.cat([y, torch.zeros(steps - length, 1, y.shape[2])]))
        finals.append(final)
    output = torch.cat(outputs, 1)
    torch.manual_seed(len(name))
    weight = torch.randn_like(output).to(torch.float32).to(torch.float64)
    for b, length in enumerate(lengths):
        weight[length:, b] = 0
    (output * weight).sum().backward()
    saved = {"input": x, "output": output, "grad_output": weight, "grad.input": x.grad, **parameters, **(tensors or {})}
    for key, value in parameters.items():
        saved[f"grad.{key}"] = torch.zeros_like(value) if value.grad is None else value.grad
    for key in finals[0]:
        saved[f"final.{key}"] = torch.cat([final[key] for final in finals])
    for key, value in (state or {}).items():
        saved[f"state.{key}"] = value
        saved[f"grad.state.{key}"] = torch.zeros_like(value) if value.grad is None else value.grad
    flat = {key: value.detach().to(torch.float32).contiguous() for key, value in saved.items()}
    flat["lengths"] = torch.tensor(lengths, dtype=torch.int32)
    metadata = {"op": "backend", "backend": backend, "settings": " ".join(f"{k}={v}" for k, v in settings.items())}
    if reading:
        metadata["reading"] = reading
    save_file(flat, os.path.join(out_dir(), name + ".safetensors"), metadata)

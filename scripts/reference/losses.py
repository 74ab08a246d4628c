"""Losses of rows by PyTorch in float64: smoothed and weighted cross-entropy, many yes/no outputs, squared errors.

    python3 scripts/reference/losses.py [folder]
"""

import os

import torch
from torch.nn import functional as F
from safetensors.torch import save_file

from common import out_dir


def rounded(tensor):
    """As both sides read it."""
    return tensor.to(torch.float32).to(torch.float64)


def save(name, metadata, **tensors):
    flat = {key: value.detach().to(torch.int32 if value.dtype == torch.int64 else torch.float32).contiguous()
            for key, value in tensors.items()}
    save_file(flat, os.path.join(out_dir(), name + ".safetensors"), {**metadata, "reduction": "sum"})


def cross_entropy(name, smoothing, weighted, size):
    steps, batch, classes = 4, 3, 37
    torch.manual_seed(len(name))
    logits = rounded(size * torch.randn(steps, batch, classes)).requires_grad_(True)
    targets = torch.randint(0, classes, (steps, batch))
    targets[1, 2] = targets[3, 0] = -100
    smoothing = float(torch.tensor(smoothing, dtype=torch.float32))
    weights = rounded(torch.rand(classes) * 3) if weighted else None
    if weighted:
        weights[int(targets[0, 0])] = 0
    loss = F.cross_entropy(logits.reshape(-1, classes), targets.reshape(-1), weight=weights, label_smoothing=smoothing,
                           reduction="sum")
    loss.backward()
    save(name, {"op": "cross-entropy", "label_smoothing": str(smoothing)}, logits=logits, targets=targets,
         loss=loss.reshape(1), **{"grad.logits": logits.grad}, **({"class_weights": weights} if weighted else {}))


def rows(name, operation, outputs, targets, function):
    outputs = rounded(outputs).requires_grad_(True)
    targets = rounded(targets)
    losses = function(outputs, targets, reduction="none").sum(1)
    losses.sum().backward()
    key = "logits" if operation == "bernoulli" else "outputs"
    save(name, {"op": operation}, targets=targets, loss=losses.sum().reshape(1), losses=losses,
         **{key: outputs, "grad." + key: outputs.grad})


cross_entropy("cross_entropy_smoothed", 0.1, False, 2)
cross_entropy("cross_entropy_weighted", 0.0, True, 2)
cross_entropy("cross_entropy_smoothed_weighted", 0.2, True, 2)
cross_entropy("cross_entropy_smoothed_large", 0.1, True, 40)
torch.manual_seed(5)
notes = (torch.rand(7, 88) < 0.05).to(torch.float64)
rows("bernoulli", "bernoulli", 2 * torch.randn(7, 88), notes, F.binary_cross_entropy_with_logits)
rows("bernoulli_large", "bernoulli", 200 * torch.randn(7, 19), torch.rand(7, 19), F.binary_cross_entropy_with_logits)
rows("squared_error", "squared-error", torch.randn(7, 5), torch.randn(7, 5), F.mse_loss)

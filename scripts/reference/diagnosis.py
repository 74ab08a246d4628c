"""Cases of what gradients do, by PyTorch and numpy in float64: spectra of matrices, and of small networks norms of gradients by every input
and state (autograd), singular values and spectral radii of Jacobians, spectral radii of recurrent weights, and how far gates are open.

    python3 scripts/reference/diagnosis.py        needs torch and numpy; writes Tests/UnrollTrainingTests/Cases/diagnosis.json
"""
import json
from pathlib import Path

import numpy as np
import torch

torch.set_default_dtype(torch.float64)
STEPS, INPUT, WIDTH, CLASSES = 9, 3, 4, 5


def spectra():
    """Largest |eigenvalue| and all singular values of matrices of every kind."""
    random = np.random.default_rng(1)
    jordan = 0.9 * np.eye(6) + np.diag(np.ones(5), 1)
    turning = 1.1 * np.array([[np.cos(1), -np.sin(1)], [np.sin(1), np.cos(1)]])
    uneven = random.normal(size=(5, 5)) * np.logspace(-6, 6, 5)
    matrices = [np.array([[-0.3]]), turning, jordan, uneven, random.normal(size=(12, 12)), 1e-20 * random.normal(size=(7, 7)),
                np.zeros((3, 3)), np.outer(np.arange(4.0), np.ones(4))]
    return [{"size": len(m), "matrix": m.flatten().tolist(), "radius": float(np.abs(np.linalg.eigvals(m)).max()),
             "singular": np.linalg.svd(m, compute_uv=False).tolist()} for m in matrices]


def values(tensor):
    """As float32 has them."""
    return tensor.detach().to(torch.float32).to(torch.float64)


def network(kind):
    """Norms by distance and singular values of one network over one sequence whose class is asked for at the end."""
    torch.manual_seed(len(kind))
    cell = {"rnn": torch.nn.RNNCell, "lstm": torch.nn.LSTMCell, "gru": torch.nn.GRUCell}[kind](INPUT, WIDTH)
    head, x = torch.nn.Linear(WIDTH, CLASSES), values(torch.randn(STEPS, INPUT)).requires_grad_(True)
    with torch.no_grad():
        for parameter in [*cell.parameters(), *head.parameters()]:
            parameter.copy_(values(3 * parameter))
    parts = 2 if kind == "lstm" else 1

    def step(t, state):
        """The state [parts · WIDTH] after step t."""
        own = tuple(part.unsqueeze(0) for part in state.split(WIDTH))
        after = cell(x[t:t + 1], own if kind == "lstm" else own[0])
        return torch.cat([part[0] for part in after]) if kind == "lstm" else after[0]

    states = [torch.zeros(parts * WIDTH)]
    for t in range(STEPS):
        states.append(step(t, states[-1]))
        states[-1].retain_grad()
    loss = torch.nn.functional.cross_entropy(head(states[-1][:WIDTH]).unsqueeze(0), torch.tensor([2]))
    loss.backward()
    # At distance d the input of step T − d, and the state before it.
    norms = {"input": [float(x.grad[STEPS - 1 - d].norm()) for d in range(STEPS)]}
    if parts > 1:
        norms["state"] = [float(states[STEPS - 1 - d].grad.norm()) for d in range(STEPS - 1)]
    for slot, name in enumerate(["h", "c"][:parts]):
        norms[name] = [float(states[STEPS - 1 - d].grad.split(WIDTH)[slot].norm()) for d in range(STEPS - 1)]

    def product(d):
        def after(state):
            for t in range(STEPS - d, STEPS):
                state = step(t, state)
            return state
        return torch.autograd.functional.jacobian(after, states[STEPS - d].detach()).numpy()

    def gate(block):
        """Mean activation of a block of rows of the weights, and shares below 0.05 and above 0.95, over all steps."""
        rows = slice(block * WIDTH, (block + 1) * WIDTH)
        before = torch.stack([state[:WIDTH] for state in states[:-1]])
        sums = x @ cell.weight_ih[rows].T + cell.bias_ih[rows] + before @ cell.weight_hh[rows].T + cell.bias_hh[rows]
        open_ = torch.sigmoid(sums).detach()
        return {"mean": float(open_.mean()), "shut": float((open_ < 0.05).double().mean()),
                "open": float((open_ > 0.95).double().mean())}

    # In PyTorch's order i f g o, r z n.
    gates = {"rnn": {}, "lstm": {"input": 0, "forget": 1, "output": 3}, "gru": {"reset": 0, "update": 1}}[kind]
    weights = cell.weight_hh.detach().numpy().reshape(-1, WIDTH, WIDTH)
    distances = [1, 2, 4, 8]
    tensors = {"embedding.weight": x, "backend.weight_ih_l0": cell.weight_ih, "backend.weight_hh_l0": cell.weight_hh,
               "backend.bias_ih_l0": cell.bias_ih, "backend.bias_hh_l0": cell.bias_hh, "head.weight": head.weight,
               "head.bias": head.bias}
    return {"backend": kind, "steps": STEPS, "input": INPUT, "width": WIDTH, "classes": CLASSES, "target": 2, "norms": norms,
            "distances": distances, "singular": [float(np.linalg.norm(product(d), 2)) for d in distances],
            "radius": float(np.abs(np.linalg.eigvals(product(1))).max()),
            "weights": [float(np.abs(np.linalg.eigvals(block)).max()) for block in weights],
            "gates": {name: gate(block) for name, block in gates.items()},
            "tensors": {name: values(tensor).flatten().tolist() for name, tensor in tensors.items()}}


cases = {"spectra": spectra(), "networks": [network(kind) for kind in ["rnn", "lstm", "gru"]]}
target = Path(__file__).resolve().parents[2] / "Tests" / "UnrollTrainingTests" / "Cases" / "diagnosis.json"
target.write_text(json.dumps(cases, indent=1, sort_keys=True) + "\n")

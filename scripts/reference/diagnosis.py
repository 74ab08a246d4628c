"""Cases of what gradients do, by PyTorch and numpy in float64: spectra of matrices, and gradients and Jacobians of small networks.

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
            parameter.copy_(values(1.5 * parameter))
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
    for slot, name in enumerate(["h", "c"][:parts]):
        norms[name] = [float(states[STEPS - 1 - d].grad.split(WIDTH)[slot].norm()) for d in range(STEPS - 1)]

    def product(d):
        def after(state):
            for t in range(STEPS - d, STEPS):
                state = step(t, state)
            return state
        return torch.autograd.functional.jacobian(after, states[STEPS - d].detach()).numpy()

    distances = [1, 2, 4, 8]
    tensors = {"embedding.weight": x, "backend.weight_ih_l0": cell.weight_ih, "backend.weight_hh_l0": cell.weight_hh,
               "backend.bias_ih_l0": cell.bias_ih, "backend.bias_hh_l0": cell.bias_hh, "head.weight": head.weight,
               "head.bias": head.bias}
    return {"backend": kind, "steps": STEPS, "input": INPUT, "width": WIDTH, "classes": CLASSES, "target": 2, "norms": norms,
            "distances": distances, "singular": [float(np.linalg.norm(product(d), 2)) for d in distances],
            "radius": float(np.abs(np.linalg.eigvals(product(1))).max()),
            "tensors": {name: values(tensor).flatten().tolist() for name, tensor in tensors.items()}}


cases = {"spectra": spectra(), "networks": [network(kind) for kind in ["rnn", "lstm", "gru"]]}
target = Path(__file__).resolve().parents[2] / "Tests" / "UnrollTrainingTests" / "Cases" / "diagnosis.json"
target.write_text(json.dumps(cases, indent=1, sort_keys=True) + "\n")

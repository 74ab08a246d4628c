"""Cases of `averaging`: running means and means of whole sequences, from a state that is not empty."""

import torch

from common import case


def model(whole):
    def run(p, x, state):
        v = x[:, 0] @ p["weight_l0"].T + p["bias_l0"]
        # A count carries no gradient.
        total, seen = state["sum"][0], state["seen"][0, 0].detach()
        steps = torch.arange(1, x.shape[0] + 1).unsqueeze(1)
        means = (total + torch.cumsum(v, 0)) / (seen + steps)
        rows = means[-1:].expand_as(means) if whole else means
        final = {"sum": (total + v.sum(0)).unsqueeze(0), "seen": (seen + x.shape[0]).reshape(1, 1)}
        return rows.unsqueeze(1), final
    return run


torch.manual_seed(1)
T, B, E, H = 7, 4, 3, 5
parameters = {"weight_l0": torch.randn(H, E), "bias_l0": torch.randn(H)}
state = {"sum": torch.randn(B, H), "seen": torch.tensor([[3.0], [0.0], [11.0], [1.0]])}
for name, reading in [("averaging", "causal"), ("averaging_whole", None)]:
    case(name, "averaging", {"width": H}, parameters, torch.randn(T, B, E), model(reading is None), state, [7, 2, 5, 1],
         reading=reading)

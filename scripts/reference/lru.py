#!/usr/bin/env python3
"""Case for `lru` (Orvieto et al. 2023) in its block: x = λ x + γ B u, y = Re(C x) + D u, with complex numbers as they stand."""

import math

import torch
from common import case
from torch.nn.functional import gelu, glu, layer_norm

T, B, E, H, N = 9, 3, 4, 6, 5


def model(p, x, state):
    v = x @ p["input.weight_l0"].T + p["input.bias_l0"]
    u = layer_norm(v, (H,), p["norm_weight_l0"], p["norm_bias_l0"])
    lam = torch.exp(-torch.exp(p["nu_log_l0"]) + 1j * torch.exp(p["theta_log_l0"]))
    b = torch.exp(p["gamma_log_l0"])[:, None] * torch.complex(p["B_re_l0"], p["B_im_l0"])
    c = torch.complex(p["C_re_l0"], p["C_im_l0"])
    h = torch.complex(state["x"][:, :N], state["x"][:, N:])
    ys = []
    for u_t in u:
        h = lam * h + u_t.to(b.dtype) @ b.T
        ys.append((h @ c.T).real + p["D_l0"] * u_t)
    mixed = gelu(torch.stack(ys)) @ p["output.weight_l0"].T + p["output.bias_l0"]
    return v + glu(mixed, -1), {"x": torch.cat([h.real, h.imag], -1)}


torch.manual_seed(5)
normal = torch.randn
radius = torch.rand(N) * 0.4 + 0.59
parameters = {
    "input.weight": normal(H, E) / 2, "input.bias": normal(H) / 4, "norm_weight": 1 + normal(H) / 4,
    "norm_bias": normal(H) / 4, "nu_log": torch.log(-torch.log(radius)), "theta_log": torch.log(torch.rand(N) * math.pi),
    "gamma_log": normal(N) / 2, "B_re": normal(N, H) / 2, "B_im": normal(N, H) / 2, "C_re": normal(H, N) / 2,
    "C_im": normal(H, N) / 2, "D": normal(H), "output.weight": normal(2 * H, H) / 2, "output.bias": normal(2 * H) / 4,
}
case("lru", "lru", {"width": H, "state": N}, {f"{name}_l0": value for name, value in parameters.items()},
     normal(T, B, E), model, {"x": normal(B, 2 * N)}, [5, 9, 1])

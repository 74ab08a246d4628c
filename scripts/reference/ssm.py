#!/usr/bin/env python3
"""Cases for `ssm` and `s4d` in their block with the discretisations that the equations of the other cases lack, from a state that
is not empty: (I - a dt A) [Abar Bbar] = [I + (1 - a) dt A, dt B], and the diagonal system with the bilinear transform or real poles.
`ssm_time_steps` has fewer time steps than channels, channel h step h mod G, held: [Abar Bbar; 0 1] = exp(dt [A B; 0 0])."""

import torch
from common import case
from torch.nn.functional import gelu, glu, layer_norm

T, B, E, H, N, G = 9, 3, 4, 5, 6, 3


def block(p, x, h, step):
    """step(h [1, H, ...], u [1, H]) -> (y, h)"""
    v = x @ p["input.weight_l0"].T + p["input.bias_l0"]
    u = layer_norm(v, (H,), p["norm_weight_l0"], p["norm_bias_l0"])
    ys = []
    for u_t in u:
        y, h = step(h, u_t)
        ys.append(y + p["D_l0"] * u_t)
    mixed = gelu(torch.stack(ys)) @ p["output.weight_l0"].T + p["output.bias_l0"]
    return v + glu(mixed, -1), h


def transform(alpha):
    """Abar and Bbar, side by side [..., N, N + 1]."""
    def held(a, b, dt):
        identity = torch.eye(N)
        right = torch.cat([identity + (1 - alpha) * dt * a, (dt * b[:, None]).expand(len(dt), N, 1)], -1)
        return torch.linalg.solve(identity - alpha * dt * a, right)
    return held


def zero_order_hold(a, b, dt):
    system = torch.cat([torch.cat([a, b[:, None]], 1), torch.zeros(1, N + 1)])
    return torch.matrix_exp(dt * system)[:, :N]


def dense(held):
    def model(p, x, state):
        steps = held(p["A_l0"], p["B_l0"], torch.exp(p["log_dt_l0"])[:, None, None])
        both = steps[torch.arange(H) % len(steps)]

        def step(h, u):
            h = torch.einsum("hij,bhj->bhi", both[..., :N], h) + both[..., N] * u[..., None]
            return (p["C_l0"] * h).sum(-1), h
        y, h = block(p, x, state["x"].reshape(1, H, N), step)
        return y, {"x": h.reshape(1, H * N)}
    return model


def diagonal(bilinear, real):
    def model(p, x, state):
        dt = torch.exp(p["log_dt_l0"])[:, None]
        a = -torch.exp(p["log_A_real_l0"]) + (0 if real else 1j * p["A_imag_l0"])
        z = dt * a
        lam = (1 + z / 2) / (1 - z / 2) if bilinear else torch.exp(z)
        b = dt / (1 - z / 2) if bilinear else (lam - 1) / a
        c = p["C_l0"] if real else 2 * torch.complex(p["C_l0"][..., 0], p["C_l0"][..., 1])

        def step(h, u):
            h = lam * h + b * u[..., None]
            return (c * h).sum(-1).real if not real else (c * h).sum(-1), h
        parts = state["x"].reshape(1, H, -1)
        h = parts if real else torch.complex(parts[..., :N // 2], parts[..., N // 2:])
        y, h = block(p, x, h, step)
        h = h if real else torch.cat([h.real, h.imag], -1)
        return y, {"x": h.reshape(1, H * N)}
    return model


def surroundings():
    return {"input.weight": normal(H, E) / 2, "input.bias": normal(H) / 4, "norm_weight": 1 + normal(H) / 4,
            "norm_bias": normal(H) / 4, "D": normal(H), "output.weight": normal(2 * H, H) / 2,
            "output.bias": normal(2 * H) / 4}


def dense_system(steps):
    return {"A": normal(N, N) / 3 - torch.eye(N), "B": normal(N), "C": normal(H, N) / 2, "log_dt": normal(steps) / 4 - 1.2}


def write(name, backend, settings, parameters, model):
    case(name, backend, {"width": H, "state": N, **settings}, {f"{key}_l0": value for key, value in parameters.items()},
         normal(T, B, E), model, {"x": normal(B, H * N)}, [5, 9, 1])


torch.manual_seed(6)
normal = torch.randn
for method, alpha in (("bilinear", 0.5), ("euler", 0), ("backward-euler", 1)):
    write(f"ssm_{method.replace('-', '_')}", "ssm", {"discretisation": method}, dense_system(H) | surroundings(),
          dense(transform(alpha)))
for init, method in (("lin", "bilinear"), ("real", "zoh"), ("real", "bilinear")):
    real = init == "real"
    shape = (H, N) if real else (H, N // 2)
    system = {"log_A_real": normal(*shape) / 2, "C": normal(*(shape if real else shape + (2,))), "log_dt": normal(H) / 4 - 1.2}
    if not real:
        system["A_imag"] = 2 * normal(*shape)
    write(f"s4d_{init}_{method}", "s4d", {"init": init, "discretisation": method}, system | surroundings(),
          diagonal(method == "bilinear", real))
write("ssm_time_steps", "ssm", {"time_steps": G}, dense_system(G) | surroundings(), dense(zero_order_hold))

#!/usr/bin/env python3
"""mamba and selective-ssm (Gu & Dao 2023): from their equations, and mamba from the package mambapy on the same weights.

    pip install torch numpy safetensors mambapy
    python3 mamba.py [OUT_DIR]
"""

import torch
import torch.nn.functional as F
from mambapy.mamba import MambaConfig, ResidualBlock

from common import case


def scan(p, u, x):
    """Δ, B, C from the input u [T, 1, D]; the state x [1, D, N] step by step."""
    width, size = p["A_log_l0"].shape
    rank = p["dt_proj.weight_l0"].shape[1]
    low, b, c = (u @ p["x_proj.weight_l0"].T).split([rank, size, size], -1)
    delta = F.softplus(low @ p["dt_proj.weight_l0"].T + p["dt_proj.bias_l0"])
    a, rows = -torch.exp(p["A_log_l0"]), []
    for t in range(u.shape[0]):
        x = torch.exp(delta[t][..., None] * a) * x + (delta[t] * u[t])[..., None] * b[t][:, None]
        rows.append((x * c[t][:, None]).sum(-1) + p["D_l0"] * u[t])
    return torch.stack(rows), x


def scan_weights(channels, size, rank):
    return {
        "x_proj.weight_l0": torch.randn(rank + 2 * size, channels) / channels**0.5,
        "dt_proj.weight_l0": torch.randn(channels, rank) / rank**0.5,
        "dt_proj.bias_l0": torch.randn(channels) - 1,
        "A_log_l0": torch.log(torch.arange(1.0, size + 1)).repeat(channels, 1) + 0.1 * torch.randn(channels, size),
        "D_l0": 1 + torch.randn(channels) / 4,
    }


def mamba_weights(width, channels, size, rank, taps):
    return {
        "norm.weight_l0": 1 + torch.randn(width) / 4,
        "in_proj.weight_l0": torch.randn(2 * channels, width) / width**0.5,
        "conv1d.weight_l0": torch.randn(channels, 1, taps) / taps**0.5,
        "conv1d.bias_l0": torch.randn(channels) / 4,
        **scan_weights(channels, size, rank),
        "out_proj.weight_l0": torch.randn(width, channels) / channels**0.5,
    }


def mamba(p, x, state):
    v = x @ p["input.weight_l0"].T + p["input.bias_l0"] if "input.weight_l0" in p else x
    normed = v / torch.sqrt((v * v).mean(-1, keepdim=True) + 1e-5) * p["norm.weight_l0"]
    u, z = (normed @ p["in_proj.weight_l0"].T).chunk(2, -1)
    channels, _, taps = p["conv1d.weight_l0"].shape
    before = state["conv"].view(1, taps - 1, channels).transpose(0, 1) if state else torch.zeros(taps - 1, 1, channels)
    longer = torch.cat([before, u])
    convolved = p["conv1d.bias_l0"] + sum(
        p["conv1d.weight_l0"][:, 0, j] * longer[j:j + u.shape[0]] for j in range(taps))
    size = p["A_log_l0"].shape[1]
    start = state["x"].view(1, channels, size) if state else torch.zeros(1, channels, size)
    y, last = scan(p, F.silu(convolved), start)
    final = {"conv": longer[-(taps - 1):].transpose(0, 1).reshape(1, -1), "x": last.reshape(1, -1)}
    return v + (y * F.silu(z)) @ p["out_proj.weight_l0"].T, final


def selective_ssm(p, x, state):
    v = x @ p["input.weight_l0"].T + p["input.bias_l0"]
    channels, size = p["A_log_l0"].shape
    normed = F.layer_norm(v, [channels], p["norm_weight_l0"], p["norm_bias_l0"])
    start = state["x"].view(1, channels, size) if state else torch.zeros(1, channels, size)
    inner, last = scan(p, normed, start)
    mixed = F.gelu(inner) @ p["output.weight_l0"].T + p["output.bias_l0"]
    return v + F.glu(mixed, -1), {"x": last.reshape(1, -1)}


class Steps(torch.nn.Module):
    """mambapy's block, whole or one step after the other with its cache."""

    def __init__(self, config):
        super().__init__()
        self.block = ResidualBlock(config)

    def forward(self, x, cache):
        if cache is None:
            return self.block(x.transpose(0, 1)).transpose(0, 1), None
        rows = []
        for step in x:
            y, cache = self.block.step(step, cache)
            rows.append(y)
        return torch.stack(rows), cache


def package(width, channels, size, rank, taps):
    def model(p, x, state):
        module = Steps(MambaConfig(d_model=width, n_layers=1, dt_rank=rank, d_state=size, d_conv=taps,
                                   expand_factor=channels // width))
        names = {"block." + ("" if name.startswith("norm") else "mixer.") + name.removesuffix("_l0"): value
                 for name, value in p.items()}
        cache = None
        if state:
            inputs = state["conv"].view(1, taps - 1, channels).transpose(1, 2)
            cache = (state["x"].view(1, channels, size), inputs)
        y, cache = torch.func.functional_call(module, names, (x, cache))
        if cache is None:
            return y, {}
        return y, {"conv": cache[1].transpose(1, 2).reshape(1, -1), "x": cache[0].reshape(1, -1)}

    return model


def start(batch, channels, size, taps=None):
    state = {"conv": torch.randn(batch, (taps - 1) * channels)} if taps else {}
    return {**state, "x": torch.randn(batch, channels * size)}


if __name__ == "__main__":
    torch.manual_seed(32)
    # T, B, E, H, D, N, rank and taps differ pairwise.
    shape = dict(width=6, channels=12, size=5, rank=2, taps=4)
    settings = {"width": 6, "state": 5, "dt_rank": 2}
    encoder = {"input.weight_l0": torch.randn(6, 3), "input.bias_l0": torch.randn(6)}
    case("mamba", "mamba", settings, {**encoder, **mamba_weights(**shape)}, torch.randn(9, 7, 3), mamba,
         start(7, 12, 5, 4), [9, 2, 7, 1, 3, 5, 9])
    plain = mamba_weights(**shape)
    case("mamba_package", "mamba", settings, plain, torch.randn(9, 3, 6), package(**shape), None, [9, 2, 7])
    case("mamba_package_steps", "mamba", settings, plain, torch.randn(9, 3, 6), package(**shape), start(3, 12, 5, 4),
         [9, 2, 7])
    selective = {
        "input.weight_l0": torch.randn(6, 3), "input.bias_l0": torch.randn(6), "norm_weight_l0": 1 + torch.randn(6) / 4,
        "norm_bias_l0": torch.randn(6) / 4, **scan_weights(6, 5, 2), "output.weight_l0": torch.randn(12, 6) / 6**0.5,
        "output.bias_l0": torch.randn(12) / 4,
    }
    case("selective_ssm", "selective-ssm", settings, selective, torch.randn(9, 4, 3), selective_ssm, start(4, 6, 5),
         [9, 2, 7, 1])

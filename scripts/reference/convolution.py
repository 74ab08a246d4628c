"""Cases of `convolution`: from the equations, and with PyTorch's own Conv1d under its own weight_norm."""

import torch
from torch.nn.functional import conv1d

from common import case

K, E, H = 3, 4, 5


def convolve(p, name, layer, x, before, dilation, normalised):
    """The sum over taps, written out. x [T, in], before [(K-1) dilation, in]. Also the last (K-1) dilation inputs."""
    if normalised:
        v = p[f"{name}.weight_v_{layer}"]
        w = p[f"{name}.weight_g_{layer}"] * v / v.pow(2).sum((1, 2), keepdim=True).sqrt()
    else:
        w = p[f"{name}.weight_{layer}"]
    reach = (K - 1) * dilation
    padded = torch.cat([before, x])
    rows = [sum(w[:, :, i] @ padded[t + i * dilation] for i in range(K)) for t in range(x.shape[0])]
    return torch.stack(rows) + p[f"{name}.bias_{layer}"], padded[padded.shape[0] - reach:]


def convolve_torch(p, name, layer, x, before, dilation, normalised):
    """The same by torch.nn.functional.conv1d on the weight that torch's weight_norm makes."""
    w = torch._weight_norm(p[f"{name}.weight_v_{layer}"], p[f"{name}.weight_g_{layer}"], 0)
    padded = torch.cat([before, x])
    y = conv1d(padded.T.unsqueeze(0), w, p[f"{name}.bias_{layer}"], dilation=dilation)[0].T
    return y, padded[padded.shape[0] - (K - 1) * dilation:]


def model(layers, normalised, convolve, g):
    def run(p, x, state):
        rows, final = x[:, 0], {}
        for index in range(layers):
            layer, dilation = f"l{index}", 2**index
            ends = f"_{layer}" if layers > 1 else ""

            def window(name, width):
                return state[name + ends].reshape((K - 1) * dilation, width)

            a, kept = convolve(p, "conv1", layer, rows, window("input", rows.shape[1]), dilation, normalised)
            final["input" + ends] = kept.reshape(1, -1)
            a = g(a)
            b, kept = convolve(p, "conv2", layer, a, window("hidden", H), dilation, normalised)
            final["hidden" + ends] = kept.reshape(1, -1)
            if rows.shape[1] != H:
                rows = rows @ p[f"downsample.weight_{layer}"].T + p[f"downsample.bias_{layer}"]
            rows = g(g(b) + rows)
        return rows.unsqueeze(1), final
    return run


def parameters(layers, normalised):
    p = {}
    for index in range(layers):
        width = E if index == 0 else H
        for name, wide in [("conv1", width), ("conv2", H)]:
            p[f"{name}.weight{'_v' if normalised else ''}_l{index}"] = 0.5 * torch.randn(H, wide, K)
            p[f"{name}.bias_l{index}"] = 0.3 * torch.randn(H)
            if normalised:
                p[f"{name}.weight_g_l{index}"] = 1 + 0.3 * torch.randn(H, 1, 1)
        if width != H:
            p[f"downsample.weight_l{index}"] = torch.randn(H, width)
            p[f"downsample.bias_l{index}"] = 0.3 * torch.randn(H)
    return p


def state(layers, batch):
    slots = {}
    for index in range(layers):
        ends, reach = (f"_l{index}" if layers > 1 else ""), (K - 1) * 2**index
        slots["input" + ends] = torch.randn(batch, reach * (E if index == 0 else H))
        slots["hidden" + ends] = torch.randn(batch, reach * H).abs()
    return slots


torch.manual_seed(2)
relu, gelu = torch.relu, torch.nn.functional.gelu
for name, layers, normalised, how, g, settings in [
    ("convolution", 2, True, convolve, relu, {}),
    ("convolution_plain", 1, False, convolve, relu, {"weight_norm": "false"}),
    ("convolution_gelu", 1, True, convolve, gelu, {"activation": "gelu"}),
    ("convolution_torch", 2, True, convolve_torch, relu, {}),
]:
    case(name, "convolution", {"width": H, "layers": layers, **settings}, parameters(layers, normalised),
         torch.randn(7, 3, E), model(layers, normalised, how, g), state(layers, 3), [7, 1, 4])

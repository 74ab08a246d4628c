"""Cases of `transformer`: from the equations with a window and a key-value state, and torch.nn.TransformerEncoderLayer itself."""

import math

import torch
from torch.nn.functional import gelu, layer_norm

from common import case

E, H, HEADS, F = 3, 6, 2, 2
D = H // HEADS


def sinusoid(position, width):
    row = [(math.cos if j % 2 else math.sin)(position * 10000 ** (-(j - j % 2) / width)) for j in range(width)]
    return torch.tensor(row)


def turned(vector, position):
    """Rotary: the pairs (2i, 2i+1) of each head turned by position * 10000^(-2i/D)."""
    out = []
    for head in range(HEADS):
        own = list(vector[head * D:(head + 1) * D])
        for i in range(0, D - 1, 2):
            angle = position * 10000 ** (-i / D)
            a, b = own[i], own[i + 1]
            own[i] = a * math.cos(angle) - b * math.sin(angle)
            own[i + 1] = a * math.sin(angle) + b * math.cos(angle)
        out += own
    return torch.stack(out)


def norm(p, name, x):
    return layer_norm(x, x.shape[-1:], p[name.format("weight")], p[name.format("bias")])


def model(window, positions, layers=1):
    """window None: full attention."""
    def run(p, x, state):
        rows, final = x[:, 0] @ p["base.weight"].T + p["base.bias"], {}
        steps = rows.shape[0]
        if positions in ("sinusoidal", "learned"):
            seen = int(state["seen_base"][0, 0]) if state else 0
            table = p.get("base.positions")
            rows = (math.sqrt(H) if table is None else 1) * rows + torch.stack([
                sinusoid(seen + t, H) if table is None else table[min(seen + t, len(table) - 1)] for t in range(steps)])
            final["seen_base"] = torch.tensor([[float(seen + steps)]])
        for index in range(layers):
            rows, own = block(p, rows, state, index, positions, window)
            final.update(own)
        return norm(p, "norm.{}", rows).unsqueeze(1), final
    return run


def block(p, x, state, index, positions, window):
    layer, steps = f"l{index}", x.shape[0]
    q, k, v = (norm(p, "norm1.{}_" + layer, x) @ p[f"self_attn.in_proj_weight_{layer}"].T
               + p[f"self_attn.in_proj_bias_{layer}"]).split(H, 1)
    kept = int(state[f"kept_{layer}"][0, 0]) if state else 0
    final = {}
    if window:
        shape = (window - 1, H)
        past_k, past_v = (
            state[f"{n}_{layer}"].reshape(shape) if state else torch.zeros(shape) for n in ("keys", "values"))
        k, v = torch.cat([past_k, k]), torch.cat([past_v, v])
        final = {f"keys_{layer}": k[-(window - 1):].reshape(1, -1), f"values_{layer}": v[-(window - 1):].reshape(1, -1),
                 f"kept_{layer}": torch.tensor([[float(min(kept + steps, window - 1))]])}
    before = window - 1 if window else 0
    if positions == "rotary":
        q = torch.stack([turned(row, 40 + before + t) for t, row in enumerate(q)])
        k = torch.stack([turned(row, 40 + t) for t, row in enumerate(k)])
    mixed = []
    for t in range(steps):
        own = before + t
        seen = range(max(before - kept, own - window + 1), own + 1) if window else range(steps)
        heads = []
        for h in range(HEADS):
            part = slice(h * D, (h + 1) * D)
            scores = torch.stack([q[t, part] @ k[j, part] for j in seen]) / math.sqrt(D)
            heads.append(torch.softmax(scores, 0) @ v[list(seen)][:, part])
        mixed.append(torch.cat(heads))
    u = x + torch.stack(mixed) @ p[f"self_attn.out_proj.weight_{layer}"].T + p[f"self_attn.out_proj.bias_{layer}"]
    inner = gelu(norm(p, "norm2.{}_" + layer, u) @ p[f"linear1.weight_{layer}"].T + p[f"linear1.bias_{layer}"])
    return u + inner @ p[f"linear2.weight_{layer}"].T + p[f"linear2.bias_{layer}"], final


SHAPES = {
    "norm1.weight": (H,), "norm1.bias": (H,), "norm2.weight": (H,), "norm2.bias": (H,),
    "self_attn.in_proj_weight": (3 * H, H), "self_attn.in_proj_bias": (3 * H,), "self_attn.out_proj.weight": (H, H),
    "self_attn.out_proj.bias": (H,), "linear1.weight": (F * H, H), "linear1.bias": (F * H,), "linear2.weight": (H, F * H),
    "linear2.bias": (H,),
}


def parameters(layers, base=True, rows=0):
    p = {f"{name}_l{index}": 0.6 * torch.randn(shape) for index in range(layers) for name, shape in SHAPES.items()}
    p.update({"norm.weight": torch.randn(H), "norm.bias": torch.randn(H)})
    if base:
        p.update({"base.weight": torch.randn(H, E), "base.bias": torch.randn(H)})
    if rows:
        p["base.positions"] = torch.randn(rows, H)
    return p


def start(window, batch, layers, counter):
    s = {"seen_base": torch.tensor([[9.0], [0.0], [2.0]])} if counter else {}
    for index in range(layers):
        s[f"keys_l{index}"] = torch.randn(batch, (window - 1) * H)
        s[f"values_l{index}"] = torch.randn(batch, (window - 1) * H)
        s[f"kept_l{index}"] = torch.tensor([[float(window - 1)], [0.0], [2.0]])
    return s


def encoder(full):
    """torch's own layer and final norm, on the same weights."""
    def run(p, x, state):
        layer = torch.nn.TransformerEncoderLayer(H, HEADS, F * H, 0.0, "gelu", norm_first=True)
        own = {name[:-3]: value for name, value in p.items() if name.endswith("_l0")}
        mask = None if full else torch.nn.Transformer.generate_square_subsequent_mask(x.shape[0], dtype=x.dtype)
        rows = torch.func.functional_call(layer, own, (x,), {"src_mask": mask})
        return norm(p, "norm.{}", rows), {}
    return run


torch.manual_seed(3)
common = {"width": H, "heads": HEADS, "feedforward": F}
for positions, layers in [("sinusoidal", 1), ("learned", 1), ("rotary", 2), ("none", 1)]:
    rows = 11 if positions == "learned" else 0
    extra = {"max_positions": rows} if rows else {}
    case(f"transformer_{positions}", "transformer",
         {**common, "layers": layers, "positions": positions, "context": 5, **extra}, parameters(layers, rows=rows),
         torch.randn(8, 3, E), model(5, positions, layers),
         start(5, 3, layers, positions in ("sinusoidal", "learned")), [8, 1, 7])
case("transformer_full", "transformer", {**common, "attention": "full", "positions": "rotary"}, parameters(1),
     torch.randn(8, 3, E), model(None, "rotary"), lengths=[8, 1, 7])
for name, full in [("transformer_torch_causal", False), ("transformer_torch_full", True)]:
    case(name, "transformer", {**common, "positions": "none", "attention": "full" if full else "causal"},
         parameters(1, base=False), torch.randn(9, 4, H), encoder(full), lengths=[9, 1, 7, 3])

"""The models of the quick study as a PyTorch user would write them: time first, sequences padded behind their ends."""
import math

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from cells import LAYERS


class Recurrent(nn.Module):
    def __init__(self, kind, inputs, width, both):
        super().__init__()
        self.cell = LAYERS[kind](inputs, width, bidirectional=both)
        self.outputs, self.both = width * (2 if both else 1), both
        for name, values in self.cell.named_parameters():
            if "bias" in name:
                nn.init.zeros_(values)
                if kind == "lstm" and "bias_ih" in name:
                    values.data[width:2 * width] = 1
            else:
                for gate in values.data.split(width):
                    (nn.init.orthogonal_ if "hh" in name else nn.init.xavier_uniform_)(gate)

    def forward(self, x, lengths, state):
        if lengths is None:
            return self.cell(x, state)
        rows, state = self.cell(pack_padded_sequence(x, lengths), state)
        return pad_packed_sequence(rows)[0], state

    def summary(self, rows, lengths, state):
        last = state[0] if isinstance(state, tuple) else state
        return torch.cat([last[0], last[1]], -1) if self.both else last[0]


class AttentionRecurrent(Recurrent):
    """The states beside their pool: over the whole sequence, or over all steps so far when `causal`."""

    def __init__(self, kind, inputs, width, both, causal):
        super().__init__(kind, inputs, width, both)
        self.score = nn.Parameter(torch.randn(self.outputs) / math.sqrt(self.outputs))
        self.causal, self.pooled, self.outputs = causal, self.outputs, 2 * self.outputs

    def forward(self, x, lengths, state):
        inner, pool = state if state is not None else (None, None)
        rows, inner = super().forward(x, lengths, inner)
        scores = rows @ self.score
        if self.causal:
            pooled, pool = self.running(rows, scores, pool)
            return torch.cat([rows, pooled], -1), (inner, pool)
        if lengths is not None:
            behind = torch.arange(len(rows))[:, None] >= lengths
            scores = scores.masked_fill(behind, -math.inf)
        whole = (scores.softmax(0)[..., None] * rows).sum(0)
        return torch.cat([rows, whole.expand_as(rows)], -1), (inner, whole)

    @staticmethod
    def running(rows, scores, pool):
        before, mean = pool if pool is not None else (scores.new_full(scores.shape[1:], -math.inf), rows.new_zeros(rows.shape[1:]))
        top = torch.maximum(scores.amax(0), before)
        weights, old = (scores - top).exp(), (before - top).exp()
        total = weights.cumsum(0) + old
        pooled = ((weights[..., None] * rows).cumsum(0) + old[:, None] * mean) / total[..., None]
        return pooled, (top + total[-1].log(), pooled[-1])

    def summary(self, rows, lengths, state):
        return state[1]


class DenseStateSpace(nn.Module):
    """x' = A x + B u, y = C x + D u for each channel, one A and B for all; zero-order hold by the matrix exponential.

    Channels take the G time steps in turn: channel h has step h mod G."""

    def __init__(self, width, options):
        super().__init__()
        size = options["state"]
        roots = torch.sqrt(2 * torch.arange(size) + 1.0)
        self.a = nn.Parameter(-torch.outer(roots, roots).tril(-1) - torch.diag(torch.arange(size) + 1.0))
        self.b = nn.Parameter(roots.clone())
        low, high = math.log(options["dt_min"]), math.log(options["dt_max"])
        steps = min(options["time_steps"] or width, width)
        self.log_dt = nn.Parameter(low + (high - low) * torch.rand(steps))
        self.c = nn.Parameter(torch.randn(width, size) / math.sqrt(size))
        self.d = nn.Parameter(torch.randn(width))
        self.held = None

    def train(self, mode=True):
        """Parameters change between the two modes, so what was derived from them is forgotten."""
        self.held = None
        return super().train(mode)

    def slow(self):
        return [self.a, self.b, self.log_dt]

    def discretised(self):
        """Ā [H, N, N] and B̄ [H, N]; made once for a whole evaluation."""
        if self.training:
            return self.zero_order_hold()
        if self.held is None:
            self.held = self.zero_order_hold()
        return self.held

    def zero_order_hold(self):
        size = len(self.b)
        system = torch.cat([torch.cat([self.a, self.b[:, None]], 1), self.a.new_zeros(1, size + 1)])
        held = torch.matrix_exp(self.log_dt.exp()[:, None, None] * system)[torch.arange(len(self.d)) % len(self.log_dt)]
        return held[:, :size, :size], held[:, :size, size]

    @staticmethod
    def powers(matrix, vector, count):
        """matrix^l vector for l = 0…count−1 [H, N, count], twice as many at each step."""
        columns = vector[..., None]
        while columns.shape[-1] < count:
            columns = torch.cat([columns, matrix @ columns], -1)
            matrix = matrix @ matrix
        return columns[..., :count]

    def forward(self, u, x0):
        length = len(u)
        a, b = self.discretised()
        reach = self.powers(a.transpose(1, 2), self.c, length + 1)
        kernel = torch.einsum("hnl,hn->hl", reach[..., :length], b)
        u = u.permute(1, 2, 0)
        y = torch.fft.irfft(torch.fft.rfft(kernel, 2 * length) * torch.fft.rfft(u, 2 * length), 2 * length)[..., :length]
        y = y + self.d[:, None] * u
        if x0 is not None:
            y = y + torch.einsum("bhn,hnl->bhl", x0, reach[..., 1:])
        return y.permute(2, 0, 1), lambda: self.final(a, b, u, x0)

    @torch.no_grad()
    def final(self, a, b, u, x0):
        x = torch.einsum("hnl,bhl->bhn", self.powers(a, b, u.shape[-1]).flip(-1), u)
        return x if x0 is None else x + torch.einsum("hmn,bhn->bhm", torch.matrix_power(a, u.shape[-1]), x0)


class StateSpaceBlock(nn.Module):
    def __init__(self, inputs, width, options):
        super().__init__()
        self.encoder = nn.Linear(inputs, width) if inputs != width else nn.Identity()
        self.norm, self.inner = nn.LayerNorm(width), DenseStateSpace(width, options)
        self.mixer = nn.Sequential(nn.GELU(), nn.Linear(width, 2 * width), nn.GLU())

    def forward(self, x, x0=None):
        v = self.encoder(x)
        y, final = self.inner(self.norm(v), x0)
        return v + self.mixer(y), final


class StateSpace(nn.Module):
    def __init__(self, inputs, width, both, causal, options):
        super().__init__()
        self.blocks = nn.ModuleList(StateSpaceBlock(inputs, width, options) for _ in range(2 if both else 1))
        self.outputs, self.both, self.causal = width * len(self.blocks), both, causal

    def forward(self, x, lengths, state):
        ahead, final = self.blocks[0](x, state)
        if not self.both:
            return ahead, final() if self.causal else None
        steps = torch.arange(len(x))[:, None]
        ends = lengths if lengths is not None else torch.full((x.shape[1],), len(x))
        mirror = torch.where(steps < ends, ends - 1 - steps, steps)[..., None]
        back, _ = self.blocks[1](x.gather(0, mirror.expand_as(x)))
        return torch.cat([ahead, back.gather(0, mirror.expand_as(back))], -1), None

    def summary(self, rows, lengths, state):
        ends = lengths - 1 if lengths is not None else torch.full((rows.shape[1],), len(rows) - 1)
        last = rows[ends, torch.arange(rows.shape[1])]
        if not self.both:
            return last
        half = self.outputs // 2
        return torch.cat([last[:, :half], rows[0, :, half:]], -1)


class SequenceModel(nn.Module):
    """Embedding → dropout → backend → dropout → linear; logits of every step, or one a sequence when `whole`."""

    def __init__(self, settings, vocabulary, classes, task):
        super().__init__()
        backend, model = settings["backend"], settings["model"]
        kind, width, both = backend["backend"], backend["width"], backend["direction"] == "bidirectional"
        inputs, causal = model["embedding"], task == "language-modelling"
        if kind in LAYERS:
            self.backend = Recurrent(kind, inputs, width, both)
        elif kind == "attention-rnn":
            self.backend = AttentionRecurrent(backend["cell"], inputs, width, both, causal)
        else:
            self.backend = StateSpace(inputs, width, both, causal, backend)
        self.whole = task == "classification"
        pooled = self.whole and kind == "attention-rnn"
        self.embedding = nn.Embedding(vocabulary, inputs)
        self.head = nn.Linear(self.backend.pooled if pooled else self.backend.outputs, classes)
        self.before, self.after = nn.Dropout(model["embedding_dropout"]), nn.Dropout(model["output_dropout"])
        nn.init.normal_(self.embedding.weight, std=model["embedding_init"])
        for layer in self.modules():
            if isinstance(layer, nn.Linear):
                nn.init.xavier_uniform_(layer.weight)
                nn.init.zeros_(layer.bias)

    def forward(self, tokens, lengths=None, state=None):
        rows, state = self.backend(self.before(self.embedding(tokens)), lengths, state)
        read = self.backend.summary(rows, lengths, state) if self.whole else rows
        return self.head(self.after(read)), state

    def groups(self, settings):
        """A, B and Δ of state spaces learn at a rate of their own."""
        slow = [p for m in self.modules() if isinstance(m, DenseStateSpace) for p in m.slow()]
        known = {id(p) for p in slow}
        rest = [p for p in self.parameters() if id(p) not in known]
        return [(rest, 1.0), (slow, settings["backend"].get("ssm_learning_rate", 1.0))]

"""Errors of numbers, and scores of many yes or no a step, by scikit-learn; negative log-likelihoods by PyTorch.

    python3 scripts/reference/series.py        needs scikit-learn and torch; writes Tests/UnrollTrainingTests/Cases/series.json
"""

import json
import random
from pathlib import Path

import numpy
import torch
from sklearn.metrics import jaccard_score, mean_absolute_error, mean_squared_error

random.seed(7)
numpy.random.seed(7)


def regression(steps, columns, missing):
    """Rows of numbers in units of their own, some not asked for."""
    units = 10.0 ** numpy.random.uniform(-2, 3, columns)
    shift = numpy.random.normal(0, 5, columns) * units
    truth = numpy.random.normal(0, 1, (steps, columns)) * units + shift
    said = truth + numpy.random.normal(0, 0.5, (steps, columns)) * units
    truth, said = truth.round(4), said.round(4)
    asked = numpy.random.rand(steps, columns) >= missing
    return {
        "truth": [[x if a else None for x, a in zip(*row)] for row in zip(truth.tolist(), asked.tolist())],
        "said": said.tolist(),
        "mean-squared-error": mean_squared_error(truth[asked], said[asked]),
        "mean-absolute-error": mean_absolute_error(truth[asked], said[asked]),
    }


def music(steps, notes):
    """Notes that sound, and how probable they were thought to be."""
    truth = (numpy.random.rand(steps, notes) < 0.1).astype(float)
    said = numpy.clip(0.6 * truth + numpy.random.rand(steps, notes) * 0.55, 0.01, 0.99).round(3)
    read = torch.tensor(said, dtype=torch.float32).to(torch.float64)
    loss = torch.nn.functional.binary_cross_entropy(read, torch.tensor(truth), reduction="sum")
    return {
        "truth": truth.astype(int).tolist(),
        "said": said.tolist(),
        "nats-per-step": loss.item() / steps,
        "frame-accuracy": jaccard_score(truth.reshape(-1), said.reshape(-1) > 0.5),
    }


cases = {
    "regression": [regression(9, 1, 0), regression(40, 3, 0), regression(25, 4, 0.3)],
    "multi-label": [music(6, 5), music(30, 88)],
}
path = Path(__file__).parents[2] / "Tests/UnrollTrainingTests/Cases/series.json"
path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")

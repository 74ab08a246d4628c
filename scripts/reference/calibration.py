"""Expected calibration errors by scikit-learn's reliability curve, weighted by the share of each of its bins.

    python3 scripts/reference/calibration.py        needs scikit-learn; writes Tests/UnrollTrainingTests/Cases/calibration.json
"""

import json
from pathlib import Path

import numpy
from sklearn.calibration import calibration_curve

numpy.random.seed(5)
BINS = 15


def case(confidences, right):
    """Single-precision confidences, as a model gives them."""
    confidences = numpy.asarray(confidences, numpy.float32).astype(numpy.float64)
    right = numpy.asarray(right, int)
    shares, sure = calibration_curve(right, confidences, n_bins=BINS, strategy="uniform")
    # The curve leaves out empty bins, in the order of the rest.
    bins = numpy.searchsorted(numpy.linspace(0, 1, BINS + 1)[1:-1], confidences)
    counts = numpy.bincount(bins, minlength=BINS)
    weights = counts[counts > 0] / len(right)
    return {
        "confidences": confidences.tolist(), "right": right.tolist(), "counts": counts.tolist(),
        "expected-error": float(numpy.sum(weights * numpy.abs(shares - sure))),
    }


def drawn(count, classes, sharpness, truth):
    """Softmax of random logits; right as often as `truth` of what is said."""
    logits = numpy.random.normal(0, sharpness, (count, classes))
    shares = numpy.exp(logits - logits.max(axis=1, keepdims=True))
    said = (shares / shares.sum(axis=1, keepdims=True)).max(axis=1)
    return case(said, numpy.random.rand(count) < truth * said)


cases = [
    case([0.9, 0.9, 0.9, 0.9], [1, 1, 1, 0]),
    case([1.0, 1.0, 0.5, 1 / 15, 2 / 15, 0.0], [1, 0, 1, 0, 1, 0]),
    drawn(400, 3, 1.0, 1.0), drawn(700, 12, 3.0, 0.7), drawn(300, 50, 8.0, 0.95), drawn(200, 1000, 0.3, 1.0),
]
target = Path(__file__).resolve().parents[2] / "Tests" / "UnrollTrainingTests" / "Cases" / "calibration.json"
target.write_text(json.dumps(cases, sort_keys=True) + "\n")

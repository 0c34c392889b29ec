"""Writes tests/golden/measure/values.json: regression errors computed by scikit-learn 1.7.2. Numbers are multiples
of 1/64, so that text represents them exactly; the last target is constant, with predictions that are wrong in one case
and exact in the other."""

import numpy as np
from golden import write
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

ROWS, VALUES = 57, 4
random = np.random.default_rng(3)


def packed(array):
    return {"shape": list(array.shape), "values": array.flatten().tolist()}


def in_64ths(array):
    return (array * 64).round() / 64


def all_of(measure, predicted, targets):
    return {
        "each": measure(targets, predicted, multioutput="raw_values").tolist(),
        "mean": float(measure(targets, predicted, multioutput="uniform_average")),
    }


def case(predicted, targets):
    return {
        "predicted": packed(predicted),
        "targets": packed(targets),
        "rmse": all_of(root_mean_squared_error, predicted, targets),
        "mae": all_of(mean_absolute_error, predicted, targets),
        "r2": all_of(r2_score, predicted, targets),
    }


targets = in_64ths(random.normal(size=(ROWS, VALUES)) * [1, 50, 0.5, 0] + [0, 1000, -3, 7])
predicted = in_64ths(targets + random.normal(size=targets.shape) * [0.5, 20, 2, 0.25])
exact = predicted.copy()
exact[:, -1] = targets[:, -1]
write("measure/values.json", ["scikit-learn", "numpy"],
      {"cases": [case(predicted, targets), case(exact, targets), case(predicted[:, :1], targets[:, :1])]})

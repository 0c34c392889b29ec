"""Writes tests/golden/study/attribution.json: what each of three changes is worth, by going through all orders in which
they can be made, with Student's t intervals over seeds of scipy 1.16.3; and the same for one order."""

import itertools

import numpy as np
from golden import write
from scipy import stats

ROWS, SEEDS = 3, 4
generator = np.random.default_rng(2021)
# Accuracies in percent: for each seed of every subset of the changes, bit i of the index is change i.
gains = np.array([0.8, -0.2, 0.4])
values = np.array([[90 + sum(gains[i] for i in range(ROWS) if subset >> i & 1) + 0.5 * (subset & 3 == 3)
                    for subset in range(2**ROWS)] for _ in range(SEEDS)])
values = np.round(values + generator.normal(0, 0.05, values.shape) + generator.normal(0, 0.3, (SEEDS, 1)), 3)


def summary(numbers):
    test = stats.ttest_1samp(numbers, 0)
    return {"mean": numbers.mean(), "interval": list(test.confidence_interval(0.95)), "p": test.pvalue}


def added(order, row):
    before = sum(1 << other for other in order[: order.index(row)])
    return values[:, before | 1 << row] - values[:, before]


orders = list(itertools.permutations(range(ROWS)))
write("study/attribution.json", ["scipy", "numpy"], {
    "values": values.tolist(),
    "total": summary(values[:, -1] - values[:, 0]),
    "shares": [summary(np.mean([added(order, row) for order in orders], axis=0)) for row in range(ROWS)],
    "in_order": [summary(added((0, 1, 2), row)) for row in range(ROWS)],
    "alone": [summary(values[:, 1 << row] - values[:, 0]) for row in range(ROWS)],
    "left_out": [summary(values[:, -1] - values[:, -1 - (1 << row)]) for row in range(ROWS)],
})

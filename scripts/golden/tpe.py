"""Writes tests/golden/tune/tpe.json: the estimators of hyperopt 0.2.7's TPE on given observations: weights, means and
deviations of the adaptive Parzen mixture on [0, 1] with its log densities, the probabilities of a choice, and which
trials count as good."""

import random

import numpy as np
from golden import write
from hyperopt import tpe

FORGETTING = tpe.DEFAULT_LF
rng = random.Random(1)
numbers, choices, splits = [], [], []
for count in [0, 1, 2, 5, 24, 25, 26, 60]:
    for prior_first in [False, True] if count == 1 else [False]:
        observed = [rng.uniform(0.6, 1) if prior_first else round(rng.random(), 3) for _ in range(count)]
        if count > 4:
            observed[3] = observed[1]
        weights, means, deviations = tpe.adaptive_parzen_normal(observed, 1.0, 0.5, 1.0)
        at = [0.0, 0.1, 0.33, 0.5, 0.77, 0.999]
        density = tpe.GMM1_lpdf(np.asarray(at), weights, means, deviations, low=0.0, high=1.0)
        numbers.append({
            "observed": observed, "weights": weights.tolist(), "means": means.tolist(), "deviations": deviations.tolist(),
            "at": at, "log_density": density.tolist(),
        })
for count in [0, 1, 7, 26, 40]:
    observed = [rng.randrange(5) for _ in range(count)]
    weights = tpe.linear_forgetting_weights(count, FORGETTING)
    counts = np.bincount(observed, weights=weights, minlength=5) if count else np.zeros(5)
    pseudocounts = counts + 1.0
    choices.append({"observed": observed, "probabilities": (pseudocounts / pseudocounts.sum()).tolist()})
for count in [1, 20, 100, 400]:
    losses = [rng.random() for _ in range(count)]
    index = list(range(count))
    below, above = tpe.ap_split_trials(index, index, index, losses, tpe._default_gamma)
    splits.append({"losses": losses, "good": below.tolist()})
write("tune/tpe.json", ["hyperopt", "numpy"], {"numbers": numbers, "choices": choices, "splits": splits})

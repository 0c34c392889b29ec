"""Writes tests/golden/tune/lr_find.json: losses of made-up learning rate range tests, and what fastai 2.8.4 makes of
them: the smoothed losses of AvgSmoothLoss, and the suggestions `steep` and `minimum` of lr_find, which leaves out the
first tenth of the points and the last five. Needs fastai (and fastcore 1.8.8, both without dependencies)."""

import math
import random
import types

import torch
from fastai.callback.schedule import minimum, steep
from fastai.learner import AvgSmoothLoss
from golden import write

cases = []
for seed, steps, low, high, beta in [(1, 100, 1e-7, 10.0, 0.98), (2, 60, 1e-4, 3.0, 0.98), (3, 200, 1e-6, 1.0, 0.9)]:
    rng = random.Random(seed)
    rates = [low * (high / low) ** (i / (steps - 1)) for i in range(steps)]
    valley = math.log(high / 20)
    losses = [
        2.3 - 1.6 / (1 + math.exp(-2 * (math.log(lr) - valley + 4))) + math.exp(3 * (math.log(lr) - valley - 1.5))
        + 0.05 * rng.gauss(0, 1)
        for lr in rates
    ]
    smooth = AvgSmoothLoss(beta=beta)
    smooth.reset()
    smooth.val = smooth.val.double()
    values = []
    for loss in losses:
        smooth.accumulate(types.SimpleNamespace(loss=torch.tensor(loss, dtype=torch.float64)))
        values.append(smooth.value.item())
    used = slice(steps // 10, -5)
    lrs, smoothed = torch.tensor(rates, dtype=torch.float64)[used], torch.tensor(values, dtype=torch.float64)[used]
    cases.append({
        "beta": beta, "lr": rates, "loss": losses, "smoothed": values,
        "steep": steep(lrs, smoothed, steps)[0], "minimum": minimum(lrs, smoothed, steps)[0],
    })
write("tune/lr_find.json", ["fastai", "torch"], {"cases": cases})

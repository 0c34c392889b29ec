"""Writes tests/golden/optim/sgd.json: 25 steps of torch.optim.SGD 2.11.0, and of timm 1.0.31's SGDW
for decoupled decay, on recorded gradients."""

import torch
from golden import tensor, write
from timm.optim import SGDW

STEPS = 25
SHAPES = {"conv": (4, 3, 3, 3), "linear": (5, 4), "bias": (5,)}
CASES = [
    {"lr": 0.1, "momentum": 0.0},
    {"lr": 0.1, "momentum": 0.9},
    {"lr": 0.05, "momentum": 0.9, "nesterov": True},
    {"lr": 0.1, "momentum": 0.8, "dampening": 0.3},
    {"lr": 0.1, "momentum": 0.0, "weight_decay": 0.05},
    {"lr": 0.1, "momentum": 0.9, "dampening": 0.5, "weight_decay": 0.05},
    {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 0.05},
    {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.05, "decay": "decoupled"},
    {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 0.05, "decay": "decoupled"},
]


def run(case, initial, gradients, lrs, dtype):
    values = [torch.nn.Parameter(value.to(dtype).clone()) for value in initial]
    # The last parameter is one that doesn't decay.
    groups = [{"params": values[:-1]}, {"params": values[-1:], "weight_decay": 0.0}]
    options = {k: v for k, v in case.items() if k != "decay"}
    optimizer = (SGDW if "decay" in case else torch.optim.SGD)(groups, foreach=False, **options)
    for step in range(STEPS):
        for value, gradient in zip(values, gradients):
            value.grad = gradient[step].to(dtype)
        for group in optimizer.param_groups:
            group["lr"] = lrs[step] * case["lr"]
        optimizer.step()
    return {name: tensor(value) for name, value in zip(SHAPES, values)}


generator = torch.Generator().manual_seed(1)


def sixteenths(*shape):
    return (torch.randn(*shape, generator=generator, dtype=torch.float64) * 16).round() / 16


initial = [sixteenths(*shape) for shape in SHAPES.values()]
gradients = [sixteenths(STEPS, *shape) for shape in SHAPES.values()]
lrs = [(step + 1) / 5 if step < 5 else 1 - (step - 5) / 25 for step in range(STEPS)]
write(
    "optim/sgd.json",
    ["torch", "timm"],
    {
        "initial": {name: tensor(value) for name, value in zip(SHAPES, initial)},
        "gradients": {name: tensor(value) for name, value in zip(SHAPES, gradients)},
        "lr_factors": lrs,
        "cases": [
            {
                "options": case,
                "float64": run(case, initial, gradients, lrs, torch.float64),
                "float32": run(case, initial, gradients, lrs, torch.float32),
            }
            for case in CASES
        ],
    },
)

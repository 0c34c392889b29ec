"""Writes tests/golden/optim/thawed.json: 25 steps of optimizers of torch.optim 2.11.0 whose first update of a
parameter differs from later ones, on the inputs of optim.py. The matrix has no gradient in the first 10 steps."""

import json
import pathlib

import torch
from golden import tensor, write

torch.set_default_dtype(torch.float64)  # otherwise NAdam would keep its product of momenta in float32
FIRST = 10
THAWED = "linear"

inputs = json.loads((pathlib.Path(__file__).parents[2] / "tests/golden/optim/inputs.json").read_text())


def value_of(recorded):
    return torch.tensor(recorded["values"]).reshape(recorded["shape"])


def case(kind, cls, options, **extra):
    theirs = {name: value for name, value in options.items() if name not in ("beta1", "beta2")} | extra
    if "beta1" in options:
        theirs["betas"] = (options["beta1"], options["beta2"])
    values = {name: torch.nn.Parameter(value_of(recorded)) for name, recorded in inputs["initial"].items()}
    decays = [values[name] for name in inputs["decaying"]]
    others = [value for name, value in values.items() if name not in inputs["decaying"]]
    optimizer = cls([{"params": decays}, {"params": others, "weight_decay": 0.0}], **theirs)
    for step, factor in enumerate(inputs["lr_factors"]):
        for name, value in values.items():
            frozen = name == THAWED and step < FIRST
            value.grad = None if frozen else value_of(inputs["gradients"][name])[step].clone()
        for group in optimizer.param_groups:
            group["lr"] = factor * options["lr"]
        optimizer.step()
    return {"kind": kind, "options": options, "float64": {name: tensor(value) for name, value in values.items()}}


BETAS = {"beta1": 0.8, "beta2": 0.95}
DECAY = {"weight_decay": 0.05}
write("optim/thawed.json", ["torch"], {
    "first": FIRST,
    "thawed": THAWED,
    "cases": [
        case("sgd", torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "dampening": 0.5} | DECAY),
        case("adagrad", torch.optim.Adagrad, {"lr": 0.1, "lr_decay": 0.05} | DECAY),
        case("adam", torch.optim.Adam, {"lr": 0.01} | BETAS | DECAY),
        case("adamw", torch.optim.AdamW, {"lr": 0.01, "amsgrad": True} | BETAS | DECAY),
        case("nadam", torch.optim.NAdam, {"lr": 0.01} | BETAS | DECAY),
        case("radam", torch.optim.RAdam, {"lr": 0.01} | BETAS | DECAY),
    ],
})

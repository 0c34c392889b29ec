"""Writes tests/golden/optim/airbench_muon.json: filters after each of three steps of the Muon of airbench94_muon.py, with
its settings and in float64, from given gradients.

Run as `airbench_muon.py FILE`, with that file of github.com/KellerJordan/cifar10-airbench at commit f1c599c.
"""

import importlib.util
import sys
from unittest import mock

import torch
from golden import tensor, write

# Fewer outputs than inputs of a filter, and more.
SHAPES = {"wide": (5, 4, 2, 2), "tall": (12, 2, 2, 2)}
STEPS = 3


def load():
    """The published file as a module, with an iteration that is neither compiled nor rounded to bfloat16."""
    spec = importlib.util.spec_from_file_location("airbench94_muon", sys.argv[1])
    module = importlib.util.module_from_spec(spec)
    with mock.patch.object(torch, "compile", lambda function: function):
        spec.loader.exec_module(module)
    return module


torch.manual_seed(1)
parameters = {name: torch.nn.Parameter(torch.randn(shape, dtype=torch.float64)) for name, shape in SHAPES.items()}
golden = {
    "initial": {name: tensor(p) for name, p in parameters.items()},
    "gradients": {name: [] for name in SHAPES},
    "values": {name: [] for name in SHAPES},
}
muon = load().Muon(parameters.values(), lr=0.24, momentum=0.6, nesterov=True)
for _ in range(STEPS):
    for name, p in parameters.items():
        p.grad = torch.randn_like(p)
        golden["gradients"][name].append(tensor(p.grad))
    with mock.patch.object(torch.Tensor, "bfloat16", torch.Tensor.clone):
        muon.step()
    for name, p in parameters.items():
        golden["values"][name].append(tensor(p))
write("optim/airbench_muon.json", ["torch"], golden)

"""Writes tests/golden/model/airbench.json: names, sizes, logits and gradients of airbench's networks with weights from a
formula that the tests repeat, and the filters of their first layer, computed from images.

Run as `airbench.py FOLDER`, with the folder legacy/ of github.com/KellerJordan/cifar10-airbench at commit f1c599c.
"""

import importlib.util
import pathlib
import sys
from unittest import mock

import torch
from golden import tensor, write
from networks import noise, variant

SIDE = 32
NAMES = ("airbench94", "airbench95", "airbench96")


def load(name):
    """The published file as a module; it trains only where it is the main program."""
    spec = importlib.util.spec_from_file_location(name, pathlib.Path(sys.argv[1]) / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def network(module):
    with mock.patch.object(torch.nn.Module, "cuda", lambda self: self):
        return module.make_net()


def whitening(module, count, height, width):
    """Filters from images in which neighboring pixels and the channels are correlated, in float64."""
    images = noise(count * 3 * height * width, 777).reshape(count, 3, height, width)
    images = images.cumsum(3).cumsum(2).cumsum(1) / 4 + images
    layer = module.Conv(3, 24, 2, padding=0, bias=True).double()
    with torch.no_grad(), mock.patch.object(torch.Tensor, "float", lambda self: self.double()):
        module.init_whitening_conv(layer, images)
    return {"images": [count, 3, height, width], "filters": tensor(layer.weight)}


def initial(module):
    """Sums over the initial filters that pass channels on, and their number, of the last group."""
    weight = network(module)[4].conv1.weight.double()
    first = weight[: weight.size(1)]
    return {"of_identities": [first.abs().sum().item(), first.diagonal()[1, 1].sum().item()],
            "largest": weight[weight.size(1) :].abs().max().item() if len(weight) > weight.size(1) else 0}


torch.manual_seed(1)
modules = {name: load(name) for name in NAMES}
write(
    "model/airbench.json",
    ["torch"],
    {
        "parameters": {name: sum(p.numel() for p in network(m).parameters()) for name, m in modules.items()},
        "trained_parameters": {name: sum(p.numel() for p in network(m).parameters() if p.requires_grad)
                               for name, m in modules.items()},
        "initial": {name: initial(m) for name, m in modules.items()},
        "whitening": whitening(modules["airbench94"], 6, 10, 12),
        **{name: variant(network(m), SIDE) for name, m in modules.items()},
    },
)

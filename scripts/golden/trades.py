"""Writes tests/golden/adversarial/trades.json: the attack and the loss of TRADES by its authors' code, yaodongyu/TRADES
6e8e11b (trades_loss() of trades.py), on the network of tests/adversarial/small_network.h, in float64: the attacked images,
the loss and the gradient of every weight. The images stay away from 0 and 1, so that their start needs no clipping: the
authors clip it after the first step, temper before.

    python scripts/golden/trades.py CHECKOUT
"""

import sys
import warnings
from unittest import mock

import torch
from formula import noise
from golden import tensor, write

COUNT, CHANNELS, SIDE, CLASSES, FILTERS = 8, 3, 6, 5, 4
LABELS = [0, 1, 2, 3, 4, 0, 1, 2]
OPTIONS = {"step_size": 0.007, "epsilon": 0.031, "perturb_steps": 10, "beta": 6.0}

torch.set_default_dtype(torch.float64)
warnings.simplefilter("ignore")  # size_average is deprecated
sys.path.insert(0, sys.argv[1])
from trades import trades_loss  # noqa: E402


class Network(torch.nn.Module):
    """Of images in [0, 1]. Remembers what it has seen last."""

    def __init__(self):
        super().__init__()
        self.filters = torch.nn.Parameter(noise(FILTERS * CHANNELS * 9, 1).reshape(FILTERS, CHANNELS, 3, 3) * 2)
        self.weight = torch.nn.Parameter(noise(CLASSES * FILTERS * SIDE * SIDE, 2).reshape(CLASSES, -1) / 2)
        self.seen = []

    def forward(self, images):
        self.seen.append(images.detach().clone())
        x = torch.nn.functional.conv2d((images - 0.5) / 0.25, self.filters, padding=1)
        return torch.tanh(x).flatten(1) @ self.weight.T


shape = (COUNT, CHANNELS, SIDE, SIDE)
images = noise(COUNT * CHANNELS * SIDE * SIDE, 3).reshape(shape) * 0.9 + 0.5
start = noise(COUNT * CHANNELS * SIDE * SIDE, 5).reshape(shape) * 3
network = Network()
with mock.patch.object(torch, "randn", lambda *unused: start), \
        mock.patch.object(torch.Tensor, "cuda", lambda self: self):
    loss = trades_loss(network, images, torch.tensor(LABELS), torch.optim.SGD(network.parameters(), lr=0.1), **OPTIONS)
loss.backward()
attacked = network.seen[-2]  # before the second pass over the images themselves
assert 0 < (attacked - images).abs().max() <= OPTIONS["epsilon"] + 1e-12
write("adversarial/trades.json", ["torch"], {
    **OPTIONS, "labels": LABELS, "attacked": tensor(attacked), "loss": loss.item(),
    "filters": tensor(network.filters.grad), "weight": tensor(network.weight.grad)})

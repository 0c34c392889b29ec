"""Writes tests/golden/adversarial/free.json: free adversarial training by the authors' code for ImageNet,
mahyarnajibi/FreeAdversarialTraining e185c84 (train() of main_free.py), on the network of tests/adversarial/small_network.h,
in float64: the perturbation and the weights after every step.

    python scripts/golden/free_training.py CHECKOUT
"""

import argparse
import ast
import pathlib
import sys
import time
from unittest import mock

import numpy
import torch
from formula import noise
from golden import tensor, write

COUNT, CHANNELS, SIDE, CLASSES, FILTERS = 8, 3, 6, 5, 4
RADIUS, STEP, REPLAYS, RATE = 1 / 16, 1 / 32, 3, 0.5

torch.set_default_dtype(torch.float64)


class Network(torch.nn.Module):
    """Of normalized images."""

    def __init__(self):
        super().__init__()
        self.filters = torch.nn.Parameter(noise(FILTERS * CHANNELS * 9, 1).reshape(FILTERS, CHANNELS, 3, 3) * 2)
        self.weight = torch.nn.Parameter(noise(CLASSES * FILTERS * SIDE * SIDE, 2).reshape(CLASSES, -1) / 2)

    def forward(self, images):
        return torch.tanh(torch.nn.functional.conv2d(images, self.filters, padding=1)).flatten(1) @ self.weight.T


def definitions(path, names):
    """Functions and classes of a file that can't be imported for what it does when it is."""
    tree = ast.parse(path.read_text())
    tree.body = [node for node in tree.body if getattr(node, "name", None) in names]
    return compile(tree, path, "exec")


def images(stream):
    return noise(COUNT * CHANNELS * SIDE * SIDE, stream).reshape(COUNT, CHANNELS, SIDE, SIDE) + 0.5


folder = pathlib.Path(sys.argv[1])
options = argparse.Namespace
configs = options(
    DATA=options(batch_size=COUNT, crop_size=SIDE),
    TRAIN=options(mean=[0.5] * CHANNELS, std=[0.25] * CHANNELS, print_freq=1000),
    ADV=options(n_repeats=REPLAYS, fgsm_step=STEP, clip_eps=RADIUS))
scope = {"np": numpy, "torch": torch, "time": time, "sys": sys, "Variable": torch.autograd.Variable, "configs": configs,
         "print": lambda *words: None, "global_noise_data": torch.zeros(COUNT, CHANNELS, SIDE, SIDE)}
exec(definitions(folder / "lib/utils.py", ("AverageMeter", "fgsm")), scope)
scope["accuracy"] = lambda *unused, **unused_too: [torch.zeros(1)] * 2  # is shown only; theirs needs an older torch
exec(definitions(folder / "main_free.py", ("train",)), scope)

network = Network()
batches = [(images(3), torch.tensor([0, 1, 2, 3, 4, 0, 1, 2])), (images(8), torch.tensor([4, 3, 2, 1, 0, 4, 3, 2]))]
optimizer = torch.optim.SGD(network.parameters(), lr=RATE)
steps = []
optimizer.register_step_post_hook(lambda *unused: steps.append({
    "perturbation": tensor(scope["global_noise_data"].clone()), "filters": tensor(network.filters.clone()),
    "weight": tensor(network.weight.clone())}))
with mock.patch.object(torch.Tensor, "cuda", lambda self, **unused: self):
    scope["train"](batches, network, torch.nn.CrossEntropyLoss(), optimizer, 0)
write("adversarial/free.json", ["torch"], {
    "radius": RADIUS, "step_size": STEP, "replays": REPLAYS, "lr": RATE, "streams": [3, 8],
    "labels": [labels.tolist() for _, labels in batches], "steps": steps})

"""Writes tests/golden/adversarial/attacks.json: the attacks of torchattacks 3.5.1 on a small network, in float64.

Run with torch 2.11.0 and torchattacks 3.5.1, for example from its wheel unpacked into a folder (which also has a package
`robustbench` that is not needed):

    PYTHONPATH=FOLDER:scripts/golden python scripts/golden/attacks.py

The network and the images are those of tests/adversarial/small_network.h: their numbers come from formula.noise(). The
random numbers of the attacks are replaced by numbers from the same formula.
"""

import importlib.util
import sys
import types
from unittest import mock

import torch
from formula import noise
from golden import tensor, write


def attacks():
    """The modules of the attacks alone: the package's __init__ imports all of them, and packages that these need."""
    folder = importlib.util.find_spec("torchattacks").submodule_search_locations[0]
    for name in ("torchattacks", "torchattacks.attacks"):
        module = types.ModuleType(name)
        module.__path__ = [folder + name.removeprefix("torchattacks").replace(".", "/")]
        sys.modules[name] = module
    names = {"fgsm": "FGSM", "pgd": "PGD", "pgdl2": "PGDL2", "apgd": "APGD"}
    return {found: getattr(importlib.import_module(f"torchattacks.attacks.{name}"), found)
            for name, found in names.items()}


torch.set_default_dtype(torch.float64)
COUNT, CHANNELS, SIDE, CLASSES, FILTERS = 8, 3, 6, 5, 4


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.filters = torch.nn.Parameter(noise(FILTERS * CHANNELS * 9, 1).reshape(FILTERS, CHANNELS, 3, 3) * 2)
        self.weight = torch.nn.Parameter(noise(CLASSES * FILTERS * SIDE * SIDE, 2).reshape(CLASSES, -1) / 2)

    def forward(self, pixels):
        features = torch.tanh(torch.nn.functional.conv2d((pixels - 0.5) / 0.25, self.filters, padding=1))
        return features.flatten(1) @ self.weight.T


def uniform(shape, stream):
    return noise(torch.Size(shape).numel(), stream).reshape(shape) + 0.5


def normal(shape, stream):
    """Not normal; the attacks take any numbers."""
    return noise(torch.Size(shape).numel(), stream).reshape(shape) * 3


network = Network().eval()
images = uniform((COUNT, CHANNELS, SIDE, SIDE), 3)
labels = network(images).argmax(1)
labels[0] = network(images)[0].argsort()[-2]  # one that is wrong from the start
STEP = 1 / 64
kinds = attacks()


def fgsm(radius):
    return tensor(kinds["FGSM"](network, eps=radius).forward(images, labels))


def pgd(radius, steps, random):
    def uniform_(self, low, high):
        return self.copy_(uniform(self.shape, 4) * (high - low) + low)

    attack = kinds["PGD"](network, eps=radius, alpha=STEP, steps=steps, random_start=random)
    with mock.patch.object(torch.Tensor, "uniform_", uniform_):
        return tensor(attack.forward(images, labels))


def pgd_l2(radius, steps, random):
    def uniform_(self, low, high):
        return self.copy_(uniform(self.shape, 6) * (high - low) + low)

    def normal_(self):
        return self.copy_(normal(self.shape, 5))

    attack = kinds["PGDL2"](network, eps=radius, alpha=radius / 4, steps=steps, random_start=random)
    with mock.patch.object(torch.Tensor, "uniform_", uniform_), mock.patch.object(torch.Tensor, "normal_", normal_):
        return tensor(attack.forward(images, labels))


def apgd(norm, loss, radius, steps):
    """The run on all images, also those that are wrong from the start."""
    attack = kinds["APGD"](network, norm=norm, eps=radius, steps=steps, loss=loss)
    with mock.patch.object(torch, "rand", lambda shape: uniform(shape, 4)), \
            mock.patch.object(torch, "randn", lambda shape: normal(shape, 5)):
        best, right, losses, fooling = attack.attack_single_run(images, labels)
    return {"best": tensor(best), "fooled": [not one for one in right.tolist()], "losses": tensor(losses),
            "fooling": tensor(fooling)}


RADIUS, RADIUS_L2 = 1 / 32, 1 / 16
write("adversarial/attacks.json", ["torch", "torchattacks"], {
    "labels": labels.tolist(),
    "logits": tensor(network(images)),
    "fgsm": [{"radius": radius, "pixels": fgsm(radius)} for radius in (0, RADIUS)],
    "pgd": [{"radius": RADIUS, "step_size": STEP, "steps": steps, "random_start": random,
             "pixels": pgd(RADIUS, steps, random)} for steps, random in ((1, False), (5, False), (5, True))],
    "pgd_l2": [{"radius": RADIUS_L2, "step_size": RADIUS_L2 / 4, "steps": steps, "random_start": random,
                "pixels": pgd_l2(RADIUS_L2, steps, random)} for steps, random in ((1, False), (6, False), (6, True))],
    "apgd": [{"norm": norm, "loss": loss, "radius": radius, "steps": steps,
              **apgd("Linf" if norm == "linf" else "L2", "ce" if loss == "cross_entropy" else "dlr", radius, steps)}
             for norm, radius in (("linf", RADIUS), ("l2", RADIUS_L2))
             for loss in ("cross_entropy", "dlr")
             for steps in (1, 7, 40)],
})

"""Writes tests/golden/mix/zeta.json: mixed images and targets of the code of zeta-mixup's authors, in its float32, from a checkout of
kakumarabhishek/zeta-mixup dab71b9 (zeta_mixup.py, utils.py).

    python scripts/golden/mix_zeta.py ZETA_MIXUP

The random numbers are recorded: the order of the images that are mixed into each one."""

import sys
import unittest.mock

import numpy
import torch
from formula import noise
from golden import tensor, write

ROWS, CHANNELS, SIDE, CLASSES = 6, 3, 4, 4


def example(zeta_mixup, zeta_mixup_weights, gamma, stream):
    images = noise(ROWS * CHANNELS * SIDE * SIDE, stream).reshape(ROWS, CHANNELS, SIDE, SIDE).float()
    labels = torch.arange(ROWS) % CLASSES
    draws = noise(ROWS * ROWS, stream + 1).reshape(ROWS, ROWS).numpy()
    with unittest.mock.patch.object(numpy.random, "rand", lambda *shape: draws):
        weights = zeta_mixup_weights(ROWS, gamma)
        mixed, targets = zeta_mixup(images, labels, CLASSES, gamma)
    # All weights of a row are different, so they tell its order; the image itself is the first.
    order = weights.argsort(dim=1, descending=True)
    assert order[:, 0].tolist() == list(range(ROWS))
    return {"gamma": gamma, "partners": order[:, 1:].tolist(), "images": tensor(images), "labels": labels.tolist(),
            "classes": CLASSES, "mixed": tensor(mixed), "targets": tensor(targets)}


def main():
    sys.path.insert(0, sys.argv[1])
    from utils import zeta_mixup_weights
    from zeta_mixup import zeta_mixup

    write("mix/zeta.json", ["torch", "numpy"], {
        "examples": [example(zeta_mixup, zeta_mixup_weights, gamma, stream) for gamma, stream in ((2.8, 31), (1.2, 41))],
    })


main()

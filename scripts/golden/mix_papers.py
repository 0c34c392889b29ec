"""Writes tests/golden/mix/papers.json: numbers of the code of two papers, float64, from checkouts of

    C-Mixup          huaxiuyao/C-Mixup 0b88fb3: the probabilities of the partners, src/algorithm.py (with scikit-learn)
    manifold mixup   vikasverma1077/manifold_mixup 870ef77: mixed features and targets with the gradient, supervised/utils.py

    python scripts/golden/mix_papers.py C-MIXUP MANIFOLD_MIXUP

The random numbers are recorded: the weight lambda and the order of the partners."""

import argparse
import pathlib
import sys
import unittest.mock

import numpy
import torch
from formula import noise
from golden import function_of, tensor, write

ROWS, CHANNELS, SIDE, CLASSES, IMAGES = 6, 4, 3, 3, 24


def partner_probabilities(get_rates, values, bandwidth, stream):
    targets = noise(IMAGES * values, stream).reshape(IMAGES, values) * 3.5
    options = argparse.Namespace(mixtype="kde", kde_type="gaussian", kde_bandwidth=bandwidth, show_process=0)
    rates = get_rates(options, {"x_train": None, "y_train": targets}, "cpu")
    return {"bandwidth": bandwidth, "targets": tensor(targets), "probabilities": tensor(torch.from_numpy(rates))}


def mixed_features(mixup_process, lam, order):
    features = noise(ROWS * CHANNELS * SIDE * SIDE, 7).reshape(ROWS, CHANNELS, SIDE, SIDE).requires_grad_()
    targets = torch.eye(CLASSES, dtype=torch.float64)[torch.arange(ROWS) % CLASSES]
    with unittest.mock.patch.object(numpy.random, "permutation", lambda n: numpy.array(order)):
        mixed, mixed_targets = mixup_process(features, targets, torch.tensor([lam], dtype=torch.float64))
    outer = noise(mixed.numel(), 8).reshape(mixed.shape)
    (mixed * outer).sum().backward()
    return {"lambda": lam, "order": order, "features": tensor(features), "targets": tensor(targets),
            "outer": tensor(outer), "mixed": tensor(mixed), "mixed_targets": tensor(mixed_targets),
            "gradient": tensor(features.grad)}


def main():
    c_mixup, manifold = (pathlib.Path(path) for path in sys.argv[1:])
    sys.path.insert(0, str(c_mixup / "src"))
    from algorithm import get_mixup_sample_rate

    mixup_process = function_of(manifold / "supervised/utils.py", "mixup_process", np=numpy, torch=torch)
    write("mix/papers.json", ["torch", "scikit-learn"], {
        "partners": [partner_probabilities(get_mixup_sample_rate, values, bandwidth, 11 + i)
                     for i, (values, bandwidth) in enumerate(((1, 0.3), (1, 2.0), (2, 0.2), (3, 1.0)))],
        "manifold": [mixed_features(mixup_process, lam, order)
                     for lam, order in ((0.3, [4, 2, 0, 5, 1, 3]), (0.875, [0, 1, 3, 2, 5, 4]))],
    })


main()

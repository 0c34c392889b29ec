"""Writes tests/golden/semi/semi.json: losses, gradients, averages and ramps of semi-supervised methods, over small logits, in
float64, of the code of

    mean teacher, sigmoid ramp    CuriousAI/mean-teacher 546348f: losses.py, ramps.py and main.py of pytorch/
    interpolation consistency     vikasverma1077/ICT 7be7264: mixup_data() of main.py; it mixes logits
    pseudo-labels                 TorchSSL/TorchSSL f26e1d4: models/pseudolabel/pseudolabel_utils.py

    python scripts/golden/semi.py MEAN_TEACHER ICT TORCHSSL

Not google-research/fixmatch's pseudo_label.py, which multiplies losses [n] by a mask [n, 1]: every image's loss is weighted by
the share of confident images. The mixing of probabilities, as in ICT's paper, is written here. The weight lambda and the partners are recorded."""

import pathlib
import sys
import types
import unittest.mock

import numpy
import torch
from golden import function_of, tensor, write

ROWS, CLASSES = 5, 4

generator = torch.Generator().manual_seed(20)


def logits(*shape, scale=3.0):
    drawn = torch.randn(*shape, generator=generator, dtype=torch.float64) * scale
    return ((drawn * 64).round() / 64).requires_grad_()


def with_gradient(loss, of):
    loss.backward()
    return {"loss": loss.item(), "gradient": tensor(of.grad)}


def pseudo_label(consistency_loss, threshold):
    own = logits(ROWS, CLASSES)
    loss, kept, _ = consistency_loss(own, None, 0, None, threshold)
    return {"threshold": threshold, "logits": tensor(own), "kept": kept.sum().item(), **with_gradient(loss, own)}


def mean_teacher(softmax_mse_loss):
    own, teacher = logits(ROWS, CLASSES), logits(ROWS, CLASSES).detach()
    return {"logits": tensor(own), "teacher": tensor(teacher),
            **with_gradient(softmax_mse_loss(own, teacher) / ROWS, own)}


def mixed_by(mixup_data, rows, lam, partners):
    with (unittest.mock.patch.object(numpy.random, "beta", lambda *_: lam),
          unittest.mock.patch.object(numpy.random, "permutation", lambda _: numpy.array(partners)),
          unittest.mock.patch.object(torch.Tensor, "cuda", lambda same: same),
          unittest.mock.patch.object(torch, "Tensor", torch.DoubleTensor)):
        return mixup_data(rows, rows)[1]


def interpolation(mixup_data, softmax_mse_loss, targets, lam, partners):
    own, teacher = logits(ROWS, CLASSES), logits(ROWS, CLASSES).detach()
    if targets == "logits":
        mixed = mixed_by(mixup_data, teacher, lam, partners)
        loss = softmax_mse_loss(own, mixed) / ROWS
        expected = torch.softmax(mixed, 1)
    else:
        expected = mixed_by(mixup_data, torch.softmax(teacher, 1), lam, partners)
        loss = ((torch.softmax(own, 1) - expected) ** 2).mean(1).mean()
    return {"targets": targets, "lambda": lam, "partners": partners, "logits": tensor(own), "teacher": tensor(teacher),
            "expected": tensor(expected), **with_gradient(loss, own)}


def moving_average(update_ema_variables, decay, steps):
    weights = [logits(3).detach() for _ in range(steps + 1)]
    network, teacher = (types.SimpleNamespace(values=weights[0].clone()) for _ in range(2))
    for one in (network, teacher):
        one.parameters = lambda one=one: [one.values]
    for step in range(1, steps + 1):
        network.values = weights[step]
        update_ema_variables(network, teacher, decay, step)
    return {"decay": decay, "weights": [tensor(one) for one in weights], "teacher": tensor(teacher.values)}


def main():
    teachers, ict, torchssl = (pathlib.Path(path) for path in sys.argv[1:])
    sys.path.insert(0, str(teachers / "pytorch"))
    from mean_teacher.losses import softmax_mse_loss
    from mean_teacher.ramps import sigmoid_rampup

    update = function_of(teachers / "pytorch/main.py", "update_ema_variables")
    mixup_data = function_of(ict / "main.py", "mixup_data", np=numpy, torch=torch, Variable=torch.autograd.Variable)
    cross_entropy = function_of(torchssl / "train_utils.py", "ce_loss", torch=torch, F=torch.nn.functional)
    consistency_loss = function_of(torchssl / "models/pseudolabel/pseudolabel_utils.py", "consistency_loss", torch=torch,
                                   ce_loss=cross_entropy)
    write("semi/semi.json", ["torch"], {
        "pseudo_label": [pseudo_label(consistency_loss, threshold) for threshold in (0.95, 0.7, 0.0)],
        "mean_teacher": [mean_teacher(softmax_mse_loss)],
        "interpolation": [interpolation(mixup_data, softmax_mse_loss, "logits", 0.3, [3, 1, 4, 0, 2]),
                          interpolation(mixup_data, softmax_mse_loss, "probabilities", 0.85, [4, 2, 0, 1, 3])],
        "sigmoid_rampup": [[at, sigmoid_rampup(at, 80)] for at in (0, 1, 20, 40.5, 79, 80)],
        "moving_average": [moving_average(update, 0.999, 4), moving_average(update, 0.6, 5)],
    })


main()

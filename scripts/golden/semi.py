"""Writes tests/golden/semi/semi.json: losses, targets and gradients of semi-supervised methods, over small logits, in float64.
The formulas are written here, in torch, after the published code, which needs TensorFlow 1 or whole trainings:

    fixmatch, pseudo_label, mixmatch   google-research/fixmatch d4985a1: fixmatch.py, pseudo_label.py, mixmatch.py, libml/layers.py
    mean_teacher, sigmoid ramp         CuriousAI/mean-teacher 546348f, pytorch/mean_teacher/losses.py, ramps.py, main.py
    interpolation                      vikasverma1077/ICT 7be7264, main.py (logits are mixed); probabilities as in the paper

The weight lambda and the partners are recorded, and so are the logits of every view."""

import math

import torch
from golden import tensor, write
from torch.nn import functional

ROWS, CLASSES, VIEWS = 5, 4, 2

generator = torch.Generator().manual_seed(20)


def logits(*shape, scale=3.0):
    drawn = torch.randn(*shape, generator=generator, dtype=torch.float64) * scale
    return ((drawn * 64).round() / 64).requires_grad_()


def with_gradient(loss, of):
    loss.backward()
    return {"loss": loss.item(), "gradient": tensor(of.grad)}


def fixmatch(threshold):
    weak, strong = logits(ROWS, CLASSES), logits(ROWS, CLASSES)
    probabilities = torch.softmax(weak, 1).detach()
    confidence, label = probabilities.max(1)
    mask = (confidence >= threshold).double()
    loss = (functional.cross_entropy(strong, label, reduction="none") * mask).mean()
    return {"threshold": threshold, "weak": tensor(weak), "strong": tensor(strong), "kept": int(mask.sum()),
            **with_gradient(loss, strong)}


def pseudo_label(threshold):
    own = logits(ROWS, CLASSES)
    label = own.argmax(1)
    mask = (torch.softmax(own, 1) > threshold).any(1).double().detach()
    loss = (functional.cross_entropy(own, label, reduction="none") * mask).mean()
    return {"threshold": threshold, "logits": tensor(own), "kept": int(mask.sum()), **with_gradient(loss, own)}


def softmax_mse(own, target):
    """Summed over the images; divided by their number by the caller, as in train()."""
    return functional.mse_loss(torch.softmax(own, 1), torch.softmax(target, 1), reduction="sum") / own.shape[1]


def mean_teacher():
    own, teacher = logits(ROWS, CLASSES), logits(ROWS, CLASSES).detach()
    return {"logits": tensor(own), "teacher": tensor(teacher),
            **with_gradient(softmax_mse(own, teacher) / ROWS, own)}


def interpolation(targets, lam, partners):
    own, teacher = logits(ROWS, CLASSES), logits(ROWS, CLASSES).detach()
    index = torch.tensor(partners)
    if targets == "logits":
        mixed = lam * teacher + (1 - lam) * teacher[index]
        loss = softmax_mse(own, mixed) / ROWS
        expected = torch.softmax(mixed, 1)
    else:
        probabilities = torch.softmax(teacher, 1)
        expected = lam * probabilities + (1 - lam) * probabilities[index]
        loss = ((torch.softmax(own, 1) - expected) ** 2).mean(1).mean()
    return {"targets": targets, "lambda": lam, "partners": partners, "logits": tensor(own), "teacher": tensor(teacher),
            "expected": tensor(expected), **with_gradient(loss, own)}


def mixmatch(temperature):
    views = [logits(ROWS, CLASSES).detach() for _ in range(VIEWS)]
    mean = torch.stack([torch.softmax(view, 1) for view in views]).mean(0)
    guess = mean ** (1 / temperature)
    guess = guess / guess.sum(1, keepdim=True)
    labels = functional.one_hot(torch.tensor([0, 3, 1]), CLASSES).double()
    # Mixup of everything, each row with a weight of its own, of which the larger part is the row's.
    all_targets = torch.cat([labels, *([guess] * VIEWS)])
    drawn = torch.rand(len(all_targets), generator=generator, dtype=torch.float64)
    lam = torch.maximum(drawn, 1 - drawn).unsqueeze(1)
    partners = torch.randperm(len(all_targets), generator=generator)
    mixed = all_targets * lam + all_targets[partners] * (1 - lam)
    own = logits(VIEWS * ROWS, CLASSES)
    loss = torch.square(mixed[len(labels):] - torch.softmax(own, 1)).mean()
    return {"temperature": temperature, "views": [tensor(view) for view in views], "guess": tensor(guess),
            "labels": tensor(labels), "lambdas": drawn.tolist(), "partners": partners.tolist(), "mixed": tensor(mixed),
            "logits": tensor(own), **with_gradient(loss, own)}


def sigmoid_rampup(current, length):
    phase = 1.0 - min(max(current, 0.0), length) / length
    return math.exp(-5.0 * phase * phase)


def learning_rate(step, steps):
    """fixmatch.py: lr * cos(step / steps * 7 pi / 16)"""
    return 0.03 * math.cos(min(max(step / steps, 0), 1) * (7 * math.pi) / (2 * 8))


def moving_average(alpha, steps):
    """update_ema_variables() after steps 1, 2, ..."""
    weights = [logits(3).detach() for _ in range(steps + 1)]
    teacher = weights[0].clone()
    for step in range(1, steps + 1):
        decay = min(1 - 1 / (step + 1), alpha)
        teacher = teacher * decay + (1 - decay) * weights[step]
    return {"decay": alpha, "weights": [tensor(one) for one in weights], "teacher": tensor(teacher)}


write("semi/semi.json", ["torch"], {
    "fixmatch": [fixmatch(0.95), fixmatch(0.6), fixmatch(0.0)],
    "pseudo_label": [pseudo_label(0.95), pseudo_label(0.7), pseudo_label(0.0)],
    "mean_teacher": [mean_teacher()],
    "interpolation": [interpolation("logits", 0.3, [3, 1, 4, 0, 2]),
                      interpolation("probabilities", 0.85, [4, 2, 0, 1, 3])],
    "mixmatch": [mixmatch(0.5), mixmatch(1.0), mixmatch(0.25)],
    "sigmoid_rampup": [[at, sigmoid_rampup(at, 80)] for at in (0, 1, 20, 40.5, 79, 80)],
    "learning_rate": [[at, learning_rate(at, 1000)] for at in (0, 1, 137, 500, 999)],
    "moving_average": [moving_average(0.999, 4), moving_average(0.6, 5)],
})

"""Writes tests/golden/loss/: the losses, their gradients in float64, of torch 2.11.0, torchvision 0.26.0,
timm 1.0.31 and kornia 0.8.1.

cross_entropy.json has PyTorch's cross-entropy and label smoothing, losses.json all other options and losses. Losses
that no package has are the paper's formula written in PyTorch: unigram smoothing, the confidence penalty (with torch's
entropy), poly-1 (the code in its appendix), the rescaled squared error, distillation (DeiT's code, but averaged over
rows as in the papers). kornia adds 1e-6 to every entry of its labels, which is not part of the focal loss; that is
replaced by 0 here.
"""

import functools
import sys

import kornia
import torch
import torch.nn.functional as F
import torchvision
from golden import tensor, write
from timm.loss import BinaryCrossEntropy, JsdCrossEntropy

ROWS, CLASSES = 8, 10
kornia_module = sys.modules["kornia.losses.focal"]
kornia_module.one_hot = functools.partial(kornia_module.one_hot, eps=0)
generator = torch.Generator().manual_seed(1)


def sixteenths(scale=3):
    return (torch.randn(ROWS, CLASSES, generator=generator, dtype=torch.float64) * 16 * scale).round() / 16


def distributions(*shape):
    parts = torch.rand(*shape, generator=generator, dtype=torch.float64)
    return parts / parts.sum(-1, keepdim=True)


logits = sixteenths()
labels = torch.randint(CLASSES, (ROWS,), generator=generator)
soft = distributions(ROWS, CLASSES)
teacher = sixteenths()
values = sixteenths(1)
prior = distributions(CLASSES)
views = [sixteenths(1) for _ in range(3)]
hard = F.one_hot(labels, CLASSES).double()
several = (soft > 0.1).double()  # labels of an image with more than one class
weights = torch.tensor([1, 2, 0.5, 3, 1, 0.25, 4, 1, 0, 1.5], dtype=torch.float64)


def evaluated(function):
    leaf = logits.clone().requires_grad_()
    loss = function(leaf)
    loss.backward()
    return {"loss": loss.item(), "gradient": tensor(leaf.grad)}


def plain(targets, smoothing=0.0):
    return evaluated(lambda z: F.cross_entropy(z, targets, label_smoothing=smoothing))


def case(kind, targets, function, **options):
    return {"options": {"kind": kind, **options}, "targets": targets, **evaluated(function)}


def entropy(z):
    return torch.distributions.Categorical(logits=z).entropy()


def uniform(smoothing):
    return {"smoothing": smoothing, "form": "uniform"}


def penalty(**options):
    return {"confidence_penalty": options}


def poly1(z, targets, epsilon):
    return F.cross_entropy(z, targets) + epsilon * (targets * (1 - z.softmax(1))).sum(1).mean()


def rescaled(z, k, m):
    return (torch.where(hard == 1, k * (z - m) ** 2, z**2).sum(1) / CLASSES).mean()


def timm_bce(targets, **options):
    return lambda z: BinaryCrossEntropy(smoothing=options.pop("smoothing", 0.0), **options)(z, targets)


def kornia_focal(gamma):
    return lambda z: kornia.losses.focal_loss(z, labels, None, gamma, "none").sum(1).mean()


def torchvision_focal(targets, alpha, gamma, classes=1):
    return lambda z: torchvision.ops.sigmoid_focal_loss(z, targets, alpha, gamma, "mean") * classes


smoothed = hard * 0.9 + 0.1 / CLASSES
W = weights.tolist()

cases = [
    case("cross_entropy", "hard", lambda z: F.cross_entropy(z, labels, weights), weight=W),
    case("cross_entropy", "hard", lambda z: F.cross_entropy(z, labels, weights, label_smoothing=0.1),
         weight=W, label_smoothing=uniform(0.1)),
    case("cross_entropy", "soft", lambda z: F.cross_entropy(z, soft, weights), weight=W,
         weighted_mean="rows"),
    case("cross_entropy", "soft", lambda z: F.cross_entropy(z, soft, weights, label_smoothing=0.2),
         weight=W, weighted_mean="rows", label_smoothing=uniform(0.2)),
    case("cross_entropy", "hard",
         lambda z: 0.7 * F.cross_entropy(z, labels) + 0.3 * F.cross_entropy(z, prior.expand(ROWS, -1)),
         label_smoothing={"smoothing": 0.3, "form": "unigram"}),
    case("cross_entropy", "hard", lambda z: F.cross_entropy(z, labels) - 0.3 * entropy(z).mean(),
         **penalty(beta=0.3)),
    case("cross_entropy", "soft",
         lambda z: F.cross_entropy(z, soft, label_smoothing=0.1) + 0.5 * (1.0 - entropy(z)).clamp(min=0).mean(),
         label_smoothing=uniform(0.1), **penalty(beta=0.5, form="hinge", threshold=1.0)),
    case("poly1", "hard", lambda z: poly1(z, hard, 2.0), epsilon=2),
    case("poly1", "soft", lambda z: poly1(z, soft, -0.5), epsilon=-0.5),
    case("poly1", "hard", lambda z: poly1(z, smoothed, 1.0) - 0.2 * entropy(z).mean(), epsilon=1,
         label_smoothing=uniform(0.1), **penalty(beta=0.2)),
    case("bce", "hard", timm_bce(hard)),
    case("bce", "several", timm_bce(several), sum_classes=False),
    case("bce", "hard", timm_bce(labels, smoothing=0.1), label_smoothing=uniform(0.1)),
    case("bce", "soft", timm_bce(soft, target_threshold=0.1), target_threshold=0.1),
    case("bce", "hard", timm_bce(labels, smoothing=0.1, target_threshold=0.2, sum_classes=True),
         label_smoothing=uniform(0.1), target_threshold=0.2, sum_classes=True),
    case("focal", "hard", kornia_focal(2.0), form="softmax"),
    case("focal", "hard", kornia_focal(0.5), gamma=0.5, form="softmax"),
    case("focal", "hard", torchvision_focal(hard, 0.25, 2), alpha=0.25, form="sigmoid"),
    case("focal", "several", torchvision_focal(several, -1, 1.5, CLASSES), gamma=1.5,
         form="sigmoid", sum_classes=True),
    case("focal", "soft", torchvision_focal(soft, 0.6, 2), alpha=0.6, form="sigmoid"),
    case("mse", "values", lambda z: F.mse_loss(z, values)),
    case("mse", "hard", lambda z: F.mse_loss(z, hard)),
    case("mse", "hard", lambda z: rescaled(z, 15, 30), true_weight=15, true_value=30),
    case("huber", "values", lambda z: F.huber_loss(z, values)),
    case("huber", "values", lambda z: F.huber_loss(z, values, delta=0.5), delta=0.5),
]


def divergence():
    leaves = [view.clone().requires_grad_() for view in views]
    both = JsdCrossEntropy(num_splits=3, alpha=12, smoothing=0)(torch.cat(leaves), labels.repeat(3))
    loss = (both - F.cross_entropy(leaves[0], labels)) / 12
    loss.backward()
    return {"loss": loss.item(), "gradients": [tensor(leaf.grad) for leaf in leaves]}


def taught(form, distance):
    return {"options": form, **evaluated(distance)}


def softly(temperature):
    return lambda z: F.kl_div((z / temperature).log_softmax(1), (teacher / temperature).log_softmax(1),
                              reduction="batchmean", log_target=True) * temperature**2


write(
    "loss/cross_entropy.json",
    ["torch"],
    {
        "logits": tensor(logits),
        "labels": tensor(labels),
        "soft": tensor(soft),
        "hard": plain(labels),
        "hard_smoothed_0.1": plain(labels, 0.1),
        "soft_plain": plain(soft),
        "soft_smoothed_0.2": plain(soft, 0.2),
    },
)
write(
    "loss/losses.json",
    ["torch", "torchvision", "timm", "kornia"],
    {
        "logits": tensor(logits),
        "prior": tensor(prior),
        "teacher": tensor(teacher),
        "targets": {name: tensor(table) for name, table in
                    {"hard": hard, "soft": soft, "several": several, "values": values}.items()},
        "views": [tensor(view) for view in views],
        "cases": cases,
        "jensen_shannon": divergence(),
        "teaching": [
            taught({"kind": "soft", "temperature": 1}, softly(1)),
            taught({"kind": "soft", "temperature": 4}, softly(4)),
            taught({"kind": "hard"}, lambda z: F.cross_entropy(z, teacher.argmax(1))),
        ],
    },
)

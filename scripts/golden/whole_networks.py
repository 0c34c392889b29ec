"""Writes tests/golden/model/whole_networks.json: logits and sums of gradients of published networks in full, from
torchvision 0.26 and timm 1.0.31, with weights from a formula of name and index that the tests repeat. model.py has the
smaller networks, compared parameter by parameter."""

import re

import timm
from formula import fill, noise
from golden import coordinate, write
from networks import CLASSES, computed
from torchvision import models

SIDE = 64
NORM_WEIGHT = 0.5  # keeps what hundreds of blocks add up to within range, and so errors of rounding

TORCHVISION = ("resnet34", "resnet50", "resnet101", "resnet152", "resnext50_32x4d", "resnext101_64x4d", "wide_resnet50_2")
TIMM = (
    "resnet50d", "resnet200d", "seresnet50", "resnetblur50", "resnetv2_50", "resnetv2_50d",
    *(f"resnetrs{depth}" for depth in (50, 101, 152, 200, 270, 350, 420)),
    *(f"{dialect}efficientnet_{size}" for size in ("b1", "b2", "b3", "b4") for dialect in ("tf_", "")),
    "tf_efficientnet_lite1", "tf_efficientnet_lite2",
    "mobilenetv3_large_075", "tf_mobilenetv3_large_075", "tf_mobilenetv3_large_100", "tf_mobilenetv3_small_075",
    "convnext_tiny", "convnext_small",
)


def part(name):
    """The stage: a parameter's name up to its first number."""
    return re.match(r"[^\d]*\d*", name).group()


def sums(pairs):
    total = {}
    for name, value in pairs:
        total[part(name)] = total.get(part(name), 0.0) + value
    return total


def whole(model):
    model = model.double()
    fill(model, coordinate, NORM_WEIGHT)
    golden = {"side": SIDE, "tensors": len(model.state_dict()), **computed(model, SIDE)}
    gradients = [(name, p.grad.flatten()) for name, p in model.named_parameters()]
    golden["squares"] = sums((name, g.square().sum().item()) for name, g in gradients)
    golden["along"] = sums((name, g.dot(noise(g.numel(), coordinate(name) + 1)).item()) for name, g in gradients)
    return golden


def networks():
    for name in TORCHVISION:
        yield name, getattr(models, name)(num_classes=CLASSES)
    for name in TIMM:
        yield name, timm.create_model(name, num_classes=CLASSES)


write("model/whole_networks.json", ["torch", "torchvision", "timm"], {name: whole(model) for name, model in networks()})

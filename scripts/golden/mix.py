"""Writes tests/golden/mix/mix.json: mixup and CutMix of timm 1.0.31 (Mixup, in its three modes) and of torchvision 0.26.0
(v2.MixUp, v2.CutMix) over a small batch, float64. The random numbers are recorded and handed over: the weight lambda as it
was drawn, the centre of the box, the box and the mixed results."""

import unittest.mock

import numpy
import torch
from golden import tensor, write
from timm.data import mixup as timm_mixup
from torchvision.transforms import v2

ROWS, CHANNELS, HEIGHT, WIDTH, CLASSES = 6, 2, 9, 7, 4
SMOOTHING = 0.1

generator = torch.Generator().manual_seed(3)
images = (torch.randn(ROWS, CHANNELS, HEIGHT, WIDTH, generator=generator, dtype=torch.float64) * 16).round() / 16
labels = torch.tensor([0, 1, 2, 3, 1, 0])


class Recorder:
    """numpy.random with its draws recorded: of Beta distributions, and of whole numbers, which are centres."""

    def __init__(self, seed):
        self.draws = numpy.random.RandomState(seed)
        self.lambdas, self.centres = [], []

    def beta(self, a, b, size=None):
        drawn = self.draws.beta(a, b, size=size)
        self.lambdas = numpy.asarray(drawn, dtype=numpy.float64).reshape(-1).tolist()
        return drawn

    def rand(self, *shape):
        return self.draws.rand(*shape)

    def randint(self, low, high, size=None):
        drawn = self.draws.randint(low, high, size=size)
        self.centres.append(int(drawn))
        return drawn


def timm_case(seed, mode, mixup, cutmix):
    recorder, boxes = Recorder(seed), []
    original = timm_mixup.cutmix_bbox_and_lam

    def recorded(*words, **named):
        box, lam = original(*words, **named)
        boxes.append([int(box[0]), int(box[2]), int(box[1]), int(box[3]), float(lam)])
        return box, lam

    mixer = timm_mixup.Mixup(mixup_alpha=mixup, cutmix_alpha=cutmix, mode=mode, label_smoothing=SMOOTHING,
                             num_classes=CLASSES)
    with unittest.mock.patch.object(numpy.random, "beta", recorder.beta), \
         unittest.mock.patch.object(numpy.random, "rand", recorder.rand), \
         unittest.mock.patch.object(numpy.random, "randint", recorder.randint), \
         unittest.mock.patch.object(timm_mixup, "cutmix_bbox_and_lam", recorded):
        mixed, targets = mixer(images.clone(), labels)
    # timm keeps the weights of pairs and elements as float32.
    lambdas = recorder.lambdas if mode == "batch" else [float(numpy.float32(one)) for one in recorder.lambdas]
    centres = [list(pair) for pair in zip(recorder.centres[::2], recorder.centres[1::2])]
    return {"mode": mode, "kind": "cutmix" if cutmix else "mixup", "lambdas": lambdas, "centres": centres,
            "boxes": boxes, "images": tensor(mixed), "targets": tensor(targets.double())}


def torchvision_case(seed, kind):
    torch.manual_seed(seed)
    drawn = {"centres": []}
    real = torch.randint

    def randint(*words, **named):
        value = real(*words, **named)
        drawn["centres"].append(int(value))
        return value

    transform = (v2.MixUp if kind == "mixup" else v2.CutMix)(num_classes=CLASSES)
    sample = transform._dist.sample

    def lam(*words):
        value = sample(*words)
        drawn["lambda"] = float(value)
        return value

    made = {}
    original = transform.make_params

    def make_params(inputs):
        made.update(original(inputs))
        return made

    with unittest.mock.patch.object(torch, "randint", randint), \
         unittest.mock.patch.object(transform._dist, "sample", lam), \
         unittest.mock.patch.object(transform, "make_params", make_params):
        mixed, targets = transform(images.clone(), labels)
    boxes, centres = [], []
    if kind == "cutmix":
        left, top, right, bottom = made["box"]
        boxes = [[top, left, bottom, right, made["lam_adjusted"]]]
        x, y = drawn["centres"]
        centres = [[y, x]]
    return {"kind": kind, "lambdas": [drawn["lambda"]], "centres": centres, "boxes": boxes, "images": tensor(mixed),
            "targets": tensor(targets.double())}


timm_cases = []
for seed, mode in enumerate(("batch", "batch", "batch", "pair", "elem")):
    timm_cases.append(timm_case(seed, mode, 0.8, 0))
    timm_cases.append(timm_case(seed + 10, mode, 0, 1.0))
torchvision_cases = [torchvision_case(seed, kind) for seed in range(4) for kind in ("mixup", "cutmix")]
write("mix/mix.json", ["timm", "torchvision", "torch"],
      {"smoothing": SMOOTHING, "images": tensor(images),
       "targets": tensor(torch.nn.functional.one_hot(labels, CLASSES).double()), "timm": timm_cases,
       "torchvision": torchvision_cases})

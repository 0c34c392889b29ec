"""Writes tests/golden/augment/policies.safetensors and timm_strings.json: timm 1.0.31, torchvision 0.26.0, Pillow
11.3.0, torch 2.11.0, numpy 2.3.5.

"table SCALE BINS PRIMITIVE" has the physical value of an operation in an image of HEIGHT x WIDTH pixels, for each
magnitude (rows) and both signs (columns); where no sign is drawn both are the same. Translations count to the right
and down, as the image moves. The tables of timm and torchvision are read off their code by calling it; those of
tensorflow/models (research/autoaugment/augmentation_transforms.py), google-research/augmix (augmentations.py) and
kakaobrain/fast-autoaugment (FastAutoAugment/augmentations.py), whose code applies a value where it computes it, are
their formulas. Those of tensorflow/tpu: policies_tensorflow.py.

"rand SCALE BINS IMAGE FILL PRIMITIVE MAGNITUDE NEGATED INTERPOLATION ..." is the result of a whole RandAugment or
TrivialAugment with the draws that its name lists. timm_strings.json has what timm makes of its strings.
"""

import os

os.environ["ATEN_CPU_CAPABILITY"] = "default"  # torch.linspace rounds by the width of vectors otherwise

import itertools
import pathlib
import random
from unittest import mock

import numpy as np
import torch
from golden import primitive, write
from PIL import Image
from safetensors.numpy import save_file
from timm.data import auto_augment as timm
from torchvision.transforms import autoaugment as torchvision
from torchvision.transforms.functional import InterpolationMode

from augment import photograph, picture, pillow, pixels

HEIGHT, WIDTH = 48, 64
ENHANCED = ("saturation", "contrast", "brightness", "sharpness")
RESAMPLED = {Image.NEAREST: "nearest", Image.BILINEAR: "bilinear", Image.BICUBIC: "bicubic"}


def side(name):
    return HEIGHT if name.startswith("TranslateY") else WIDTH


def timm_value(name, magnitude, negated):
    with mock.patch.object(timm.random, "random", lambda: float(negated)):
        value = timm.LEVEL_TO_ARG[name](magnitude, timm._HPARAMS_DEFAULT)[0]
    if name.startswith("Translate"):
        value *= -side(name)
    return min(8, max(0, value)) if name.startswith("Posterize") else value


def timm_tables(out):
    original = ["PosterizeOriginal" if name == "Posterize" else name for name in timm._RAND_TRANSFORMS]
    research = ["PosterizeIncreasing" if name == "Posterize" else name for name in timm._RAND_TRANSFORMS]
    for scale, names in [("timm", timm._RAND_TRANSFORMS), ("timm_increasing", timm._RAND_INCREASING_TRANSFORMS),
                         ("timm_original", original), ("timm_research", research)]:
        for name in names + ["Desaturate", "GaussianBlur"]:
            if timm.LEVEL_TO_ARG[name] is not None:
                out[f"table {scale} 31 {primitive(name)}"] = np.array(
                    [[timm_value(name, float(m), negated) for negated in (0, 1)] for m in range(31)], np.float64)


def torchvision_values(space):
    """The physical values of all operations of a space that have magnitudes."""
    for name, (magnitudes, signed) in space.items():
        if magnitudes.ndim == 0:
            continue
        rows = []
        for magnitude in magnitudes:
            pair = [float(magnitude.item()), (-1.0 if signed else 1.0) * float(magnitude.item())]
            if name.startswith("Translate"):
                pair = [float(int(value)) for value in pair]
            if primitive(name) in ENHANCED:
                pair = [1.0 + value for value in pair]
            rows.append(pair)
        yield primitive(name), np.array(rows, np.float64)


def torchvision_tables(out):
    size = (HEIGHT, WIDTH)
    spaces = [("torchvision", bins, torchvision.RandAugment()._augmentation_space(bins, size)) for bins in (31, 11, 10)]
    spaces += [("torchvision", 10, torchvision.AutoAugment()._augmentation_space(10, size)),
               ("trivial_augment_wide", 31, torchvision.TrivialAugmentWide()._augmentation_space(31)),
               ("torchvision_augmix", 10, torchvision.AugMix()._augmentation_space(10, size))]
    for scale, bins, space in spaces:
        for name, table in torchvision_values(space):
            out[f"table {scale} {bins} {name}"] = table


def sides(function):
    return {"translate_x": function(WIDTH), "translate_y": function(HEIGHT)}


def research_formulas():
    return {
        "rotate": lambda m, s: s * int(m * 30 / 10),
        "posterize": lambda m, s: 4 - int(m * 4 / 10),
        "solarize": lambda m, s: 256 - int(m * 256 / 10),
        **dict.fromkeys(ENHANCED, lambda m, s: float(m) * 1.8 / 10.0 + 0.1),
        **dict.fromkeys(("shear_x", "shear_y"), lambda m, s: s * (float(m) * 0.3 / 10.0)),
    }


def fast_formulas():
    def between(level, low, high):
        return level * (high - low) + low

    return {
        "rotate": lambda v, s: s * between(v, -30, 30),
        "posterize": lambda v, s: int(between(v, 4, 8)),
        "solarize": lambda v, s: between(v, 0, 256),
        **dict.fromkeys(ENHANCED, lambda v, s: between(v, 0.1, 1.9)),
        **dict.fromkeys(("shear_x", "shear_y"), lambda v, s: s * between(v, -0.3, 0.3)),
        **sides(lambda length: lambda v, s: -((s * between(v, -0.45, 0.45)) * length)),
        "cutout": lambda v, s: between(v, 0.0, 0.2) * WIDTH,
    }


def formula_tables(out):
    research = research_formulas()
    rows = {
        "research": (range(11), research | {
            **dict.fromkeys(("translate_x", "translate_y"), lambda m, s: -s * int(m * 10 / 10)),
            "cutout": lambda m, s: 2 * (int(m * 20 / 10) // 2)}),
        "augmix": (range(11), research | sides(lambda length: lambda m, s: -s * int(m * (length / 3) / 10))),
        "fast_auto_augment": ([k / 30 for k in range(31)], fast_formulas()),
    }
    for scale, (magnitudes, formulas) in rows.items():
        for name, formula in formulas.items():
            out[f"table {scale} 31 {name}"] = np.array(
                [[formula(m, sign) for sign in (1, -1)] for m in magnitudes], np.float64)


def watch_timm(op, draws):
    """Makes an operation of timm append what it draws."""
    level_fn, aug_fn = op.level_fn, op.aug_fn
    drawn = {"magnitude": 0.0, "negated": False}

    def level(magnitude, hparams):
        value = level_fn(magnitude, hparams)
        with mock.patch.object(timm.random, "random", lambda: 0.0):
            drawn.update(magnitude=magnitude, negated=value != level_fn(magnitude, hparams))
        return value

    def augment(image, *values, **options):
        choice = options["resample"]
        options["resample"] = random.choice(choice) if isinstance(choice, tuple) else choice
        draws.append((primitive(op.name), repr(float(drawn["magnitude"])), int(drawn["negated"]),
                      RESAMPLED[options["resample"]]))
        return aug_fn(image, *values, **options)

    op.level_fn, op.aug_fn = level_fn and level, augment


def timm_images(images, out, seeds):
    cases = [("timm", "rand-m9-n3-p1.0", 6), ("timm", "rand-m10-n2-p1.0-mstd2", 4),
             ("timm_increasing", "rand-m9-n3-p1.0-mstd0.5-inc1", 8),
             ("timm_increasing", "rand-m15-n3-p1.0-mmax20-mstd3-inc1", 4),
             ("timm_increasing", "rand-m9-n2-p1.0-mstd101-t3aw", 4)]
    for (name, image), (scale, text, count) in itertools.product(images.items(), cases):
        small = image.size < 400
        for seed in itertools.islice(seeds, count // 2 if small or image.shape[2] == 1 else count):
            random.seed(seed)
            np.random.seed(seed)
            fill = (128, 117, 90) if image.shape[2] == 3 else 128
            policy = timm.rand_augment_transform(text, {"translate_const": 250, "img_mean": fill})
            draws = []
            for op in policy.ops:
                watch_timm(op, draws)
            result = policy(pillow(image))
            words = " ".join(str(word) for draw in draws for word in draw)
            out[f"rand {scale} 31 {name} 128,117,90 {words}"] = pixels(result)


def torchvision_images(images, out, seeds):
    nearest, bilinear, bicubic = (getattr(InterpolationMode, name) for name in ("NEAREST", "BILINEAR", "BICUBIC"))
    apply_op = torchvision._apply_op
    cases = [("torchvision", 31, lambda how: torchvision.RandAugment(3, 9, interpolation=how), 9),
             ("torchvision", 31, lambda how: torchvision.RandAugment(2, 30, interpolation=how), 30),
             ("torchvision", 11, lambda how: torchvision.RandAugment(2, 7, 11, interpolation=how), 7),
             ("trivial_augment_wide", 31, lambda how: torchvision.TrivialAugmentWide(interpolation=how), None)]
    for (name, image), (scale, bins, make, magnitude), how in itertools.product(
            images.items(), cases, (nearest, bilinear, bicubic)):
        for seed in itertools.islice(seeds, 1 if image.size < 400 or image.shape[2] == 1 else 2):
            torch.manual_seed(seed)
            policy = make(how)
            draws = []

            def watched(img, op_name, value, interpolation, fill):
                index = magnitude
                if index is None:
                    table = policy._augmentation_space(bins)[op_name][0]
                    index = 0 if table.ndim == 0 else table.tolist().index(abs(value))
                draws.append((primitive(op_name), float(index), int(value < 0), interpolation.value))
                return apply_op(img, op_name, value, interpolation, fill)

            with mock.patch.object(torchvision, "_apply_op", watched):
                result = policy(pillow(image))
            words = " ".join(str(word) for draw in draws for word in draw)
            out[f"rand {scale} {bins} {name} 0,0,0 {words}"] = pixels(result)


def strings():
    """What timm makes of its strings for RandAugment."""
    texts = ["rand", "rand-m9", "rand-m9-mstd0.5-inc1", "rand-m0-inc0", "rand-n3-m5-p0.25", "rand-mstd1-tweights",
             "rand-m15-mmax20", "rand-m9-mstd101", "rand-m9-t3a", "rand-m6-n1-t3aw", "rand-inc1-mstd0-m7-n12",
             "rand-m9-p1-inc2", "rand-mmax5-m4"]
    found = []
    for text in texts:
        policy = timm.rand_augment_transform(text)
        op = policy.ops[0]
        found.append({
            "text": text,
            "num_ops": policy.num_layers,
            "magnitude": op.magnitude,
            "p": op.prob,
            "magnitude_std": min(op.magnitude_std, 1e9),
            "magnitude_max": op.magnitude_max or 10,
            "increasing": any("Increasing" in one.name for one in policy.ops),
            "operations": [primitive(one.name) for one in policy.ops],
            "weights": None if policy.choice_weights is None else [float(w) for w in policy.choice_weights],
        })
    return found


def main():
    images = {
        "colour": photograph(29, 37, 3), "grey": photograph(29, 37, 1), "square": picture(16, 16, 3, 3),
        "row": picture(1, 7, 3, 4), "column": picture(7, 1, 3, 5), "pixel": picture(1, 1, 3, 6),
    }
    out = {f"image {name}": image for name, image in images.items()}
    timm_tables(out)
    torchvision_tables(out)
    formula_tables(out)
    seeds = itertools.count()  # they only vary the draws, which names list
    timm_images(images, out, seeds)
    torchvision_images(images, out, seeds)
    path = pathlib.Path(__file__).parents[2] / "tests/golden/augment/policies.safetensors"
    save_file({name: np.ascontiguousarray(array) for name, array in out.items()}, path)
    write("augment/timm_strings.json", ["timm"], {"strings": strings()})


if __name__ == "__main__":
    main()

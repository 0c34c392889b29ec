"""Writes tests/golden/augment/policy_lists.safetensors: timm 1.0.31, torchvision 0.26.0, Pillow 11.3.0, torch 2.11.0,
numpy 2.3.5, and published files that no package has:

policies.py, augmentation_transforms.py   tensorflow/models, research/autoaugment, 27b4acd41d75 and 191b1f07bbc0
archive.py, augmentations.py              kakaobrain/fast-autoaugment, FastAutoAugment, 242422429161
augmentations.py, augment_and_mix.py      google-research/augmix, 9b9824c7c19b

Run it with a folder that has these files as autoaugment/, fast/ and augmix/.

"list NAME" has a row for each operation, two for each sub-policy: its code (a place in the metadata's "codes"), its
probability, its magnitude (-1: none). "sub DIALECT LIST IMAGE INTERPOLATION FILL K NEGATED NEGATED" is an image after
both operations of the sub-policy K; for Cutout its two draws follow. "chain DIALECT IMAGE INTERPOLATION FILL PRIMITIVE
MAGNITUDE NEGATED" is one after an operation of AugMix; "mixed DIALECT BLENDED M WEIGHT ..." a mixture of the image
"color" with the images "chain 0", "chain 1", ... "jitter BRIGHTNESS CONTRAST SATURATION ORDER ..." is an image after
torchvision's ColorJitter, "3a K RADIUS" one after an operation of timm's 3-Augment.
"""

import importlib.util
import itertools
import os
import pathlib
import sys
import types
from unittest import mock

os.environ["ATEN_CPU_CAPABILITY"] = "default"  # torch.linspace rounds by the width of vectors otherwise

import numpy as np
import torch
from PIL import Image
from safetensors.numpy import save_file
from timm.data import auto_augment as timm
from torchvision.transforms import ColorJitter, InterpolationMode
from torchvision.transforms import autoaugment as torchvision

from augment import photograph, picture, pillow, pixels
from golden import PRIMITIVES, primitive

CODES = [name for name in PRIMITIVES.values() if name not in ("identity", "desaturate", "gaussian_blur")]
NO_MAGNITUDE = ("auto_contrast", "equalize", "invert")
INTERPOLATIONS = {"nearest": Image.NEAREST, "bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}
FILL = (124, 116, 104)


def module(path, **given):
    """A published file as a module; `given` are modules that it imports and that are not needed or not installed."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    loaded = importlib.util.module_from_spec(spec)
    with mock.patch.dict(sys.modules, given):
        spec.loader.exec_module(loaded)
    return loaded


def timm_list(name):
    return [[(one.name, one.prob, one.magnitude) for one in pair] for pair in timm.auto_augment_policy(name)]


def lists(autoaugment, archive):
    found = {f"timm {name}": timm_list(theirs) for name, theirs in
             [("imagenet", "original"), ("originalr", "originalr"), ("v0", "v0"), ("v0r", "v0r")]}
    for policy in torchvision.AutoAugmentPolicy:
        found[f"torchvision {policy.value}"] = torchvision.AutoAugment(policy).policies
    found["tensorflow cifar10_95"] = autoaugment.good_policies()
    found["fast cifar10"] = archive.fa_reduced_cifar10()
    found["fast imagenet"] = archive.fa_resnet50_rimagenet()
    found["fast svhn"] = archive.fa_reduced_svhn()
    return found


def row(name, p, magnitude):
    name = primitive(name)
    return [CODES.index(name), p, -1 if name in NO_MAGNITUDE else magnitude]


def listed(found, out):
    for name, policy in found.items():
        out[f"list {name}"] = np.array([row(*one) for pair in policy for one in pair], np.float64)


def fixed(*values):
    """A function that returns these one after the other, whatever it is called with."""
    values = iter(values)
    return lambda *arguments, **options: next(values)


def timm_image(image, names, interpolation, negated):
    hparams = {"img_mean": FILL if image.mode == "RGB" else FILL[0], "interpolation": INTERPOLATIONS[interpolation]}
    for (name, _, magnitude), sign in zip(names, negated):
        with mock.patch.object(timm.random, "random", lambda: float(sign)):
            image = timm.AugmentOp(name, 1.0, magnitude, hparams)(image)
    return image


def torchvision_image(image, policy, k, interpolation, negated):
    transform = torchvision.AutoAugment(
        torchvision.AutoAugmentPolicy(policy), InterpolationMode(interpolation),
        list(FILL) if image.mode == "RGB" else [FILL[0]])
    draws = (k, torch.zeros(2), torch.tensor([1 - sign for sign in negated]))
    certain = [tuple((name, 1.0, magnitude) for name, _, magnitude in pair) for pair in transform.policies]
    with mock.patch.object(transform, "get_params", lambda count: draws), \
            mock.patch.object(transform, "policies", certain):
        return transform(image)


def tensorflow_image(transforms, image, names, negated, centers):
    """The authors' images have a channel that says what is transparent, which leaves the others as they are."""
    image = image.convert("RGBA")
    for (name, _, magnitude), sign in zip(names, negated):
        with mock.patch.object(transforms.random, "random", fixed(0.0, float(sign))), \
                mock.patch.object(transforms.np.random, "randint", fixed(*centers)):
            image = transforms.NAME_TO_TRANSFORM[name].pil_transformer(1.0, magnitude)(image)
    return image.convert("RGB")


def fast_image(augmentations, image, names, negated, corner):
    for (name, _, magnitude), sign in zip(names, negated):
        with mock.patch.object(augmentations.random, "random", lambda: float(sign)), \
                mock.patch.object(augmentations.np.random, "uniform", fixed(*corner)):
            image = augmentations.apply_augment(image, name, magnitude)
    return image


def sub_policies(found, images, transforms, fast, out):
    signs = itertools.cycle(itertools.product((0, 1), repeat=2))
    subjects = itertools.cycle(["color", "color", "gray"])
    resampled = itertools.cycle(["bilinear", "bicubic"])
    for name, policy in found.items():
        dialect, which = name.split()
        some = range(1, 100, 5) if dialect == "fast" else range(len(policy))  # Fast AutoAugment's lists have about 165
        for k in some:
            pair = policy[k]
            negated, subject, interpolation, fill = next(signs), next(subjects), "nearest", "114"
            draws = []
            if dialect == "timm":
                interpolation = next(resampled)
                result = timm_image(images[subject], pair, interpolation, negated)
                fill = " ".join(map(str, FILL))
            elif dialect == "torchvision":
                result = torchvision_image(images[subject], which, k, interpolation, negated)
                fill = " ".join(map(str, FILL))
            elif dialect == "tensorflow":
                subject, fill = "square", "0 0 0"
                draws = [(3 + 5 * k) % 32, (9 + 7 * k) % 32]
                result = tensorflow_image(transforms, images[subject], pair, negated, draws)
            else:
                subject, fill = "color", "0 0 0"  # its Cutout has a color
                draws = [1 + 1.37 * k % 21, 1 + 0.77 * k % 16]
                result = fast_image(fast, images[subject], pair, negated, draws)
            numbers = [k, *negated, *(draws if "Cutout" in [one[0] for one in pair] else [])]
            out[f"sub {name} {subject} {interpolation} {fill} " + " ".join(map(str, numbers))] = pixels(result)


def chains(augmix, images, out):
    levels = [0.1, 3.0, 7.5]
    for name, level, negated in itertools.product(augmix.augmentations_all, levels, (0, 1)):
        sign = 1.0 if negated else 0.0
        with mock.patch.object(augmix, "sample_level", lambda most: most), \
                mock.patch.object(augmix.np.random, "uniform", lambda *a, **b: sign), \
                mock.patch.object(augmix.np.random, "random", lambda: sign):
            result = name(images["square"].crop((3, 3, 19, 19)), level)
        theirs = {"autocontrast": "auto_contrast", "color": "saturation"}.get(name.__name__, name.__name__)
        if negated and theirs not in ("rotate", "shear_x", "shear_y", "translate_x", "translate_y"):
            continue
        out[f"chain google small bilinear 0 0 0 {theirs} {level} {negated}"] = pixels(result)
    for name, level, negated in itertools.product(timm._AUGMIX_TRANSFORMS, (2.5, 6.0), (0, 1)):
        hparams = {"img_mean": FILL, "interpolation": Image.BICUBIC, "translate_pct": 0.3}
        with mock.patch.object(timm.random, "random", lambda: float(negated)):
            result = timm.AugmentOp(name, 1.0, level, hparams)(images["color"])
        out[f"chain timm color bicubic {' '.join(map(str, FILL))} {primitive(name)} {level} {negated}"] = pixels(result)


def float_weights(random, width):
    return np.float32(random.dirichlet([1.0] * width)), np.float32(random.beta(1.0, 1.0))


def mixed_by_torchvision(image, images, weights, m):
    """Its chains are these images, which it mixes as tensors."""
    tensors = iter([torch.from_numpy(one).permute(2, 0, 1)[None] for one in images])
    dirichlet = fixed(torch.tensor([[np.float32(1) - m, m]]), torch.from_numpy(weights)[None])
    transform = torchvision.AugMix(mixture_width=len(weights), chain_depth=1)
    with mock.patch.object(transform, "_sample_dirichlet", dirichlet), \
            mock.patch.object(torchvision, "_apply_op", lambda *a, **b: next(tensors)):
        return transform(image)


def mixed_by_timm(image, images, weights, m, blended):
    chosen = iter([pillow(one) for one in images])
    transform = timm.AugMixAugment([lambda _: next(chosen)], width=len(weights), depth=1, blended=blended)
    how = transform._apply_blended if blended else transform._apply_basic
    return how(image, weights, m)


def mixtures(google, images, out):
    random = np.random.RandomState(5)
    arrays = [np.array(images[f"chain {k}"]) for k in range(5)]
    for width in (1, 2, 3, 5):
        for weights, m in [float_weights(random, width) for _ in range(3)]:
            numbers = " ".join(repr(float(one)) for one in (m, *weights))
            image = images["color"]
            out[f"mixed torchvision 0 {numbers}"] = pixels(mixed_by_torchvision(image, arrays, weights, m))
            for blended in (0, 1):
                out[f"mixed timm {blended} {numbers}"] = pixels(mixed_by_timm(image, arrays, weights, m, blended))
            chosen = iter(arrays)
            with mock.patch.object(google, "normalize", lambda one: one), \
                    mock.patch.object(google.np.random, "dirichlet", lambda _: weights), \
                    mock.patch.object(google.np.random, "beta", lambda *_: m), \
                    mock.patch.object(google.np.random, "choice", lambda _: None), \
                    mock.patch.object(google, "apply_op", lambda *_: next(chosen) / 255.0):
                exact = google.augment_and_mix(np.asarray(image) / 255.0, width=width, depth=1)
            out[f"mixed google 0 {numbers}"] = (255 * exact).astype(np.float32)


def three(images, out):
    for subject in ("color", "gray"):
        image = images[subject]
        for k, radius in [(0, 0.0), (1, 0.0), (2, 0.1), (2, 0.83), (2, 2.0)]:
            with mock.patch.object(timm.random, "uniform", lambda *_: radius):
                result = timm.auto_augment_policy("3a")[k][0](image)
            out[f"3a {subject} {k} {radius}"] = pixels(result)
    for order in itertools.permutations(range(3)):
        factors = (0.7 + 0.1 * order[0], 1.3 - 0.11 * order[1], 0.75 + 0.2 * order[2])
        draws = (torch.tensor([*order, 3]), *factors, None)
        with mock.patch.object(ColorJitter, "get_params", staticmethod(lambda *_: draws)):
            result = ColorJitter(0.3, 0.3, 0.3)(images["color"])
        out[f"jitter {' '.join(map(str, factors))} {' '.join(map(str, order))}"] = pixels(result)


def main(folder):
    nothing = types.ModuleType("FastAutoAugment.augmentations")
    nothing.get_augment = nothing.augment_list = None
    package = {"FastAutoAugment": types.ModuleType("FastAutoAugment"), nothing.__name__: nothing}
    transforms = module(folder / "autoaugment/augmentation_transforms.py")
    augmix = module(folder / "augmix/augmentations.py")
    augmix.IMAGE_SIZE = 16
    found = lists(module(folder / "autoaugment/policies.py"), module(folder / "fast/archive.py", **package))
    images = {"color": pillow(photograph(17, 22, 3)), "gray": pillow(photograph(19, 13, 1)),
              "square": pillow(photograph(32, 32, 3))}
    images |= {f"chain {k}": pillow(picture(17, 22, 3, 10 + k)) for k in range(5)}
    out = {f"image {name}": pixels(image) for name, image in images.items()}
    out["image small"] = pixels(images["square"].crop((3, 3, 19, 19)))
    listed(found, out)
    sub_policies(found, images, transforms, module(folder / "fast/augmentations.py"), out)
    chains(augmix, images, out)
    mixtures(module(folder / "augmix/augment_and_mix.py", augmentations=augmix), images, out)
    three(images, out)
    path = pathlib.Path(__file__).parents[2] / "tests/golden/augment/policy_lists.safetensors"
    arrays = {name: np.ascontiguousarray(array) for name, array in out.items()}
    save_file(arrays, path, metadata={"codes": " ".join(CODES)})


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))

"""Writes tests/golden/augment/color.safetensors: operations on colors of Pillow 11.3.0, torchvision 0.26.0 and timm 1.0.31.

Run with torch 2.11.0 and numpy 2.3.5 besides. A tensor's name describes the operation: "solarize color 128" is the
image "color" solarized above 128, "color_jitter color 2 0 3 1 ..." one with its draws: the order and the four amounts.
"all saturation 0.55" has 256 checksums: of the colors of each red.
"""

import pathlib
import sys
from unittest import mock

sys.path.append(sys.path.pop(0))  # PyTorch imports the standard library's statistics, not the file here

import numpy as np
from PIL import Image, ImageEnhance, ImageOps
from safetensors.numpy import save_file
from timm.data.auto_augment import solarize_add
from torchvision.transforms import ColorJitter
from torchvision.transforms import functional as F

from augment import photograph, picture, pillow, pixels

FACTORS = (0.0, 0.1, 0.55, 1.0, 1.9, 8.0)
HUES = (-0.5, -0.21, 0.0, 0.003, 0.1, 0.5)

OPERATIONS = {
    "brightness": (lambda image, factor: ImageEnhance.Brightness(image).enhance(factor), FACTORS),
    "contrast": (lambda image, factor: ImageEnhance.Contrast(image).enhance(factor), FACTORS),
    "saturation": (lambda image, factor: ImageEnhance.Color(image).enhance(factor), FACTORS),
    "sharpness": (lambda image, factor: ImageEnhance.Sharpness(image).enhance(factor), FACTORS),
    "hue": (F.adjust_hue, HUES),
    "gamma": (F.adjust_gamma, ((0.0, 1.0), (0.5, 1.0), (1.0, 1.0), (1.0, 1.7), (2.2, 0.8))),
    "solarize": (ImageOps.solarize, (0, 1, 255, 256, 128)),
    "solarize_add": (solarize_add, ((0, 128), (55, 128), (200, 256), (110, 128))),
    "posterize": (ImageOps.posterize, (0, 1, 2, 3, 5, 6, 7, 8, 4)),
    "equalize": (ImageOps.equalize, ((),)),
    "auto_contrast": (ImageOps.autocontrast, ((),)),
    "invert": (ImageOps.invert, ((),)),
    "grayscale": (lambda image: F.to_grayscale(image, len(image.getbands())), ((),)),
}

JITTERS = [
    ((0, 1, 2, 3), (0.7, 1.3, 0.4, 0.1)),
    ((3, 2, 1, 0), (1.4, 0.6, 1.6, -0.3)),
    ((2, 0, 3, 1), (1.0, 1.9, 0.0, 0.5)),
    ((1, 3, 0, 2), (0.2, 0.1, 1.1, 0.05)),
]


def images():
    random = np.random.RandomState(3)
    return {
        "color": photograph(29, 37, 3),
        "gray": photograph(29, 37, 1),
        "square": picture(16, 16, 3, 4),
        "noise": random.randint(0, 256, (18, 23, 3)).astype(np.uint8),
        # As little contrast as makes steps in equalize and auto_contrast, and a channel of one value.
        "pale": np.stack([random.randint(90, 97, (25, 24)), random.randint(0, 2, (25, 24)),
                          np.full((25, 24), 7)], axis=2).astype(np.uint8),
        "dot": picture(1, 1, 3, 5),
        "row": picture(1, 7, 3, 6),
        "column": picture(7, 1, 3, 7),
        "two": picture(2, 9, 3, 8),
        "three": picture(3, 3, 1, 9),
        "flat": np.full((6, 5, 3), (12, 200, 90), np.uint8),
    }  # fmt: skip


def jittered(image, order, amounts):
    with mock.patch.object(ColorJitter, "get_params", return_value=(np.array(order), *amounts)):
        return ColorJitter()(image)


def checksums(operation):
    """Of 256 images with all colors of one red: the sum of the 24-bit results, each multiplied by an odd number that
    depends on its place, modulo 2^64."""
    green, blue = np.meshgrid(np.arange(256), np.arange(256), indexing="ij")
    places = np.arange(65536, dtype=np.uint64) * np.uint64(2654435762) + np.uint64(1)
    sums = []
    for red in range(256):
        image = np.stack([np.full_like(green, red), green, blue], axis=2).astype(np.uint8)
        result = pixels(operation(pillow(image))).reshape(-1, 3).astype(np.uint64)
        numbers = result[:, 0] + (result[:, 1] << np.uint64(8)) + (result[:, 2] << np.uint64(16))
        sums.append((numbers * places).sum(dtype=np.uint64))
    return np.array(sums).view(np.int64)


def main():
    subjects = images()
    out = {f"image {name}": image for name, image in subjects.items()}
    for kind, (operation, cases) in OPERATIONS.items():
        for case in cases:
            numbers = case if isinstance(case, tuple) else (case,)
            # The other images only once, to keep the file small.
            for name, image in list(subjects.items())[: None if case == cases[-1] else 2]:
                out[" ".join([kind, name, *map(str, numbers)])] = pixels(operation(pillow(image), *numbers))
    for order, amounts in JITTERS:
        for name, image in list(subjects.items())[:4]:
            out[" ".join(["color_jitter", name, *map(str, order + amounts)])] = pixels(
                jittered(pillow(image), order, amounts))
    for name, number in (("saturation", 0.55), ("saturation", 1.9), ("hue", 0.31)):
        operation = OPERATIONS[name][0]
        out[f"all {name} {number}"] = checksums(lambda image, f=operation, n=number: f(image, n))
    out["all grayscale"] = checksums(OPERATIONS["grayscale"][0])
    path = pathlib.Path(__file__).parents[2] / "tests/golden/augment/color.safetensors"
    save_file({name: np.ascontiguousarray(array) for name, array in out.items()}, path)


if __name__ == "__main__":
    main()

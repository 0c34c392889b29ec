"""Writes tests/golden/augment/evaluation_views.safetensors: how timm 1.0.31 and torchvision 0.26.0 read
pictures in evaluation, and their views in test-time augmentation.

Run with torch 2.11.0, torchvision 0.26.0, timm 1.0.31, Pillow 11.3.0, numpy 2.3.5 and safetensors. A
tensor's name describes it; images are stacked:

    timm IMAGE INTERPOLATION SIZE SHARE     timm's transform with crop_pct = SHARE / 1000, before normalization
    crops IMAGE INTERPOLATION SIZE SIDE     torchvision's FiveCrop(SIZE) after Resize(SIDE), and these crops flipped;
                                            its TenCrop flips before it crops, where the center's rounding differs
    moved IMAGE PIXELS                      the image moved up and to the left, then down and to the right, with
                                            torchvision's padding mode "reflect"
"""

import itertools
import pathlib

import numpy as np
from augment import TORCHVISION, photograph, picture, pillow, pixels
from safetensors.numpy import save_file
from timm.data.transforms_factory import transforms_imagenet_eval
from torchvision.transforms import FiveCrop, Resize
from torchvision.transforms import functional as F

IMAGES = {
    "grey": photograph(30, 37, 1),
    "colour": photograph(29, 37, 3),
    "tall": picture(48, 31, 3, 3),
    "square": picture(32, 32, 3, 4),
}
THIN = {"thin": picture(1, 7, 3, 5), "dot": picture(1, 1, 1, 6)}


def evaluated(out):
    sizes = [(24, 875), (24, 950), (16, 1000), (40, 875), (29, 800)]
    cases = [
        *itertools.product(IMAGES.items(), TORCHVISION, sizes),
        *itertools.product(THIN.items(), TORCHVISION, sizes[2:3]),
    ]
    for (name, image), how, (size, share) in cases:
        steps = transforms_imagenet_eval(size, crop_pct=share / 1000, interpolation=how, crop_mode="center").transforms
        result = pillow(image)
        for step in steps[:2]:  # resize and crop
            result = step(result)
        out[f"timm {name} {how} {size} {share}"] = pixels(result)


def crops(out):
    sizes = [(16, 18), (20, 30), (20, 20)]
    for (name, image), how, (size, side) in itertools.product(IMAGES.items(), TORCHVISION, sizes):
        resized = Resize(side, TORCHVISION[how])(pillow(image))
        five = FiveCrop(size)(resized)
        views = [*five, *map(F.hflip, five)]
        out[f"crops {name} {how} {size} {side}"] = np.stack([pixels(view) for view in views])


def moved(out):
    for (name, image), shift in itertools.product(IMAGES.items(), (1, 2, 7)):
        height, width = image.shape[:2]
        padded = F.pad(pillow(image), shift, padding_mode="reflect")
        views = [F.crop(padded, 2 * shift, 2 * shift, height, width), F.crop(padded, 0, 0, height, width)]
        out[f"moved {name} {shift}"] = np.stack([pixels(view) for view in views])


def main():
    out = {f"image {name}": image for name, image in {**IMAGES, **THIN}.items()}
    for part in (evaluated, crops, moved):
        part(out)
    path = pathlib.Path(__file__).parents[2] / "tests/golden/augment/evaluation_views.safetensors"
    save_file({name: np.ascontiguousarray(array) for name, array in out.items()}, path)


if __name__ == "__main__":
    main()

"""Writes tests/golden/augment/augment.safetensors: results of Pillow 11.3.0 and torchvision 0.26.0.

Run with torch 2.11.0, torchvision 0.26.0, Pillow 11.3.0, numpy 2.3.5, safetensors, and scikit-image 0.26.0, one of
whose pictures is read (pip install --no-deps). A tensor's name describes the operation: "resize colour bicubic 31 20" is
the image "colour" resized to 31 rows of 20 pixels.
"""

import importlib.util
import itertools
import math
import pathlib
from unittest import mock

import numpy as np
import torch
from PIL import Image
from safetensors.numpy import save_file
from torchvision.transforms import CenterCrop, InterpolationMode, Normalize, RandomResizedCrop, Resize
from torchvision.transforms import functional as F

PILLOW = {
    "bilinear": Image.BILINEAR,
    "bicubic": Image.BICUBIC,
    "nearest": Image.NEAREST,
    "box": Image.BOX,
    "lanczos": Image.LANCZOS,
}
TORCHVISION = {"bilinear": InterpolationMode.BILINEAR, "bicubic": InterpolationMode.BICUBIC}


def picture(height, width, channels, seed):
    """Waves with hard edges and noise, so that overshoots of the cubic kernel and clipping occur."""
    random = np.random.RandomState(seed)
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(channels), indexing="ij")
    wave = 128 + 120 * np.sin(0.35 * x + 0.9 * c) * np.cos(0.21 * y - 0.4 * c)
    edges = np.where((x // 7 + y // 5) % 3 == 0, 255, np.where((x + y) % 11 == 0, 0, wave))
    noisy = edges + random.randint(-20, 21, edges.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def photograph(height, width, channels):
    """NASA's portrait of the astronaut Eileen Collins, which is in the public domain: its upper part, reduced to this
    size."""
    folder = pathlib.Path(importlib.util.find_spec("skimage").origin).parent
    portrait = Image.open(folder / "data/astronaut.png").convert("RGB" if channels == 3 else "L")
    return pixels(portrait.resize((width, height), Image.BOX, (100, 0, 396, 232)))


def pillow(pixels):
    return Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)


def pixels(image):
    array = np.array(image)
    return array[:, :, None] if array.ndim == 2 else array


def resized(images, out):
    sizes = [(21, 14), (13, 36), (29, 14), (21, 37), (47, 52), (5, 4), (1, 1), (30, 37), (90, 3)]
    for (name, image), how, (height, width) in itertools.product(images.items(), PILLOW, sizes):
        result = pillow(image).resize((width, height), PILLOW[how])
        out[f"resize {name} {how} {height} {width}"] = pixels(result)
    boxes = [(3, 5, 20, 30, 16, 16), (0, 0, 9, 11, 28, 28), (2, 7, 27, 29, 24, 24), (1, 2, 28, 28, 28, 28)]
    for (name, image), how, (top, left, h, w, height, width) in itertools.product(images.items(), TORCHVISION, boxes):
        result = F.resized_crop(pillow(image), top, left, h, w, [height, width], TORCHVISION[how])
        out[f"resized_crop {name} {how} {top} {left} {h} {w} {height} {width}"] = pixels(result)


def aliased(images, out):
    """Without antialiasing, in float, because Pillow always applies it."""
    for (name, image), (height, width) in itertools.product(images.items(), [(13, 9), (21, 50), (40, 17), (7, 37)]):
        planes = torch.from_numpy(image).permute(2, 0, 1)[None].double()
        result = torch.nn.functional.interpolate(planes, (height, width), mode="bilinear", align_corners=False)
        out[f"aliased {name} {height} {width}"] = result[0].permute(1, 2, 0).numpy()


def evaluated(images, out):
    for (name, image), how, size in itertools.product(images.items(), TORCHVISION, (16, 24, 33)):
        shorter = Resize(math.floor(size / 0.875), TORCHVISION[how])(pillow(image))
        out[f"evaluate {name} {how} {size}"] = pixels(CenterCrop(size)(shorter))
    for (name, image), size in itertools.product(images.items(), (16, 17, 34, 50)):
        out[f"center_crop {name} {size}"] = pixels(CenterCrop(size)(pillow(image)))


def shifted(images, out):
    for (name, image), (padding, fill, top, left, mirrored) in itertools.product(
            images.items(), [(4, 0, 0, 8, 0), (4, 0, 3, 1, 1), (2, 128, 4, 0, 1), (60, 7, 119, 2, 0)]):
        padded = F.pad(pillow(image), padding, fill if image.shape[2] == 1 else (fill,) * 3)
        result = F.crop(padded, top, left, *image.shape[:2])
        result = F.hflip(result) if mirrored else result
        out[f"shift {name} {padding} {fill} {top} {left} {mirrored}"] = pixels(result)


def fitted(images, out):
    """Shifted and flipped, then resized to a smaller network input."""
    cases = [(4, 0, 3, 1, 1, 20, 24), (2, 128, 4, 0, 1, 11, 14), (0, 0, 0, 0, 1, 9, 9), (0, 0, 0, 0, 0, 40, 40)]
    for (name, image), (padding, fill, top, left, mirrored, height, width) in itertools.product(images.items(), cases):
        padded = F.pad(pillow(image), padding, fill if image.shape[2] == 1 else (fill,) * 3)
        shifted_image = F.crop(padded, top, left, *image.shape[:2])
        result = F.hflip(shifted_image) if mirrored else shifted_image
        result = result.resize((width, height), Image.BILINEAR)
        out[f"fit {name} {padding} {fill} {top} {left} {mirrored} {height} {width}"] = pixels(result)


def normalised(images, out):
    numbers = {1: ([0.2860], [0.3530]), 3: ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])}
    for name, image in images.items():
        tensor = Normalize(*numbers[image.shape[2]])(F.to_tensor(pillow(image)))
        out[f"normalise {name}"] = tensor.permute(1, 2, 0).contiguous().numpy()


def crop_parameters(height, width, share, ratio_log):
    """torchvision's box if all of its draws of scale and ratio give these values."""
    draws = itertools.cycle([share, ratio_log])
    calls = []

    def uniform(self, low, high):
        calls.append(1)
        return self.fill_(next(draws))

    with mock.patch.object(torch.Tensor, "uniform_", uniform):
        box = RandomResizedCrop.get_params(torch.empty(3, height, width), [0.08, 1.0], [3 / 4, 4 / 3])
    return len(calls) == 2, box


def crop_boxes(out):
    sizes, fallbacks = [], []
    shapes = [(100, 150), (375, 500), (31, 17), (224, 224), (3, 3), (40, 400), (400, 40)]
    for (height, width), share, ratio_log in itertools.product(
            shapes, (0.08, 0.25, 0.5, 0.875, 1.0), (math.log(3 / 4), -0.125, 0.0, 0.2, math.log(4 / 3))):
        share = float(np.float32(share))
        ratio = torch.exp(torch.tensor([ratio_log])).item()
        fits, box = crop_parameters(height, width, share, ratio_log)
        sizes.append([height, width, share, ratio, *(box[2:] if fits else (0, 0))])
        if not fits:
            fallbacks.append([height, width, *box])
    out["crop sizes"] = np.array(sizes, np.float64)
    out["crop fallbacks"] = np.unique(np.array(fallbacks, np.int64), axis=0)
    torch.manual_seed(1)
    image = torch.empty(3, 100, 150)
    boxes = [RandomResizedCrop.get_params(image, [0.08, 1.0], [3 / 4, 4 / 3]) for _ in range(40000)]
    boxes = np.array(boxes, np.float64)
    out["crop moments"] = np.stack([boxes.mean(0), boxes.std(0)])


def main():
    images = {"grey": photograph(30, 37, 1), "colour": photograph(29, 37, 3), "waves": picture(29, 37, 3, 2)}
    out = {f"image {name}": image for name, image in images.items()}
    for part in (resized, aliased, evaluated, shifted, fitted, normalised):
        part(images, out)
    crop_boxes(out)
    path = pathlib.Path(__file__).parents[2] / "tests/golden/augment/augment.safetensors"
    save_file({name: np.ascontiguousarray(array) for name, array in out.items()}, path)


if __name__ == "__main__":
    main()

"""Writes tests/golden/augment/noise.safetensors: blurs, JPEG noise and erased boxes of Pillow 11.3.0,
torchvision 0.26.0 and timm 1.0.31.

Run with torch 2.11.0, torchvision 0.26.0, timm 1.0.31, Pillow 11.3.0, numpy 2.3.5 and safetensors. A tensor's
name has the operation, the image and the numbers: "blur_torchvision color 5 3 0.8" is the image "color" blurred
by a kernel of 5 rows and 3 columns with sigma 0.8. Random draws are replaced by the numbers in the name.
"""

import importlib.util
import io
import itertools
import math
import pathlib
import random
from unittest import mock

import numpy as np
import torch
from augment import photograph, picture, pillow, pixels
from PIL import Image, ImageFilter
from safetensors.numpy import save_file
from torchvision.transforms import Normalize, RandomErasing
from torchvision.transforms import functional as F


def timms_random_erasing():
    """The module alone, because all of timm takes long to import."""
    path = pathlib.Path(importlib.util.find_spec("timm").origin).parent / "data/random_erasing.py"
    spec = importlib.util.spec_from_file_location("random_erasing", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


timm_erasing = timms_random_erasing()
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def blurred(images, out):
    for (name, image), sigma in itertools.product(images.items(), (0, 0.1, 0.6, 1.0, 1.37, 2.0, 5.5, 30.0)):
        out[f"blur_pillow {name} {sigma}"] = pixels(pillow(image).filter(ImageFilter.GaussianBlur(sigma)))
    kernels = [(1, 1), (3, 3), (5, 3), (3, 7), (23, 23), (1, 5)]
    for (name, image), (height, width), sigma in itertools.product(images.items(), kernels, (0.1, 0.8, 2.0)):
        if height // 2 < image.shape[0] and width // 2 < image.shape[1]:  # others are refused
            result = F.gaussian_blur(pillow(image), [width, height], [sigma, sigma])
            out[f"blur_torchvision {name} {height} {width} {sigma}"] = pixels(result)


def compressed(images, out):
    for (name, image), quality, subsampling in itertools.product(
            images.items(), (1, 10, 50, 75, 95, 100), ("4:2:0", "4:2:2", "4:4:4")):
        if image.shape[2] == 1 and subsampling != "4:2:0":
            continue
        file = io.BytesIO()
        pillow(image).save(file, "JPEG", quality=quality, **({} if image.shape[2] == 1 else {"subsampling": subsampling}))
        out[f"jpeg {name} {quality} {subsampling}"] = pixels(Image.open(file))


def erased_by_timm(tensor, mode, count, draws, places, values=None):
    """timm's random erasing with the given draws of share and ratio, of places, and of normal numbers."""
    drawn, placed = iter(draws), iter(places)
    erasing = timm_erasing.RandomErasing(1.0, mode=mode, min_count=count, device="cpu")
    low, high = erasing.log_aspect_ratio

    def uniform(a, b):
        number = next(drawn)
        return math.log(number) if (a, b) == (low, high) else number

    def normal(self):
        return self.copy_(torch.from_numpy(values).reshape(self.shape))

    with mock.patch.object(random, "random", lambda: 0.0), mock.patch.object(random, "uniform", uniform), \
            mock.patch.object(random, "randint", lambda a, b: next(placed)), \
            mock.patch.object(torch.Tensor, "normal_", normal):
        return erasing(tensor.clone())


def erased(images, out):
    """Normalized, then erased. The name has the mode, and share, ratio, top and left of the box."""
    for name, image in images.items():
        if min(image.shape[:2]) < 16:
            continue
        channels = image.shape[2]
        tensor = Normalize(MEAN[:channels], STD[:channels])(F.to_tensor(pillow(image)))
        draws = (0.11, 1.7, 3, 2)
        values = np.array([0.3, -1.25, 2.5], np.float32)[:channels]
        out[f"values {name}"] = values
        for mode in ("const", "rand"):
            result = erased_by_timm(tensor, mode, 1, draws[:2], draws[2:], values)
            label = " ".join(map(str, draws))
            out[f"erase_{mode} {name} {label}"] = result.permute(1, 2, 0).contiguous().numpy()


def box_size_of_timm(height, width, share, count, ratio):
    """The size of the box, zeros where none of ten equal attempts fits."""
    sizes = []

    def patch(per_pixel, rand_color, size, **_):
        sizes.append(size[1:])
        return torch.zeros(size)

    with mock.patch.object(timm_erasing, "_get_pixels", patch):
        erased_by_timm(torch.zeros(1, height, width), "const", count, [share, ratio] * 10 * count, [0] * 2 * count)
    return sizes[0] if sizes else (0, 0)


def box_size_of_torchvision(height, width, share, ratio_log):
    draws = itertools.cycle([share, ratio_log])
    with mock.patch.object(torch.Tensor, "uniform_", lambda self, low, high: self.fill_(next(draws))):
        _, _, h, w, value = RandomErasing.get_params(torch.zeros(1, height, width), (0.02, 0.33), (0.3, 3.3), [0.0])
    return (h, w) if value.numel() == 1 and (h, w) != (height, width) else (0, 0)


def box_sizes(out):
    rows = []
    shapes = [(100, 150), (224, 224), (32, 32), (7, 5), (3, 40), (2, 2), (1, 7)]
    for (height, width), share, ratio, count in itertools.product(
            shapes, (0.02, 0.1, 1 / 3), (0.3, 0.8, 1.0, 2.2, 1 / 0.3), (1, 3)):
        rows.append([height, width, share, count, ratio, *box_size_of_timm(height, width, share, count, ratio)])
    for (height, width), share, ratio_log in itertools.product(shapes, (0.02, 0.15, 0.33), (-1.2, -0.3, 0.0, 0.9, 1.19)):
        share = float(np.float32(share))
        ratio = torch.exp(torch.tensor([ratio_log])).item()
        rows.append([height, width, share, 1, ratio, *box_size_of_torchvision(height, width, share, ratio_log)])
    out["erased sizes"] = np.array(rows, np.float64)


def box_moments(out):
    """Means and standard deviations of the top, left, height and width of timm's boxes, and how often there is one."""
    boxes, placed = [], []
    draw = random.randint

    def randint(low, high):
        placed.append(draw(low, high))
        return placed[-1]

    def patch(per_pixel, rand_color, size, **_):
        boxes.append((*placed[-2:], *size[1:]))
        return torch.zeros(1, 1, 1)

    erasing = timm_erasing.RandomErasing(0.7, device="cpu")
    image = torch.zeros(1, 100, 150)
    random.seed(1)
    with mock.patch.object(timm_erasing, "_get_pixels", patch), mock.patch.object(random, "randint", randint):
        for _ in range(40000):
            erasing(image)
    moments = np.array(boxes, np.float64)
    out["erased moments"] = np.stack([moments.mean(0), moments.std(0)])
    out["erased share"] = np.array([len(boxes) / 40000])


def main():
    images = {
        "color": photograph(29, 37, 3), "gray": photograph(29, 37, 1), "small": picture(16, 16, 3, 3),
        "one": picture(1, 1, 3, 4), "row": picture(1, 7, 3, 5), "column": picture(7, 1, 1, 6),
    }  # fmt: skip
    out = {f"image {name}": image for name, image in images.items()}
    for part in (blurred, compressed, erased):
        part(images, out)
    box_sizes(out)
    box_moments(out)
    path = pathlib.Path(__file__).parents[2] / "tests/golden/augment/noise.safetensors"
    save_file({name: np.ascontiguousarray(array) for name, array in out.items()}, path)


if __name__ == "__main__":
    main()

"""Writes tests/golden/augment/warp.safetensors: geometric transforms of Pillow 11.3.0 and torchvision 0.26.0.

Run with torch 2.11.0, torchvision 0.26.0, Pillow 11.3.0, numpy 2.3.5 and safetensors. A tensor's name describes the
operation: "rotate colour bilinear 9 77 200 27.0" is the image "colour" rotated by 27 degrees, with red, green and blue
9, 77 and 200 outside (gray images take the first). All draws are in the names.
"""

import itertools
import math
import pathlib

import numpy as np
import torch
from augment import PILLOW, photograph, picture, pillow, pixels
from PIL import Image
from safetensors.numpy import save_file
from torchvision.transforms import ElasticTransform, InterpolationMode
from torchvision.transforms import functional as F

METHODS = {name: PILLOW[name] for name in ("nearest", "bilinear", "bicubic")}
TORCHVISION = {name: InterpolationMode(name) for name in METHODS}
FILL = (9, 77, 200)


def fill(image, color=FILL):
    return color[0] if image.shape[2] == 1 else color


def named(kind, name, how, numbers, color=FILL):
    return " ".join([kind, name, how, *map(str, color), *map(str, numbers)])


def some(images, *names):
    return [(name, images[name]) for name in names]


def rotated(images, out):
    angles = {
        "colour": (27.0, -135.0, 90.0, 180.0),
        "grey": (-27.0, 450.0),
        "square": (0.0, 27.0, -27.0, 45.0, 90.0, 180.0, 270.0, -90.0, 720.0, 0.5, 359.9),
        "dot": (30.0, 90.0),
        "row": (-30.0, 90.0, 180.0),
        "column": (30.0, 270.0),
    }
    for (name, some_angles), how in itertools.product(angles.items(), METHODS):
        image = images[name]
        for angle in some_angles:
            result = pillow(image).rotate(angle, METHODS[how], fillcolor=fill(image))
            out[named("rotate", name, how, [angle])] = pixels(result)


def transformed(images, out):
    """Image.transform: shears as timm has them, mirrors, scales, large numbers, and translations."""
    affine = [
        (1, 0.3, 0, 0, 1, 0), (1, -0.3, 0, 0, 1, 0), (1, 0, 0, 0.3, 1, 0), (1, 0, 0, -0.27, 1, 0),
        (1, 0, 3, 0, 1, -2), (1, 0, -2.5, 0, 1, 1.3), (1, 0, 40, 0, 1, 0), (-1, 0, 16, 0, 1, 0),
        (0.5, 0, 2.25, 0, 0.4, 3.1), (1.7, 0, -3, 0, 2.2, -4), (0, 0, 3.5, 0, 0, 2.5),
        (0.8, 0.4, -1.7, -0.35, 1.1, 2.2), (-0.7, 1.2, 4, 0.9, -0.3, 9), (3000, 1, -200, 2, 1, 0),
        (1e-5, 1, 0, 1, 1e-5, 0),
    ]  # fmt: skip
    for name, image in some(images, "square", "grey", "row", "column"):
        for how, c in itertools.product(METHODS, affine if name == "square" else affine[::3]):
            result = pillow(image).transform(pillow(image).size, Image.AFFINE, c, METHODS[how], fillcolor=fill(image))
            out[named("affine", name, how, c)] = pixels(result)
    perspective = [
        (1, 0.1, -1, 0.05, 0.9, 0.5, 0.01, -0.005), (0.8, 0, 1, 0.2, 1.2, -2, -0.02, 0.015),
        (1, 0, 0, 0, 1, 0, 0.1, -0.2), (1, 0, 0, 0, 1, 0, 0, 0),
    ]  # fmt: skip
    for name, image in some(images, "square", "grey", "dot", "row"):
        for how, c in itertools.product(METHODS, perspective):
            size = pillow(image).size
            result = pillow(image).transform(size, Image.PERSPECTIVE, c, METHODS[how], fillcolor=fill(image))
            out[named("perspective", name, how, c)] = pixels(result)


def parts(images, out):
    """torchvision's functional.affine on PIL images: angle, right, down, scale, shears, and the center."""
    center = {"square": (8, 8), "grey": (18.5, 15)}
    cases = [
        (20.0, 0, 0, 1.0, 0.0, 0.0), (-20.0, 3, -2, 0.8, 0.0, 0.0), (0.0, 0, 0, 1.3, 0.0, 0.0),
        (0.0, 0, 0, 1.0, 15.0, 0.0), (0.0, 0, 0, 1.0, 0.0, -15.0), (11.0, -1, 2, 1.1, 7.0, -9.0),
        (0.0, 5, -3, 1.0, 0.0, 0.0), (0.0, 0, 0, 1.0, 0.0, 0.0),
    ]  # fmt: skip
    for (name, (x, y)), how, case in itertools.product(center.items(), METHODS, cases):
        if name != "square" and how == "nearest" and case != cases[5]:
            continue
        image = images[name]
        angle, right, down, scale, shear_x, shear_y = case
        result = F.affine(
            pillow(image), angle, [right, down], scale, [shear_x, shear_y], TORCHVISION[how], fill(image)
        )  # fmt: skip
        out[named("parts", name, how, [*case, x, y])] = pixels(result)
    # As its AutoAugment shears.
    for factor, how in itertools.product((0.3, -0.15), METHODS):
        degrees = math.degrees(math.atan(factor))
        for shear in ([degrees, 0.0], [0.0, degrees]):
            result = F.affine(
                pillow(images["square"]), 0.0, [0, 0], 1.0, shear, TORCHVISION[how], FILL, [0, 0]
            )  # fmt: skip
            out[named("parts", "square", how, [0.0, 0, 0, 1.0, *shear, 0, 0])] = pixels(result)


def corners(images, out):
    """Start and end corners, and torchvision's coefficients for them."""
    rows = []
    random = np.random.RandomState(3)
    for width, height in [(37, 29), (16, 16), (224, 224), (500, 375), (7, 3), (2, 2), (1000, 31)]:
        start = [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]
        for scale in (0.0, 0.2, 0.5, 0.8):
            end = []
            for x, y in start:
                dx, dy = (random.randint(0, int(scale * (side // 2)) + 1) for side in (width, height))
                end.append([x - dx if x else dx, y - dy if y else dy])
            coefficients = F._get_perspective_coeffs(start, end)
            rows.append(np.concatenate([np.ravel(start), np.ravel(end), coefficients]))
    out["corners"] = np.array(rows, np.float64)
    end = [[4, 1], [13, 2], [15, 12], [1, 14]]
    for how in METHODS:
        start = [[0, 0], [15, 0], [15, 15], [0, 15]]
        result = F.perspective(pillow(images["square"]), start, end, TORCHVISION[how], FILL)
        out[named("moved_corners", "square", how, np.ravel(end))] = pixels(result)


def padded(images, out):
    """A box of the image with a border: top, left, height and width."""
    boxes = [(-4, 2, 16, 16), (3, -3, 16, 20), (-5, -6, 30, 31), (2, 1, 9, 8), (-40, -35, 20, 18), (14, 14, 40, 3)]
    for name, image in some(images, "square", "grey", "dot", "row", "column"):
        far = 45
        for border in ("constant", "reflect", "edge", "symmetric"):
            whole = pixels(F.pad(pillow(image), far, fill(image), border))
            for top, left, height, width in boxes:
                box = whole[top + far : top + far + height, left + far : left + far + width]
                if box.shape[:2] == (height, width):
                    out[named("pad", name, border, [top, left, height, width])] = box


def elastic(images, out):
    """Noise, the displacements that torchvision makes of it, and the images under these."""
    torch.manual_seed(5)
    for name, alpha, sigma in [("square", 50.0, 2.0), ("square", 120.0, 3.0), ("grey", 30.0, 0.0)]:
        image = images[name]
        height, width = image.shape[:2]
        noise = torch.rand(2, height, width) * 2 - 1
        draws = iter((noise + 1) / 2)

        def drawn(*_, draws=draws):
            return next(draws)[None, None]

        rand, torch.rand = torch.rand, drawn
        displacement = ElasticTransform.get_params([alpha, alpha], [sigma, sigma], [height, width])
        torch.rand = rand
        out[f"noise {name} {alpha} {sigma}"] = noise.numpy()
        # In pixels; torchvision's are in halves of the size.
        by = (displacement[0] * torch.tensor([width / 2, height / 2])).permute(2, 0, 1)
        out[f"displacement {name} {alpha} {sigma}"] = by.contiguous().numpy()
        for how in ("nearest", "bilinear"):
            color = [float(c) for c in FILL[: image.shape[2]]]
            result = F.elastic_transform(pillow(image), displacement, TORCHVISION[how], color)
            out[named("elastic", name, how, [alpha, sigma])] = pixels(result)


def main():
    images = {
        "grey": photograph(30, 37, 1), "colour": photograph(29, 37, 3), "square": picture(16, 16, 3, 3),
        "dot": picture(1, 1, 3, 4), "row": picture(1, 7, 3, 5), "column": picture(7, 1, 3, 6),
    }  # fmt: skip
    out = {f"image {name}": image for name, image in images.items()}
    for part in (rotated, transformed, parts, corners, padded, elastic):
        part(images, out)
    path = pathlib.Path(__file__).parents[2] / "tests/golden/augment/warp.safetensors"
    save_file({name: np.ascontiguousarray(array) for name, array in out.items()}, path)


if __name__ == "__main__":
    main()

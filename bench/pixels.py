"""Compares temper's pixels with Pillow's on a folder of photographs; run by scripts/check-pillow.

Every image at full size, crops of it, regions resized as by RandomResizedCrop, the image rotated by its EXIF
orientation, geometric transforms of it, blurred and compressed; and the same for some of the images in every other format: all bytes must be equal.
"""

import argparse
import io
import pathlib
import random
import subprocess
import sys
import tempfile

import numpy as np
import PIL
from PIL import Image, ImageFilter, ImageOps

FILTERS = {
    "bilinear": Image.BILINEAR,
    "bicubic": Image.BICUBIC,
    "nearest": Image.NEAREST,
    "box": Image.BOX,
    "lanczos": Image.LANCZOS,
}


TRANSFORMS = ("nearest", "bilinear", "bicubic")


class Temper:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __call__(self, *words):
        self.process.stdin.write(("\t".join(map(str, words)) + "\n").encode())
        self.process.stdin.flush()
        answer = self.process.stdout.readline().decode().split(maxsplit=1)
        if not answer or answer[0] == "error":
            return answer[1].strip() if answer else "the program exited"
        height, width, channels, size = (int(word) for word in [answer[0], *answer[1].split()])
        return np.frombuffer(self.process.stdout.read(size), np.uint8).reshape(height, width, channels)


def random_box(rng, height, width):
    """A box of random size and position, sometimes only one or two pixels large or at an edge."""
    h = rng.choice([1, 2, height, rng.randint(1, height), rng.randint(1, height)])
    w = rng.choice([1, 2, width, rng.randint(1, width), rng.randint(1, width)])
    top = rng.choice([0, height - h, rng.randint(0, height - h), rng.randint(0, height - h)])
    left = rng.choice([0, width - w, rng.randint(0, width - w), rng.randint(0, width - w)])
    return top, left, h, w


def questions(path, image, rng, crops):
    """The requests for an image, with Pillow's results."""
    yield ("full", path), image
    with Image.open(path) as stored:
        yield ("turned", path), ImageOps.exif_transpose(stored).convert("RGB")
    for _ in range(crops):
        top, left, height, width = random_box(rng, image.height, image.width)
        piece = image.crop((left, top, left + width, top + height))
        yield ("crop", path, top, left, height, width), piece
        name = rng.choice(list(FILTERS))
        size = rng.choice([(224, 224), (rng.randint(1, 400), rng.randint(1, 400))])
        resized = piece.resize((size[1], size[0]), FILTERS[name])
        yield ("resized", path, top, left, height, width, *size, name), resized
    for _ in range((crops + 3) // 4):
        yield from transforms(path, image, rng)
        yield from noise(path, image, rng)


def noise(path, image, rng):
    """A blur, and what remains of the image in a JPEG."""
    sigma = rng.choice([rng.uniform(0.1, 2), rng.uniform(2, 40)])
    yield ("blurred", path, sigma), image.filter(ImageFilter.GaussianBlur(sigma))
    quality, subsampling = rng.randint(1, 100), rng.choice(["4:2:0", "4:2:2", "4:4:4"])
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality, subsampling=subsampling)
    yield ("compressed", path, quality, subsampling), Image.open(file)


def transforms(path, image, rng):
    """A rotation, an affine and a perspective transform, as training draws them."""
    name, gray = rng.choice(TRANSFORMS), rng.randint(0, 255)
    how = {"resample": FILTERS[name], "fillcolor": (gray,) * 3}
    degrees = rng.choice([0.0, 90.0, 180.0, 270.0, rng.uniform(-180, 180), rng.uniform(-30, 30)])
    yield ("rotated", path, name, gray, degrees), image.rotate(degrees, **how)
    across, down = rng.uniform(-0.3, 0.3), rng.uniform(-0.3, 0.3)
    shift_x, shift_y = (rng.choice([rng.uniform(-0.3, 0.3) * side, rng.randint(-50, 50)]) for side in image.size)
    shear = rng.choice([(1.0, across, shift_x, 0.0, 1.0, shift_y), (1.0, 0.0, shift_x, 0.0, 1.0, shift_y),
                        (1.0 + across, down, shift_x, -down, 1.0 - across, shift_y)])  # fmt: skip
    yield ("affine", path, name, gray, *shear), image.transform(image.size, Image.AFFINE, shear, **how)
    depth = tuple(rng.uniform(-0.3, 0.3) / side for side in image.size)
    coefficients = (1.0 + across, down, shift_x, -across, 1.0 - down, shift_y, *depth)
    result = image.transform(image.size, Image.PERSPECTIVE, coefficients, **how)
    yield ("perspective", path, name, gray, *coefficients), result


def variants(paths, folder):
    """Some of the images in formats that are rare in a folder of photographs."""
    for number, path in enumerate(paths):
        with Image.open(path) as file:
            image = file.convert("RGB")
        stem = folder / f"{number}"
        for subsampling in ("4:4:4", "4:2:2", "4:2:0"):
            name = subsampling.replace(":", "")
            image.save(f"{stem}-{name}.jpg", quality=85, subsampling=subsampling)
            image.save(f"{stem}-progressive-{name}.jpg", quality=85, subsampling=subsampling, progressive=True)
        image.convert("L").save(f"{stem}-grey.jpg", quality=85)
        image.convert("CMYK").save(f"{stem}-inks.jpg", quality=85)
        for orientation in range(2, 9):
            exif = Image.Exif()
            exif[0x0112] = orientation
            image.save(f"{stem}-turned{orientation}.jpg", quality=85, exif=exif)
        image.save(f"{stem}-turned.png", exif=exif)
        image.save(f"{stem}-turned.webp", exif=exif)
        image.save(f"{stem}.png")
        image.convert("L").save(f"{stem}-grey.png")
        image.quantize(64).save(f"{stem}-palette.png")
        image.save(f"{stem}.webp", quality=80)
        image.save(f"{stem}-lossless.webp", lossless=True, method=0)
    return sorted(folder.iterdir())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--crops", type=int, default=8, help="crops per image, as many resized ones, and a quarter of transforms")
    parser.add_argument("--variants", type=int, default=10, help="number of images to convert to other formats")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("folder", type=pathlib.Path)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    temper = Temper(options.program)
    endings = {".jpeg", ".jpg", ".png", ".webp"}
    paths = sorted(p for p in options.folder.rglob("*") if p.suffix.lower() in endings)
    scratch = tempfile.TemporaryDirectory()
    paths += variants(paths[:: max(1, len(paths) // options.variants)][: options.variants], pathlib.Path(scratch.name))
    asked = {}
    wrong = []
    for path in paths:
        with Image.open(path) as file:
            image = file.convert("RGB")
        for question, expected in questions(path, image, rng, options.crops):
            kind = question[0]
            asked[kind] = asked.get(kind, 0) + 1
            found = temper(*question)
            if not isinstance(found, np.ndarray) or not np.array_equal(found, np.asarray(expected)):
                wrong.append((question, found if isinstance(found, str) else "other pixels"))
    print(f"Pillow {PIL.__version__}, {len(paths)} pictures: " + ", ".join(f"{n} {k}" for k, n in asked.items()))
    for question, what in wrong[:20]:
        print("DIFFERENT", *question, "-", what)
    print(f"{len(wrong)} differences")
    sys.exit(1 if wrong or not paths else 0)


main()

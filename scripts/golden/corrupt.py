"""Writes tests/golden/corrupt/imagecorruptions.safetensors and original.safetensors.

Run as `corrupt.py FOLDER`, with the folder ImageNet-C/create_c of github.com/hendrycks/robustness at commit 8190fe3,
in an old environment: Python 3.9, imagecorruptions 1.1.2, scikit-image 0.18.3, scipy 1.9.3, numpy 1.23.5,
opencv-python 4.8.1, Pillow 10.4, setuptools < 70. A tensor's name describes the corruption: "fog colour 3"
is the image "colour" with fog of severity 3. Random numbers are those of the tensors "normal" and "uniform", taken from
their beginning for every case and again from there after their end; Poisson counts are tensors of their own.

Left out: motion blur and snow of the original, which need ImageMagick.
"""

import contextlib
import json
import os
import pathlib
import struct
import sys
import tempfile
from unittest import mock

import cv2
import imagecorruptions.corruptions as package
import numpy as np
from imagecorruptions import corruption_tuple
from PIL import Image

OUT = pathlib.Path(__file__).parents[2] / "tests/golden/corrupt"
KINDS = [f.__name__ for f in corruption_tuple]
NORMAL = np.random.RandomState(1).normal(size=3072).astype(np.float32)
UNIFORM = np.random.RandomState(2).random_sample(3072).astype(np.float32)
ROWS = slice(0, None, 3)  # of the original's pictures
# Where imagecorruptions has a case for gray pictures that blurs rows only, exchanges pixels that it means to exchange,
# or fails, but never reaches it: it corrupts three equal channels instead.
AS_COLOUR = {"gaussian_blur", "glass_blur", "motion_blur", "defocus_blur", "zoom_blur", "snow", "fog", "brightness",
             "elastic_transform"}


def picture(height, width, channels, seed):
    """Waves with hard edges and noise."""
    random = np.random.RandomState(seed)
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(channels), indexing="ij")
    wave = 128 + 120 * np.sin(0.35 * x + 0.9 * c) * np.cos(0.21 * y - 0.4 * c)
    edges = np.where((x // 7 + y // 5) % 3 == 0, 255, np.where((x + y) % 11 == 0, 0, wave))
    return np.clip(edges + random.randint(-20, 21, edges.shape), 0, 255).astype(np.uint8)


class Recorded:
    """numpy.random's functions, with the numbers of the two arrays."""

    def __init__(self, counts):
        self.at = {"normal": 0, "uniform": 0}
        self.counts = counts
        self.poissons = np.random.RandomState(3)

    def take(self, pool, name, size):
        count = int(np.prod(size)) if size is not None else 1
        indices = (self.at[name] + np.arange(count)) % len(pool)
        self.at[name] += count
        taken = pool[indices].astype(np.float64)
        return taken.reshape(size) if size is not None else taken[0]

    def normal(self, loc=0.0, scale=1.0, size=None):
        return loc + scale * self.take(NORMAL, "normal", size)

    def uniform(self, low=0.0, high=1.0, size=None):
        return low + (high - low) * self.take(UNIFORM, "uniform", size)

    def randint(self, low, high=None, size=None):
        low, high = (0, low) if high is None else (low, high)
        return (low + np.floor((high - low) * self.take(UNIFORM, "uniform", size))).astype(np.int64)

    def choice(self, _, size, p):
        return self.take(UNIFORM, "uniform", size) < p[0]

    def poisson(self, lam):
        counts = self.poissons.poisson(lam)
        self.counts.append(counts.astype(np.int16))
        return counts


@contextlib.contextmanager
def recorded(counts):
    random = Recorded(counts)
    names = ("normal", "uniform", "randint", "choice", "poisson")
    with contextlib.ExitStack() as stack:
        for name in names:
            stack.enter_context(mock.patch.object(np.random, name, getattr(random, name)))
        yield


def add_case(out, name, call, rows=slice(None)):
    counts = []
    with recorded(counts):
        result = np.uint8(call())
    result = result[:, :, None] if result.ndim == 2 else result
    out[name] = np.ascontiguousarray(result[rows])
    for array in counts:
        out[f"counts {name}"] = array


def save_file(tensors, path, metadata):
    """Writes a safetensors file."""
    names = {"float32": "F32", "int16": "I16", "uint8": "U8"}
    header, end = {"__metadata__": metadata}, 0
    for name, array in tensors.items():
        header[name] = {"dtype": names[str(array.dtype)], "shape": list(array.shape),
                        "data_offsets": [end, end + array.nbytes]}
        end += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(array.tobytes() for array in tensors.values()))


def frost_pictures():
    sizes = [(40, 52), (15, 44), (30, 20), (12, 16), (64, 70)]
    return [picture(height, width, 3, 10 + i) for i, (height, width) in enumerate(sizes)]


def write_frost(folder, i, pixels):
    """Under the names that the published code reads; all are PNG files, which OpenCV sees."""
    path = pathlib.Path(folder) / f"frost{i + 1}.{'png' if i < 3 else 'jpg'}"
    path.write_bytes(cv2.imencode(".png", pixels)[1].tobytes())


def of_package(folder):
    out = {"normal": NORMAL, "uniform": UNIFORM,
           "image colour": picture(21, 26, 3, 1), "image grey": picture(21, 26, 1, 2)}
    for i, frost in enumerate(frost_pictures()):
        out[f"frost {i}"] = frost
        write_frost(folder, i, frost[:, :, ::-1])
    package.resource_filename = lambda _, name: f"{folder}/{pathlib.Path(name).name}"
    colour, grey = out["image colour"], out["image grey"][:, :, 0]
    for kind in KINDS:
        function = getattr(package, kind)
        for severity in range(1, 6):
            add_case(out, f"{kind} colour {severity}", lambda: function(Image.fromarray(colour), severity))
            if kind in AS_COLOUR:
                stacked = Image.fromarray(np.stack([grey] * 3, axis=-1))
                add_case(out, f"{kind} grey {severity}", lambda: np.uint8(function(stacked, severity))[:, :, :1])
            elif kind == "frost":  # it takes the channels of its frost, which are blue, green, red, for red, green, blue
                luma = package.rgb2gray
                with mock.patch.object(package, "rgb2gray", lambda frost: luma(frost[..., ::-1])):
                    add_case(out, f"frost grey {severity}", lambda: function(Image.fromarray(grey), severity))
            else:
                add_case(out, f"{kind} grey {severity}", lambda: function(Image.fromarray(grey), severity))
    save_file(out, OUT / "imagecorruptions.safetensors", {"package": "imagecorruptions 1.1.2"})


def functions_of(path, edit=lambda text: text):
    """The functions that a script of the original defines, from the first that needs no ImageMagick on."""
    text = path.read_text().split("\n# modification of", 1)[1].split("\nimport collections")[0]
    imports = """import numpy as np, skimage as sk, cv2
from io import BytesIO
from PIL import Image, Image as PILImage
from scipy.ndimage import zoom as scizoom
from scipy.ndimage.interpolation import map_coordinates
from skimage.filters import gaussian
"""
    names = {"disk": package.disk}
    exec(compile(imports + "#" + edit(text), str(path), "exec"), names)
    return names


def of_scripts(scripts, folder):
    out = {"normal": NORMAL, "uniform": UNIFORM, "image cifar": picture(32, 32, 3, 3),
           "image square": picture(26, 26, 3, 4), "frost": picture(165, 170, 1, 20)}
    for i in range(6):
        write_frost(folder, i, out["frost"])
    cifar = functions_of(scripts / "make_cifar_c.py")
    os.chdir(folder)
    for kind in KINDS:
        for severity in range(1, 6):
            if kind not in ("motion_blur", "snow"):
                image = Image.fromarray(out["image cifar"])
                add_case(out, f"{kind} cifar {severity}", lambda: cifar[kind](image, severity), ROWS)
    # 244 is what 224 pixels should have been.
    imagenet = functions_of(scripts / "make_imagenet_c.py", lambda text: text.replace("244", repr(26 * 244 / 224)))
    for kind in ("zoom_blur", "elastic_transform"):
        for severity in range(1, 6):
            image = Image.fromarray(out["image square"])
            add_case(out, f"{kind} square {severity}", lambda: imagenet[kind](image, severity), ROWS)
    save_file(out, OUT / "original.safetensors", {"commit": "8190fe329f5f072a06e3a2aea02bb5dda69aed9f"})


def main():
    scripts = pathlib.Path(sys.argv[1]).resolve()
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        of_package(folder)
    with tempfile.TemporaryDirectory() as folder:
        of_scripts(scripts, folder)


if __name__ == "__main__":
    main()

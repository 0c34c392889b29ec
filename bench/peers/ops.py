"""The same operations by Pillow, OpenCV and timm; driven by bench/ops.py, which has their names.

    ops.py PICTURE

For each line "TIMES LIBRARY NAME" on standard input it prints the microseconds of one image and a hash of the result,
or "error REASON".
"""

import io
import math
import sys
import time

import numpy as np
from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageOps

SIDE = 224
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def fnv(pixels):
    """FNV-1a with 64 bits, as temper hashes."""
    value = 0xCBF29CE484222325
    for byte in pixels:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value


def jpeg(image):
    file = io.BytesIO()
    image.save(file, "JPEG", quality=75)
    file.seek(0)
    return Image.open(file).convert("RGB")


def hue(image, shift=25):  # of 255: torchvision's 0.1
    h, s, v = image.convert("HSV").split()
    moved = Image.fromarray(np.array(h) + np.uint8(shift))
    return Image.merge("HSV", (moved, s, v)).convert("RGB")


def jitter(image):
    for change, factor in ((ImageEnhance.Brightness, 0.8), (ImageEnhance.Contrast, 1.2), (ImageEnhance.Color, 1.3)):
        image = change(image).enhance(factor)
    return hue(image)


GAMMA = 3 * [int((255 + 1 - 1e-3) * (level / 255.0) ** 1.2) for level in range(256)]
ADD = 3 * [min(255, level + 60) if level < 128 else level for level in range(256)]
AFFINE = (0.98, 0.1, 5.0, -0.1, 1.02, -7.0)
TRANSLATE = (1, 0, 13, 0, 1, -9)
CENTER, SLOPE = SIDE / 2, math.tan(math.radians(15))
ZOOM = (1 / 1.3, 0, CENTER - CENTER / 1.3, 0, 1 / 1.3, CENTER - CENTER / 1.3)
SHEAR = (1, SLOPE, -SLOPE * CENTER, 0, 1, 0)
PERSPECTIVE = (0.9, 0.1, 5.0, 0.05, 0.95, 3.0, 0.0003, 0.0002)
CROP = (SIDE - 192) // 2
HALF = (30, 40, 188, 198)

PILLOW = {
    "center crop to 192": lambda i: i.crop((CROP, CROP, CROP + 192, CROP + 192)),
    "random crop to 192": lambda i: i.crop((13, 7, 205, 199)),
    "padded crop by 28": lambda i: ImageOps.expand(i, 28).crop((11, 40, 11 + SIDE, 40 + SIDE)),
    "resize to 160": lambda i: i.resize((160, 160), Image.BILINEAR),
    "resized crop of half the area": lambda i: i.resize(i.size, Image.BILINEAR, HALF),
    "flip": lambda i: i.transpose(Image.FLIP_LEFT_RIGHT),
    "vertical flip": lambda i: i.transpose(Image.FLIP_TOP_BOTTOM),
    "rotate by 30, nearest": lambda i: i.rotate(30),
    "rotate by 30, bilinear": lambda i: i.rotate(30, Image.BILINEAR),
    "rotate by 30, bicubic": lambda i: i.rotate(30, Image.BICUBIC),
    "translate by an eighth": lambda i: i.transform(i.size, Image.AFFINE, TRANSLATE),
    "zoom by 1.3, bilinear": lambda i: i.transform(i.size, Image.AFFINE, ZOOM, Image.BILINEAR),
    "shear by 15, bilinear": lambda i: i.transform(i.size, Image.AFFINE, SHEAR, Image.BILINEAR),
    "affine, bilinear": lambda i: i.transform(i.size, Image.AFFINE, AFFINE, Image.BILINEAR),
    "perspective, bilinear": lambda i: i.transform(i.size, Image.PERSPECTIVE, PERSPECTIVE, Image.BILINEAR),
    "brightness 1.3": lambda i: ImageEnhance.Brightness(i).enhance(1.3),
    "contrast 1.3": lambda i: ImageEnhance.Contrast(i).enhance(1.3),
    "saturation 1.3": lambda i: ImageEnhance.Color(i).enhance(1.3),
    "sharpness 1.3": lambda i: ImageEnhance.Sharpness(i).enhance(1.3),
    "hue 0.1": hue,
    "color jitter": jitter,
    "gamma 1.2": lambda i: i.point(GAMMA),
    "solarize at 128": lambda i: ImageOps.solarize(i, 128),
    "solarize add 60": lambda i: i.point(ADD),
    "posterize to 4 bits": lambda i: ImageOps.posterize(i, 4),
    "equalize": ImageOps.equalize,
    "auto contrast": ImageOps.autocontrast,
    "invert": ImageChops.invert,
    "grayscale": lambda i: i.convert("L").convert("RGB"),
    "Gaussian blur, sigma 2, by boxes": lambda i: i.filter(ImageFilter.GaussianBlur(2)),
    "JPEG noise, quality 75": jpeg,
}


def opencv():
    """OpenCV's nearest operations, of one thread."""
    import cv2

    cv2.setNumThreads(0)
    size = (SIDE, SIDE)
    turn = cv2.getRotationMatrix2D(((SIDE - 1) / 2, (SIDE - 1) / 2), 30, 1)
    matrix = lambda numbers: np.array(numbers, np.float64).reshape(2, 3)  # noqa: E731
    linear = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    grid = np.meshgrid(np.arange(SIDE, dtype=np.float32), np.arange(SIDE, dtype=np.float32))
    random = np.random.default_rng(1)
    perspective = np.array((*PERSPECTIVE, 1)).reshape(3, 3)
    levels = np.arange(256, dtype=np.uint8)
    brighter = np.clip(levels * 1.3, 0, 255).astype(np.uint8)
    add = np.array(ADD[:256], np.uint8)
    curve = np.array(GAMMA[:256], np.uint8)
    gray = lambda i: cv2.cvtColor(cv2.cvtColor(i, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)  # noqa: E731

    def compressed(image):
        return cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 75])[1], cv2.IMREAD_COLOR)

    def turned_hue(image):
        hsv = cv2.cvtColor(image, cv2.COLOR_RGB2HSV)
        hsv[..., 0] = (hsv[..., 0].astype(np.uint16) + 18) % 180
        return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)

    def padded(image, border):
        return cv2.copyMakeBorder(image, 28, 28, 28, 28, border)[40 : 40 + SIDE, 11 : 11 + SIDE].copy()

    def elastic(image):
        moves = (cv2.GaussianBlur(random.uniform(-1, 1, (SIDE, SIDE)).astype(np.float32), (0, 0), 5) for _ in range(2))
        x, y = (at + 50 * move for at, move in zip(grid, moves))
        return cv2.remap(image, x, y, cv2.INTER_LINEAR)

    def jittered(image):
        image = cv2.addWeighted(cv2.LUT(image, np.clip(levels * 0.8, 0, 255).astype(np.uint8)), 1.2, image, -0.2, 0)
        return turned_hue(cv2.addWeighted(image, 1.3, gray(image), -0.3, 0))

    return {
        "center crop to 192": lambda i: i[CROP : CROP + 192, CROP : CROP + 192].copy(),
        "random crop to 192": lambda i: i[7:199, 13:205].copy(),
        "padded crop by 28": lambda i: padded(i, cv2.BORDER_CONSTANT),
        "padded crop by 28, reflected": lambda i: padded(i, cv2.BORDER_REFLECT_101),
        "resized crop of half the area": lambda i: cv2.resize(
            i[HALF[1] : HALF[3], HALF[0] : HALF[2]], size, interpolation=cv2.INTER_LINEAR),
        "resize to 160": lambda i: cv2.resize(i, (160, 160), interpolation=cv2.INTER_AREA),
        "flip": lambda i: cv2.flip(i, 1),
        "vertical flip": lambda i: cv2.flip(i, 0),
        "rotate by 30, nearest": lambda i: cv2.warpAffine(i, turn, size, flags=cv2.INTER_NEAREST),
        "rotate by 30, bilinear": lambda i: cv2.warpAffine(i, turn, size, flags=cv2.INTER_LINEAR),
        "rotate by 30, bicubic": lambda i: cv2.warpAffine(i, turn, size, flags=cv2.INTER_CUBIC),
        "translate by an eighth": lambda i: cv2.warpAffine(i, matrix(TRANSLATE), size, flags=cv2.WARP_INVERSE_MAP),
        "zoom by 1.3, bilinear": lambda i: cv2.warpAffine(i, matrix(ZOOM), size, flags=linear),
        "shear by 15, bilinear": lambda i: cv2.warpAffine(i, matrix(SHEAR), size, flags=linear),
        "affine, bilinear": lambda i: cv2.warpAffine(i, matrix(AFFINE), size, flags=linear),
        "elastic, bilinear": elastic,
        "perspective, bilinear": lambda i: cv2.warpPerspective(i, perspective, size, flags=linear),
        "brightness 1.3": lambda i: cv2.LUT(i, brighter),
        "contrast 1.3": lambda i: cv2.addWeighted(
            i, 1.3, np.full_like(i, int(cv2.cvtColor(i, cv2.COLOR_RGB2GRAY).mean() + 0.5)), -0.3, 0),
        "saturation 1.3": lambda i: cv2.addWeighted(i, 1.3, gray(i), -0.3, 0),
        "sharpness 1.3": lambda i: cv2.addWeighted(i, 1.3, cv2.blur(i, (3, 3)), -0.3, 0),
        "hue 0.1": turned_hue,
        "color jitter": jittered,
        "gamma 1.2": lambda i: cv2.LUT(i, curve),
        "solarize at 128": lambda i: cv2.LUT(i, np.where(levels < 128, levels, 255 - levels)),
        "solarize add 60": lambda i: cv2.LUT(i, add),
        "posterize to 4 bits": lambda i: cv2.LUT(i, levels & 0xF0),
        "equalize": lambda i: cv2.merge([cv2.equalizeHist(c) for c in cv2.split(i)]),
        "auto contrast": lambda i: cv2.merge([cv2.normalize(c, None, 0, 255, cv2.NORM_MINMAX) for c in cv2.split(i)]),
        "invert": cv2.bitwise_not,
        "grayscale": gray,
        "Gaussian blur, sigma 2, by boxes": lambda i: cv2.GaussianBlur(i, (0, 0), 2),
        "Gaussian blur, sigma 2, 23 x 23": lambda i: cv2.GaussianBlur(i, (23, 23), 2, borderType=cv2.BORDER_REFLECT_101),
        "JPEG noise, quality 75": compressed,
    }  # fmt: skip


def timm():
    """Normalized tensors, erased."""
    import torch
    from timm.data.random_erasing import RandomErasing
    from torchvision.transforms import Compose, Normalize, ToTensor

    torch.set_num_threads(1)
    # the share of the area and the aspect ratio of a square of 112 pixels
    square = {"min_area": 0.25, "max_area": 0.25, "min_aspect": 1, "max_aspect": 1}
    erasing = {
        "random erasing of pixels, normalized": RandomErasing(1.0, mode="pixel", device="cpu"),
        "cutout of 112, normalized": RandomErasing(1.0, mode="const", device="cpu", **square),
    }
    return {name: Compose([ToTensor(), Normalize(MEAN, STD), each]) for name, each in erasing.items()}


class Libraries:
    def __init__(self, path):
        with open(path, "rb") as file:
            self.image = Image.open(file).convert("RGB").crop((0, 0, SIDE, SIDE))  # Pillow-SIMD resizes otherwise
        self.made = {}

    def __call__(self, library, name):
        """The operation and what it is applied to."""
        if library not in self.made:
            self.made[library] = {"pillow": lambda: PILLOW, "opencv": opencv, "timm": timm}[library]()
        if name not in self.made[library]:
            raise KeyError
        return self.made[library][name], np.array(self.image) if library == "opencv" else self.image


def main():
    libraries = Libraries(sys.argv[1])
    hashes = {}
    for line in sys.stdin:
        times, library, name = line.rstrip("\n").split(" ", 2)
        try:
            operation, image = libraries(library, name)
            begin = time.perf_counter()
            for _ in range(int(times)):
                result = operation(image)
            each = (time.perf_counter() - begin) / int(times)
            if (library, name) not in hashes:
                hashes[library, name] = fnv(np.asarray(result).tobytes()) if library == "pillow" else 0
            print(1e6 * each, f"{hashes[library, name]:016x}", flush=True)
        except KeyError:
            print("error no such operation", flush=True)
        except Exception as error:  # the others can still be measured if one is missing
            print("error", type(error).__name__, *str(error).splitlines()[:1], flush=True)


main()

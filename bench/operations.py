"""The operations that bench/ops.py compares, as temper's recipes spell them; bench/peers/ops.py has the same work by
their names. Strengths are fixed where the libraries can be given the same one."""

import dataclasses


@dataclasses.dataclass
class Operation:
    recipe: str  # the value of data.augment
    form: str = "pixels"  # or render: with normalization
    random: bool = False  # the peers draw other numbers


def one(kind, form="pixels", random=False, **options):
    """A list of one operation."""

    def toml(value):
        return f'"{value}"' if isinstance(value, str) else str(value).lower()

    listed = "".join(f", {name} = {toml(value)}" for name, value in options.items())
    return Operation(f'[{{ kind = "{kind}"{listed} }}]', form, random)


def fixed(kind, name, value, **options):
    """The same with a strength that is both ends of its range."""
    return one(kind, **{f"{name}_low": value, f"{name}_high": value}, **options)


OPERATIONS = {
    "center crop to 192": one("center_crop", size=192),
    "random crop to 192": one("random_crop", random=True, size=192),
    "padded crop by 28": one("pad_crop", random=True, padding=28),
    "padded crop by 28, reflected": one("pad_crop", random=True, padding=28, padding_mode="reflect"),
    "resize to 160": one("resize", size=160),
    "resized crop of half the area": one(
        "random_resized_crop", random=True, scale_low=0.5, scale_high=0.5, ratio_low=1.0, ratio_high=1.0),
    "flip": one("flip", p=1),
    "vertical flip": one("vertical_flip", p=1),
    "rotate by 30, nearest": fixed("rotate", "degrees", 30),
    "rotate by 30, bilinear": fixed("rotate", "degrees", 30, interpolation="bilinear"),
    "rotate by 30, bicubic": fixed("rotate", "degrees", 30, interpolation="bicubic"),
    "translate by an eighth": one("translate", random=True),
    "zoom by 1.3, bilinear": fixed("zoom", "scale", 1.3, interpolation="bilinear"),
    "shear by 15, bilinear": fixed("shear", "x", 15, interpolation="bilinear"),
    "affine, bilinear": one("affine", random=True, interpolation="bilinear"),
    "perspective, bilinear": one("perspective", random=True, p=1),
    "elastic, bilinear": one("elastic", random=True),
    "brightness 1.3": fixed("brightness", "factor", 1.3),
    "contrast 1.3": fixed("contrast", "factor", 1.3),
    "saturation 1.3": fixed("saturation", "factor", 1.3),
    "sharpness 1.3": fixed("sharpness", "factor", 1.3, p=1),
    "hue 0.1": fixed("hue", "shift", 0.1),
    "color jitter": one("color_jitter", random=True, hue=0.1),
    "gamma 1.2": fixed("gamma", "gamma", 1.2),
    "solarize at 128": fixed("solarize", "threshold", 128, p=1),
    "solarize add 60": fixed("solarize_add", "addend", 60, p=1),
    "posterize to 4 bits": fixed("posterize", "bits", 4, p=1),
    "equalize": one("equalize", p=1),
    "auto contrast": one("auto_contrast", p=1),
    "invert": one("invert", p=1),
    "grayscale": one("grayscale", p=1),
    "Gaussian blur, sigma 2, by boxes": fixed("gaussian_blur", "sigma", 2, p=1),
    "Gaussian blur, sigma 2, 23 x 23": fixed(
        "gaussian_blur", "sigma", 2, p=1, dialect="torchvision", kernel_size=23),
    "JPEG noise, quality 75": fixed("jpeg_noise", "quality", 75, p=1),
    "random erasing of pixels, normalized": one("random_erasing", form="render", random=True, p=1, mode="pixel"),
    "cutout of 112, normalized": one("cutout", form="render", random=True, length=112),
}  # fmt: skip

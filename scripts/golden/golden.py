"""Code shared by the scripts beside this one: where and how golden numbers are written."""

import importlib.metadata
import json
import pathlib
import re

PRIMITIVES = {  # published names of the operations of policies, and temper's
    "Identity": "identity", "AutoContrast": "auto_contrast", "Equalize": "equalize", "Invert": "invert",
    "Rotate": "rotate", "Posterize": "posterize", "Solarize": "solarize", "SolarizeAdd": "solarize_add",
    "Color": "saturation", "Contrast": "contrast", "Brightness": "brightness", "Sharpness": "sharpness",
    "ShearX": "shear_x", "ShearY": "shear_y", "TranslateX": "translate_x", "TranslateY": "translate_y",
    "Cutout": "cutout", "Desaturate": "desaturate", "GaussianBlur": "gaussian_blur",
}  # fmt: skip


def primitive(name):
    """Of a name as timm, torchvision and AutoAugment's code have it."""
    for ending in ("Increasing", "Original", "Rel"):
        name = name.removesuffix(ending)
    return PRIMITIVES[name]


def tensor(value):
    return {"shape": list(value.shape), "values": value.detach().flatten().tolist()}


def coordinate(text):
    """FNV-1a with 64 bits, as temper::coordinate()."""
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def function_of(path, name, **scope):
    """A function of a file that can't be imported; `scope` has the names that the function uses."""
    exec(re.search(rf"^def {name}\(.*\n(?:[ \t]+.*\n|\s*\n)*", path.read_text(), re.M).group(), scope)
    return scope[name]


def write(name, packages, golden):
    """Writes tests/golden/<name>, with the versions of the packages that computed the numbers."""
    versions = {package: importlib.metadata.version(package) for package in packages}
    path = pathlib.Path(__file__).parents[2] / "tests/golden" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"versions": versions, **golden}, separators=(",", ":"))
    path.write_text(text.replace('},"', '},\n"').replace("},{", "},\n{") + "\n")

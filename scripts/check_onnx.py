"""Checks a model that `temper export --to onnx` wrote; run by scripts/check-onnx.

    check_onnx.py MODEL.onnx

onnx.checker accepts the model, Pillow gives the reference's pixels, these are its input, and onnxruntime gives its
output, alone and in a batch. Needs onnx, onnxruntime, numpy and Pillow.
"""

import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
from PIL import Image, ImageOps

TOLERANCE = 1e-4
FILTERS = {
    "bilinear": Image.BILINEAR,
    "bicubic": Image.BICUBIC,
    "nearest": Image.NEAREST,
    "box": Image.BOX,
    "lanczos": Image.LANCZOS,
}
TYPES = {"F32": np.float32, "U8": np.uint8}


def safetensors(path):
    """The tensors of a safetensors file."""
    raw = path.read_bytes()
    size = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + size])
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = (8 + size + offset for offset in entry["data_offsets"])
            tensors[name] = np.frombuffer(raw[begin:end], TYPES[entry["dtype"]]).reshape(entry["shape"])
    return tensors


def center(image, height, width):
    """The center of an image of at least that size; half of an odd surplus is rounded to even."""
    top = round((image.height - height) / 2)
    left = round((image.width - width) / 2)
    return image.crop((left, top, left + width, top + height))


def read(path, how):
    """A picture's pixels, resized and cropped as preprocess.json says."""
    with Image.open(path) as file:
        image = ImageOps.exif_transpose(file) if how["exif_orientation"] else file
        image = image.convert(how["color"])
    height, width = how["input_size"][1:]
    method = FILTERS[how["interpolation"]]
    if how["whole_size"] == [image.height, image.width]:
        return image if image.size == (width, height) else image.resize((width, height), method)
    side = how["resize"]
    if image.height < image.width:
        size = (side * image.width // image.height, side)
    else:
        size = (side, side * image.height // image.width)
    return center(image.resize(size, method), height, width)


def normalized(pixels, how):
    """Pixels, [height, width, channels], as the model's input, [1, channels, height, width]."""
    images = pixels.astype(np.float32).transpose(2, 0, 1)[None]
    if how["normalized_by_model"]:
        return images
    mean = np.array(how["mean"], np.float32).reshape(-1, 1, 1)
    std = np.array(how["std"], np.float32).reshape(-1, 1, 1)
    return (images / np.float32(255) - mean) / std


def check_pixels(folder, how, reference):
    """Compares the pixels with Pillow's, where Pillow can read pictures in that way."""
    if not how["antialias"] and how["interpolation"] != "nearest":
        return "pixels not compared: Pillow has no resize without antialiasing"
    pixels = np.asarray(read(folder / "reference.png", how))
    pixels = pixels.reshape(*pixels.shape[:2], -1)
    if not np.array_equal(pixels, reference["pixels"]):
        sys.exit(f"the pixels differ: {np.count_nonzero(pixels != reference['pixels'])} of {pixels.size}")
    return f"{pixels.size} pixels equal to Pillow's"


def check_outputs(model, how, reference):
    """Compares the outputs with onnxruntime's, for one image and for a batch of the image and seven others."""
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    images = reference["input"]
    batch = np.concatenate([images] + [np.roll(images, shift, axis=3) for shift in range(1, 8)])
    alone = session.run([how["output"]], {how["input"]: images})[0]
    together = session.run([how["output"]], {how["input"]: batch})[0]
    if together.shape != (8, alone.shape[1]):
        sys.exit(f"eight images have outputs of shape {together.shape}")
    expected = reference["output"]
    scale = max(1.0, float(np.abs(expected).max()))
    worst = max(float(np.abs(found - expected).max()) for found in (alone, together[:1])) / scale
    if not worst <= TOLERANCE:
        sys.exit(f"{how['output']} differ by {worst:.2g}; expected at most {TOLERANCE:g}")
    return f"{how['output']} within {worst:.1e} of temper's, alone and in a batch"


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__.strip())
    path = pathlib.Path(sys.argv[1])
    folder = path.parent
    how = json.loads((folder / "preprocess.json").read_text(encoding="utf-8"))
    reference = safetensors(folder / "reference.safetensors")

    onnx.checker.check_model(str(path), full_check=True)
    metadata = {entry.key: entry.value for entry in onnx.load(str(path)).metadata_props}
    for key, value in how.items():
        text = metadata.get(key, "null")
        if value != (text if isinstance(value, str) else json.loads(text)):
            sys.exit(f"{key} is {text} in the model's metadata, but {value} in preprocess.json")
    said = [check_pixels(folder, how, reference)]
    difference = np.abs(normalized(reference["pixels"], how) - reference["input"]).max()
    if not difference <= 1e-5:
        sys.exit(f"the input is not that of the pixels: it differs by {difference:.2g}")
    said.append(check_outputs(str(path), how, reference))
    print(f"{path}: accepted by onnx.checker; {'; '.join(said)}")


if __name__ == "__main__":
    main()

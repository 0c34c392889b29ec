"""Checks a model that `temper export --to onnx` wrote. `temper export --check` contains and runs this file.

    check_onnx.py MODEL.onnx
    check_onnx.py --packages     whether there are the packages that are needed, those of scripts/onnx.txt

onnx.checker accepts the model, Pillow gives the reference's pixels, these are its input, and onnxruntime gives its
output, alone and in a batch. Prints what was compared, or what differs. Exit status: 8 where a package is missing, 9
where something differs.
"""

import json
import pathlib
import sys

MISSING, DIFFERS = 8, 9
TOLERANCE = 1e-4


def end(status, message):
    print(message)
    sys.exit(status)


if not sys.path[0]:
    del sys.path[0]  # `python3 -c` would import packages from the current folder
try:
    import numpy as np
    import onnx
    import onnxruntime
    from PIL import Image, ImageOps
except ImportError as missing:
    end(MISSING, missing)

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
        end(DIFFERS, f"the pixels differ from Pillow's: {np.count_nonzero(pixels != reference['pixels'])} of {pixels.size}")
    return f"{pixels.size} pixels equal to Pillow's"


def check_outputs(model, how, reference):
    """Compares the outputs with onnxruntime's, for one image and for a batch of the image and seven others."""
    try:
        session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    except Exception as refused:
        end(DIFFERS, f"onnxruntime refuses the model: {refused}")
    images = reference["input"]
    batch = np.concatenate([images] + [np.roll(images, shift, axis=3) for shift in range(1, 8)])
    alone = session.run([how["output"]], {how["input"]: images})[0]
    together = session.run([how["output"]], {how["input"]: batch})[0]
    if together.shape != (8, alone.shape[1]):
        end(DIFFERS, f"eight images have outputs of shape {together.shape}")
    expected = reference["output"]
    scale = max(1.0, float(np.abs(expected).max()))
    worst = max(float(np.abs(found - expected).max()) for found in (alone, together[:1])) / scale
    if not worst <= TOLERANCE:
        end(DIFFERS, f"{how['output']} differ from onnxruntime's by {worst:.2g}; expected at most {TOLERANCE:g}")
    return f"{how['output']} within {worst:.1e} of temper's, alone and in a batch"


def main():
    if sys.argv[1:] == ["--packages"]:
        return
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__.strip())
    path = pathlib.Path(sys.argv[1])
    folder = path.parent
    how = json.loads((folder / "preprocess.json").read_text(encoding="utf-8"))
    reference = safetensors(folder / "reference.safetensors")

    try:
        onnx.checker.check_model(str(path), full_check=True)
    except onnx.checker.ValidationError as refused:
        end(DIFFERS, f"onnx.checker refuses the model: {refused}")
    metadata = {entry.key: entry.value for entry in onnx.load(str(path)).metadata_props}
    for key, value in how.items():
        text = metadata.get(key, "null")
        if value != (text if isinstance(value, str) else json.loads(text)):
            end(DIFFERS, f"{key} is {text} in the model's metadata, but {value} in preprocess.json")
    said = [check_pixels(folder, how, reference)]
    difference = np.abs(normalized(reference["pixels"], how) - reference["input"]).max()
    if not difference <= 1e-5:
        end(DIFFERS, f"the input is not that of the pixels: it differs by {difference:.2g}")
    said.append(check_outputs(str(path), how, reference))
    print(f"accepted by onnx.checker; {'; '.join(said)}")


if __name__ == "__main__":
    main()

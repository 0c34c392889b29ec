"""Writes tests/golden/augment/policies_tensorflow.safetensors: the code of tensorflow/tpu,
models/official/efficientnet/autoaugment.py, which is written for TensorFlow 1 and runs here with tensorflow 2.15.1's
compat.v1 and, for tf.contrib.image, tensorflow-addons 0.23.0, its successor.

    python scripts/golden/policies_tensorflow.py AUTOAUGMENT.PY

Tables and images have the names of those of policies.py, whose images are used beside two of its own:
"table SCALE BINS PRIMITIVE" and "rand SCALE BINS IMAGE FILL PRIMITIVE MAGNITUDE NEGATED INTERPOLATION"; the two numbers
after Cutout are the center that it drew, its column and its row."""

import itertools
import os
import pathlib
import sys
import types
from unittest import mock

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow
from tensorflow_addons import image as contrib_image
from golden import primitive
from safetensors.numpy import load_file, save_file

GOLDEN = pathlib.Path(__file__).parents[2] / "tests/golden/augment"
SCALES = {  # the constants of distort_image_with_randaugment() and distort_image_with_autoaugment()
    "tensorflow": (range(31), types.SimpleNamespace(cutout_const=40, translate_const=100)),
    "tensorflow_auto_augment": (range(11), types.SimpleNamespace(cutout_const=100, translate_const=250)),
}
SIGNED = ("Rotate", "ShearX", "ShearY", "TranslateX", "TranslateY")
FILL = [128, 128, 128]
tf = tensorflow.compat.v1


def published(path):
    """The file as a module, with the successors of what it imports from tf.contrib."""
    contrib = types.SimpleNamespace(image=contrib_image, training=None)
    with mock.patch.dict(sys.modules, {"tensorflow.contrib": contrib}):
        module = types.ModuleType("autoaugment")
        exec(compile(path.read_text(), path, "exec"), module.__dict__)
    return module


def drawing(*numbers):
    """Replaces the random numbers by the given ones."""
    return mock.patch.object(tf, "random_uniform", mock.Mock(side_effect=[tf.constant(number) for number in numbers]))


def arguments(autoaugment, name, magnitude, negated, constants):
    with drawing(0.25 if negated else 0.75):
        return autoaugment.level_to_arg(constants)[name](float(magnitude))


def value(name, argument):
    """What Step::value means by an operation's argument."""
    if name == "Posterize":  # TensorFlow limits a shift of 8 bits by 8 and more to 7; by less than 0 it is an error
        return max(1, min(8, argument))
    if name == "Cutout":
        return 2 * argument
    if name.startswith("Translate"):
        return -float(argument)
    return float(argument)


def tables(autoaugment, out):
    for scale, (magnitudes, constants) in SCALES.items():
        for name in autoaugment.NAME_TO_FUNC:
            if arguments(autoaugment, name, 1, False, constants):
                out[f"table {scale} 31 {primitive(name)}"] = np.array(
                    [[value(name, *arguments(autoaugment, name, m, negated, constants)) for negated in (0, 1)]
                     for m in magnitudes], np.float64)


def images(autoaugment, pictures, out):
    constants = SCALES["tensorflow"][1]
    for (subject, picture), (name, function) in itertools.product(pictures.items(), autoaugment.NAME_TO_FUNC.items()):
        if name == "Sharpness" and min(picture.shape[:2]) < 3:
            continue  # an error there
        magnitudes = (0.0, 0.7, 3.7, 9.3) if arguments(autoaugment, name, 1, False, constants) else (0.0,)
        if name.startswith("Shear"):
            magnitudes += (5.0, 10.0)  # some places fall exactly between two pixels
        for magnitude, negated in itertools.product(magnitudes, (0, 1) if name in SIGNED else (0,)):
            values = arguments(autoaugment, name, magnitude, negated, constants)
            filled = [FILL] if name in SIGNED + ("Cutout",) else []
            row, column = picture.shape[0] // 3, picture.shape[1] - 1
            with drawing(row, column):
                result = function(tf.constant(picture), *values, *filled)
            drawn = f"{primitive(name)} {magnitude} {negated} nearest" + (f" {column} {row}" if name == "Cutout" else "")
            out[f"rand tensorflow 31 {subject} 128,128,128 {drawn}"] = result.numpy()


def places():
    """A picture that tells each pixel's place: rounding shows in large pictures."""
    row, column = np.indices((112, 96))
    return np.stack([column, row, (7 * column + 13 * row) % 256], 2).astype(np.uint8)


def rounded(autoaugment, out):
    """What other arithmetic rounds to other pixels and values."""
    constants = SCALES["tensorflow"][1]
    out["image places"] = places()
    for name, magnitude in (("Rotate", 0.7), ("Rotate", 9.3), ("ShearX", 10.0)):
        values = arguments(autoaugment, name, magnitude, False, constants)
        result = autoaugment.NAME_TO_FUNC[name](tf.constant(places()), *values, FILL)
        out[f"rand tensorflow 31 places 128,128,128 {primitive(name)} {magnitude} 0 nearest"] = result.numpy()
    out["image narrow"] = np.arange(3 * 15, dtype=np.uint8).reshape(3, 15, 1).repeat(3, 2) + np.uint8([0, 7, 90])
    result = autoaugment.NAME_TO_FUNC["AutoContrast"](tf.constant(out["image narrow"]))
    out["rand tensorflow 31 narrow 128,128,128 auto_contrast 0.0 0 nearest"] = result.numpy()


def main():
    autoaugment = published(pathlib.Path(sys.argv[1]))
    pictures = {name.split()[1]: pixels for name, pixels in load_file(GOLDEN / "policies.safetensors").items()
                if name.startswith("image ") and pixels.shape[2] == 3}
    out = {f"image {name}": pixels for name, pixels in pictures.items()}
    tables(autoaugment, out)
    images(autoaugment, pictures, out)
    rounded(autoaugment, out)
    save_file({name: np.ascontiguousarray(array) for name, array in out.items()},
              GOLDEN / "policies_tensorflow.safetensors")


if __name__ == "__main__":
    main()

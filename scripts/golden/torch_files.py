"""Writes tests/golden/io/torch/ with torch 2.11.0: files of torch.save, and expected.json with the names, types, shapes
and bytes that each of them should give, or none for those that are refused. Reading two of them in Python with
weights_only=False would run a command, "touch temper-ran-a-command".

The fuzz target reads these files, too, and the pickles of two more, in fuzz/corpus/torch_file/.
"""

import argparse
import collections
import io
import json
import os
import pathlib
import zipfile

import torch
from dtypes import DTYPES

ROOT = pathlib.Path(__file__).parents[2]
FOLDER = ROOT / "tests/golden/io/torch"
CORPUS = ROOT / "fuzz/corpus/torch_file"
NAMES = {dtype: name for name, dtype in DTYPES.items()}
expected = {}


class Command:
    def __reduce__(self):
        return os.system, ("touch temper-ran-a-command",)


def described(name: str, tensor: torch.Tensor) -> dict:
    flat = tensor.detach().contiguous().reshape(-1)
    data = bytes(flat.view(torch.uint8).tolist()) if flat.numel() else b""
    return {"name": name, "dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "bytes": data.hex()}


def write(file: str, value: object, tensors: dict | None, key: str = "", **options) -> None:
    torch.save(value, FOLDER / file, **options)
    if tensors is not None:
        expected[file] = {"key": key, "tensors": [described(*item) for item in tensors.items()]}


def types() -> dict:
    """Each tensor is [[0, 1, 2], [3, 4, 5]] in its type, or whether that is odd."""
    six = torch.arange(6).reshape(2, 3)
    tensors = {name: (six % 2 == 1) if dtype == torch.bool else six.to(dtype) for name, dtype in DTYPES.items()}
    return {**tensors, "scalar": torch.tensor(1.5), "nothing": torch.zeros(0, 4), 'a "name" with ü': torch.tensor([7])}


def layouts() -> dict:
    shared = torch.arange(24.0)
    square = shared.reshape(4, 6)
    tagged = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
    tagged.tag = "a parameter with an attribute"
    noted = torch.tensor([3.0, 4.0])
    noted.note = "a tensor with an attribute"
    return {
        "whole": shared,
        "part": shared[5:9],
        "transposed": square.t(),
        "every other": square[1:, ::2],
        "permuted": shared.reshape(2, 3, 4).permute(2, 0, 1),
        "diagonal": square.diagonal(),
        "expanded": torch.tensor([[1], [2]], dtype=torch.int16).expand(2, 3),
        "channels last": torch.arange(24, dtype=torch.float16).reshape(1, 2, 3, 4).to(memory_format=torch.channels_last),
        "bytes": torch.arange(6, dtype=torch.uint8).reshape(2, 3).t(),
        "doubles": torch.arange(6, dtype=torch.float64).reshape(2, 3).t(),
        "ones": torch.arange(3.0).reshape(1, 3, 1).as_strided((1, 3, 1), (7, 1, 9)),
        "parameter": torch.nn.Parameter(square.t()[:2]),
        "tagged": tagged,
        "noted": noted,
    }


def network() -> torch.nn.Module:
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Conv2d(1, 2, 2), torch.nn.BatchNorm2d(2))


def checkpoint() -> None:
    model = torch.nn.DataParallel(network())
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.ones(2, 1, 3, 3)).sum().backward()
    optimizer.step()
    value = {
        "epoch": 3,
        "best": (0.5, None, True, -7, 1 << 40, 1 << 80, b"bytes", {1, 2}, [[]]),
        "args": argparse.Namespace(lr=0.1, name="a", decay=None),
        "optimizer": optimizer.state_dict(),
        "model": model.state_dict(),
    }
    value["itself"] = value
    write("checkpoint.pth", value, network_tensors(model), "model")


def network_tensors(model: torch.nn.Module) -> dict:
    return {name.removeprefix("module."): tensor for name, tensor in model.state_dict().items()}


def deflated(source: str, file: str) -> None:
    with zipfile.ZipFile(FOLDER / source) as old, zipfile.ZipFile(FOLDER / file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name), old.read(name), zipfile.ZIP_DEFLATED)
    expected[file] = expected[source]


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    CORPUS.mkdir(parents=True, exist_ok=True)
    write("types.pth", types(), types())
    deflated("types.pth", "deflated.pth")
    torch.serialization.set_crc32_options(False)  # so that a change by a test is not noticed at once
    write("layouts.pth", layouts(), layouts())
    write("protocol4.pth", layouts(), layouts(), pickle_protocol=4)
    torch.serialization.set_crc32_options(True)
    checkpoint()

    weights, average = {"w": torch.tensor([1.0])}, {"_orig_mod.module.w": torch.tensor([2.0])}
    averages = {"state_dict": weights, "state_dict_ema": average}
    write("average.pth", averages, {"w": torch.tensor([2.0])}, "state_dict_ema")
    write("no_average.pth", {"model_ema": None, "model": collections.OrderedDict(weights)}, weights, "model")
    write("elsewhere.pth", {"callback": Command(), "model": weights}, weights, "model")
    write("inside.pth", {"model": {**weights, "b": Command()}}, None)
    write("old.pth", weights, None, _use_new_zipfile_serialization=False)
    write("module.pth", torch.nn.Flatten(), None)
    torch.jit.script(torch.nn.Flatten()).save(FOLDER / "script.pt")

    for protocol in (2, 4):
        buffer = io.BytesIO()
        torch.save(layouts(), buffer, pickle_protocol=protocol)
        with zipfile.ZipFile(buffer) as archive:
            (CORPUS / f"protocol{protocol}").write_bytes(archive.read("archive/data.pkl"))
    (FOLDER / "expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")


main()

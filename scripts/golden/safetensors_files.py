"""Writes tests/golden/io/*.safetensors with Python's safetensors 0.8.0, numpy 2.3.5 and, for
bfloat16, torch 2.11.0."""

import pathlib

import torch
from dtypes import DTYPES
from safetensors.torch import save_file

FOLDER = pathlib.Path(__file__).parents[2] / "tests/golden/io"

# Each tensor is [[0, 1, 2], [3, 4, 5]] in its type, or whether that is odd.
six = torch.arange(6).reshape(2, 3)
tensors = {
    name: (six % 2 == 1) if dtype == torch.bool else six.to(dtype) for name, dtype in DTYPES.items()
}
tensors["scalar"] = torch.tensor(1.5)
tensors["nothing"] = torch.zeros(0, 4)
tensors['a "name" with ü'] = torch.tensor([7], dtype=torch.uint8)

FOLDER.mkdir(parents=True, exist_ok=True)
save_file(tensors, FOLDER / "types.safetensors", {"framework": "pt", "classes": '["Jäger", "a"]'})
save_file({}, FOLDER / "empty.safetensors")

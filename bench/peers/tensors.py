"""Reads safetensors files (8 bytes with the size of the header, a JSON header, the data of the tensors) into torch
tensors."""

import json
import pathlib
import struct

import torch

TYPES = {"F32": torch.float32, "I64": torch.int64}


def load(file: pathlib.Path) -> dict[str, torch.Tensor]:
    content = bytearray(file.read_bytes())
    (size,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + size])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + size + offset for offset in entry["data_offsets"])
        values = torch.frombuffer(content[begin:end], dtype=TYPES[entry["dtype"]])
        tensors[name] = values.reshape(entry["shape"]).clone()
    return tensors

"""Writes tests/golden/model/timm_names.json: of every network that temper/model/timm_names.cpp names, the number of
tensors and of parameters of timm 1.0.31's network of that name, and a hash of its tensors' names and shapes; and
tests/golden/train/: the config.json that timm saves beside weights, for networks with and without their own input."""

import json
import pathlib
import re
import tempfile

import timm
import torch
from golden import coordinate, write

NAMES = pathlib.Path(__file__).parents[2] / "temper/model/timm_names.cpp"


def described(name):
    with torch.device("meta"):
        model = timm.create_model(name)
    state = model.state_dict()
    lines = sorted(f"{key} {list(value.shape)}" for key, value in state.items())
    return {
        "tensors": len(state),
        "parameters": sum(p.numel() for p in model.parameters()),
        "hash": format(coordinate("\n".join(lines)), "016x"),
    }


def saved_config(name, **options):
    model = timm.create_model(name, **options)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "config.json"
        labels = [f"class {i}" for i in range(model.num_classes)] if model.num_classes < 10 else None
        timm.models._hub.save_config_for_hf(model, path, model_config={"label_names": labels} if labels else None)
        return json.loads(path.read_text())


names = re.findall(r'\{"(\w+)",\s', NAMES.read_text()) + re.findall(r'emplace_back\("(\w+)"', NAMES.read_text())
write("model/timm_names.json", ["torch", "timm"], {name: described(name) for name in names})
write(
    "train/timm_config.json",
    ["torch", "timm"],
    {
        "resnet18": saved_config("resnet18", num_classes=3),
        "resnetrs50": saved_config("resnetrs50"),
        "tf_efficientnet_lite0": saved_config("tf_efficientnet_lite0"),
        "convnext_tiny": saved_config("convnext_tiny"),
        "gray": saved_config("resnet18", in_chans=1, num_classes=2),
    },
)

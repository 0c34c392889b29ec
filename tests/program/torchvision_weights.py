"""torchvision_weights.py RUN TEST: loads a run's weights, raw and averaged, into torchvision's resnet18
by name, and checks that the averaged ones give the run's logits of the images in TEST."""

import json
import pathlib
import sys

import numpy as np
import torch
import torchvision
from PIL import Image
from safetensors import safe_open

TOLERANCE = 1e-4


def load(path: pathlib.Path) -> tuple[torch.nn.Module, dict]:
    with safe_open(path, "pt") as file:
        metadata = file.metadata()
        state = {name: file.get_tensor(name) for name in file.keys()}
    model = torchvision.models.resnet18(num_classes=len(json.loads(metadata["temper.classes"])))
    model.load_state_dict(state, strict=True)
    return model.eval(), metadata


def images(folder: pathlib.Path, metadata: dict) -> torch.Tensor:
    """In the order of the run's test set: by class, then by name."""
    mean, std = (torch.tensor(json.loads(metadata[f"temper.{key}"])) for key in ("mean", "std"))
    pixels = [np.asarray(Image.open(path).convert("RGB")) for path in sorted(folder.rglob("*.png"))]
    return (torch.from_numpy(np.stack(pixels)) / 255).sub(mean).div(std).permute(0, 3, 1, 2)


@torch.no_grad()
def main() -> None:
    run, test = map(pathlib.Path, sys.argv[1:])
    load(run / "model.safetensors")
    model, metadata = load(run / "model-ema.safetensors")
    found = model(images(test, metadata).contiguous(memory_format=torch.channels_last))
    with safe_open(run / "predictions.safetensors", "pt") as file:
        expected = file.get_tensor("logits")
    assert found.shape == expected.shape, (found.shape, expected.shape)
    apart = (found - expected).abs().max().item()
    print(f"{len(found)} images: logits up to {expected.abs().max():.3g}, at most {apart:.2g} apart")
    assert apart < TOLERANCE and expected.std() > 0.01


main()

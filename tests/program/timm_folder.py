"""timm_folder.py FOLDER RUN TEST: opens FOLDER with timm, reads the pictures in TEST as its config.json says, and checks
that the logits are those of the run, and that transformers' pipeline predicts the same classes. Its exit status is 77
where transformers is not installed."""

import importlib.util
import pathlib
import sys

import timm
import torch
from PIL import Image
from safetensors import safe_open

TOLERANCE = 1e-4


@torch.no_grad()
def main() -> None:
    folder, run, test = map(pathlib.Path, sys.argv[1:])
    model = timm.create_model(f"local-dir:{folder}", pretrained=True).eval()
    transform = timm.data.create_transform(**timm.data.resolve_model_data_config(model), is_training=False)
    paths = sorted(test.rglob("*.png"))
    found = model(torch.stack([transform(Image.open(path).convert("RGB")) for path in paths]))
    with safe_open(run / "predictions.safetensors", "pt") as file:
        expected = file.get_tensor("logits")
    apart = (found - expected).abs().max().item()
    print(f"timm: {len(found)} images, logits up to {expected.abs().max():.3g}, at most {apart:.2g} apart")
    assert apart < TOLERANCE and expected.std() > 0.01
    labels = model.pretrained_cfg["label_names"]
    assert labels == sorted(path.name for path in test.iterdir()), labels
    if importlib.util.find_spec("transformers") is None:
        print("skipped: compared with timm, but not with transformers, which is not installed")
        sys.exit(77)
    from transformers import pipeline

    answers = pipeline("image-classification", model=str(folder))([str(path) for path in paths], top_k=1)
    same = [answer[0]["label"] == labels[row.argmax()] for answer, row in zip(answers, expected, strict=True)]
    print(f"transformers: {sum(same)} of {len(same)} classes are the same")
    assert all(same)


main()

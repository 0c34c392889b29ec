"""published_weights.py FOLDER PREDICTED: opens FOLDER with timm, reads the pictures that `temper predict --json` has written
into PREDICTED as its config.json says, and checks that the classes are the same, and the logits but for the constant of each
picture that the softmax does not depend on. Its exit status is 77 with Pillow 12 or later, whose pixels differ where a picture
is far taller than wide."""

import itertools
import json
import pathlib
import sys

import PIL
import timm
import torch
from PIL import Image

TOLERANCE = 1e-4


def logits(predicted):
    """Logits of mean 0, by the place of the class."""
    by_class = {top["class"]: top["probability"] for top in predicted["top"]}
    values = torch.tensor([by_class[name] for name in sorted(by_class)], dtype=torch.float64).log()
    return values - values.mean()


@torch.no_grad()
def main() -> None:
    if int(PIL.__version__.split(".")[0]) >= 12:
        print(f"skipped: Pillow {PIL.__version__}; name a Python with Pillow 11 in TEMPER_BENCH_PYTHON")
        sys.exit(77)
    folder, predicted = map(pathlib.Path, sys.argv[1:])
    model = timm.create_model(f"local-dir:{folder}", pretrained=True).eval()
    transform = timm.data.create_transform(**timm.data.resolve_model_data_config(model), is_training=False)
    names = model.pretrained_cfg["label_names"]
    assert names == sorted(names)
    count = same = 0
    apart = 0.0
    with predicted.open() as lines:
        while batch := list(map(json.loads, itertools.islice(lines, 32))):
            images = torch.stack([transform(Image.open(each["image"]).convert("RGB")) for each in batch])
            expected = model(images).double()
            expected -= expected.mean(1, keepdim=True)
            found = torch.stack(list(map(logits, batch)))
            count += len(batch)
            same += (found.argmax(1) == expected.argmax(1)).sum().item()
            apart = max(apart, (found - expected).abs().max().item())
    print(f"timm: {same} of {count} classes are the same, logits at most {apart:.2g} apart")
    assert count > 0 and same == count and apart < TOLERANCE


main()

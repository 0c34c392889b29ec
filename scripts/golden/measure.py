"""Writes tests/golden/measure/measure.json: what torchmetrics 1.9.0 and scipy 1.16.3 say.

Run with torch 2.11.0, torchmetrics 1.9.0 and scipy 1.16.3. Logits are multiples of 1/256,
so that text carries them exactly; some rows are saturated.
"""

import json
import pathlib

import torch
from scipy.stats import binomtest
from torchmetrics.functional import classification as tm

ROWS, CLASSES = 240, 7


def packed(tensor):
    return {"shape": list(tensor.shape), "values": tensor.flatten().tolist()}


def main():
    generator = torch.Generator().manual_seed(3)
    labels = torch.randint(CLASSES - 1, (ROWS,), generator=generator)  # the last class has no images
    logits = torch.randn(ROWS, CLASSES, generator=generator, dtype=torch.float64) * 1.5
    logits[torch.arange(ROWS), labels] += 1.5
    logits[:12] *= 6
    logits[:, 1] -= 100 * (labels == 0)  # saturates the softmax without making it exactly one
    # Definitions differ between equal logits, so no row has any; temper's own tests state its rule.
    logits = (logits * 16).round() / 16 + torch.arange(CLASSES) / 256
    keywords = {"num_classes": CLASSES, "validate_args": True}
    golden = {
        "logits": packed(logits),
        "labels": packed(labels),
        "top1": tm.multiclass_accuracy(logits, labels, average="micro", **keywords).item(),
        "confusion": tm.multiclass_confusion_matrix(logits, labels, **keywords).tolist(),
        "recall": tm.multiclass_recall(logits, labels, average="none", **keywords).tolist(),
        "precision": tm.multiclass_precision(logits, labels, average="none", **keywords).tolist(),
        "ece15": tm.multiclass_calibration_error(logits, labels, n_bins=15, norm="l1", **keywords).item(),
        "ece4": tm.multiclass_calibration_error(logits, labels, n_bins=4, norm="l1", **keywords).item(),
        "nll": torch.nn.functional.cross_entropy(logits, labels).item(),
        "top3": tm.multiclass_accuracy(logits, labels, average="micro", top_k=3, **keywords).item(),
        "wilson": [],
    }
    for successes, trials in [(0, 1), (1, 1), (0, 20), (20, 20), (7, 10), (9213, 10000), (1, 100000)]:
        interval = binomtest(successes, trials).proportion_ci(confidence_level=0.95, method="wilson")
        golden["wilson"].append([successes, trials, interval.low, interval.high])
    path = pathlib.Path(__file__).parents[2] / "tests/golden/measure/measure.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")


main()

"""Writes tests/golden/loss/cross_entropy.json: PyTorch 2.11.0's cross-entropy, label smoothing and
gradients in float64."""

import torch
import torch.nn.functional as F
from golden import tensor, write

ROWS, CLASSES = 8, 10
generator = torch.Generator().manual_seed(1)
logits = (torch.randn(ROWS, CLASSES, generator=generator, dtype=torch.float64) * 48).round() / 16
labels = torch.randint(CLASSES, (ROWS,), generator=generator)
soft = torch.rand(ROWS, CLASSES, generator=generator, dtype=torch.float64)
soft /= soft.sum(1, keepdim=True)


def case(targets, smoothing=0.0):
    leaf = logits.clone().requires_grad_()
    loss = F.cross_entropy(leaf, targets, label_smoothing=smoothing)
    loss.backward()
    return {"loss": loss.item(), "gradient": tensor(leaf.grad)}


write(
    "loss/cross_entropy.json",
    ["torch"],
    {
        "logits": tensor(logits),
        "labels": tensor(labels),
        "soft": tensor(soft),
        "hard": case(labels),
        "hard_smoothed_0.1": case(labels, 0.1),
        "soft_plain": case(soft),
        "soft_smoothed_0.2": case(soft, 0.2),
    },
)

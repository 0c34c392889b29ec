"""Shared by the scripts for networks: weights and images from a formula, and what a network makes of them."""

import numpy as np
import torch
from golden import tensor

CLASSES, IMAGES = 10, 4


def noise(count, stream):
    """Numbers in [-0.5, 0.5), the same on every machine: multiplicative hashing in 32 bits."""
    i = np.arange(count, dtype=np.uint64) + np.uint64(stream * 1000003)
    x = (i * np.uint64(2654435761)) & np.uint64(0xFFFFFFFF)
    x = ((x ^ (x >> np.uint64(15))) * np.uint64(2246822519)) & np.uint64(0xFFFFFFFF)
    x = x ^ (x >> np.uint64(13))
    return torch.from_numpy(x.astype(np.float64) / 2**32 - 0.5)


def fill(model):
    for stream, (name, value) in enumerate(model.state_dict().items()):
        u = noise(value.numel(), stream).reshape(value.shape)
        if value.dim() > 1:
            value.copy_(u * (24 / (value[0].numel())) ** 0.5)
        elif name.endswith("running_var") or (value.dim() == 1 and name.endswith("weight")):
            value.copy_(1 + u)
        elif value.is_floating_point():
            value.copy_(u / 2)


def case(model, side, channels=3):
    model = model.double()
    fill(model)
    images = noise(IMAGES * channels * side * side, 999).reshape(IMAGES, channels, side, side)
    golden = {
        "side": side,
        "channels": channels,
        "state": [[name, list(value.shape)] for name, value in model.state_dict().items()],
    }
    with torch.no_grad():
        golden["evaluated"] = tensor(model.eval()(images))
    logits = model.train()(images)
    logits.square().mean().backward()
    golden["trained"] = tensor(logits)
    golden["gradient_norms"] = [p.grad.norm().item() for p in model.parameters() if p.requires_grad]
    golden["running_var_sums"] = [
        b.sum().item() for n, b in model.named_buffers() if n.endswith("running_var")
    ]
    return golden


def variant(model, side, channels=3):
    """As case(), with names, and beside the norm of each gradient its product with a fixed vector."""
    golden = case(model, side, channels)
    golden["gradients"] = [
        [name, p.grad.norm().item(), (p.grad.flatten() * noise(p.numel(), 5000 + i)).sum().item()]
        for i, (name, p) in enumerate((name, p) for name, p in model.named_parameters() if p.requires_grad)
    ]
    golden["running_var_sums"] = [
        [name, b.sum().item()] for name, b in model.named_buffers() if name.endswith("running_var")
    ]
    del golden["gradient_norms"]
    return golden

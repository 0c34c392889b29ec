"""Shared by the scripts for networks: what a network makes of weights and images from the formula."""

import torch
from formula import fill, noise
from golden import tensor

CLASSES, IMAGES = 10, 4


def computed(model, side, channels=3):
    """Logits in evaluation and in training; leaves the gradients of their mean square in the model."""
    images = noise(IMAGES * channels * side * side, 999).reshape(IMAGES, channels, side, side)
    with torch.no_grad():
        evaluated = model.eval()(images)
    logits = model.train()(images)
    logits.square().mean().backward()
    return {"evaluated": tensor(evaluated), "trained": tensor(logits)}


def case(model, side, channels=3):
    model = model.double()
    fill(model)
    golden = {
        "side": side,
        "channels": channels,
        "state": [[name, list(value.shape)] for name, value in model.state_dict().items()],
        **computed(model, side, channels),
    }
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

"""Writes tests/golden/optim/around.json: gradient clipping of torch 2.11.0 and timm 1.0.31; Lookahead and
SAM of pytorch_optimizer 4.1.0 around torch.optim.SGD, 25 steps on the loss sum(c * w^4) / 4."""

import torch
from golden import tensor, write
from pytorch_optimizer import SAM, Lookahead
from timm.utils.agc import adaptive_clip_grad

STEPS, LR = 25, 0.004
generator = torch.Generator().manual_seed(1)
torch.Tensor.float = lambda tensor: tensor  # otherwise SAM would compute its norm in float32
SHAPES = {"conv": (4, 3, 3, 3), "linear": (5, 4), "bias": (5,)}


def sixteenths(*shape):
    return (torch.randn(*shape, generator=generator, dtype=torch.float64) * 16).round() / 16


weights = {name: sixteenths(*shape) for name, shape in SHAPES.items()}
gradients = {name: sixteenths(*shape) * 4 for name, shape in SHAPES.items()}
curvatures = {name: sixteenths(*shape).abs() / 4 for name, shape in SHAPES.items()}


def parameters():
    return {name: torch.nn.Parameter(value.clone()) for name, value in weights.items()}


def clipped(apply):
    values = parameters()
    for name, value in values.items():
        value.grad = gradients[name].clone()
    apply(list(values.values()))
    return {name: tensor(value.grad) for name, value in values.items()}


def differentiate(values):
    for name, value in values.items():
        value.grad = curvatures[name] * value.detach() ** 3


def lookahead(k, alpha):
    values = parameters()
    optimizer = Lookahead(torch.optim.SGD(values.values(), lr=LR, momentum=0.9), k=k, alpha=alpha,
                          pullback_momentum="none")
    for _ in range(STEPS):
        differentiate(values)
        optimizer.step()
    return {name: tensor(value) for name, value in values.items()}


def sam(rho, adaptive):
    values = parameters()
    optimizer = SAM(values.values(), torch.optim.SGD, rho=rho, adaptive=adaptive, lr=LR, momentum=0.9)
    for _ in range(STEPS):
        differentiate(values)
        optimizer.first_step(zero_grad=True)
        differentiate(values)
        optimizer.second_step(zero_grad=True)
    return {name: tensor(value) for name, value in values.items()}


def listed(values):
    return {name: tensor(value) for name, value in values.items()}


write("optim/around.json", ["torch", "timm", "pytorch_optimizer"], {
    "lr": LR,
    "weights": listed(weights),
    "gradients": listed(gradients),
    "curvatures": listed(curvatures),
    "clip": [
        {"options": {"kind": "norm", "max_norm": 1.5},
         "values": clipped(lambda p: torch.nn.utils.clip_grad_norm_(p, 1.5))},
        {"options": {"kind": "norm", "max_norm": 1e3},
         "values": clipped(lambda p: torch.nn.utils.clip_grad_norm_(p, 1e3))},
        {"options": {"kind": "value", "clip_value": 0.7},
         "values": clipped(lambda p: torch.nn.utils.clip_grad_value_(p, 0.7))},
        {"options": {"kind": "adaptive", "clip_factor": 0.6, "eps": 1e-3},
         "values": clipped(lambda p: adaptive_clip_grad(p, 0.6))},
    ],
    "lookahead": [
        {"options": {"k": 5, "alpha": 0.5}, "values": lookahead(5, 0.5)},
        {"options": {"k": 3, "alpha": 0.8}, "values": lookahead(3, 0.8)},
    ],
    "sam": [
        {"options": {"rho": 0.05, "adaptive": False}, "values": sam(0.05, False)},
        {"options": {"rho": 1.0, "adaptive": True}, "values": sam(1.0, True)},
    ],
})

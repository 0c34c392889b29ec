"""Writes tests/golden/schedule/schedule.json: 1,000 learning rates of timm 1.0.31's CosineLRScheduler
and of PyTorch 2.11.0's SequentialLR of LinearLR and CosineAnnealingLR or ConstantLR."""

import warnings

import torch
from golden import write
from timm.scheduler import CosineLRScheduler
from torch.optim import lr_scheduler as lrs

STEPS, WARMUP = 1000, 137
warnings.simplefilter("ignore")  # PyTorch's own, about its epoch argument


def optimizer(lr):
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)


def timm_cosine():
    sgd = optimizer(0.4)
    schedule = CosineLRScheduler(sgd, t_initial=STEPS - WARMUP, lr_min=0.001, warmup_t=WARMUP,
                                 warmup_lr_init=0.01, warmup_prefix=True)
    values = []
    for step in range(STEPS):
        schedule.step(step)
        values.append(sgd.param_groups[0]["lr"])
    return values


def torch_sequence(after):
    sgd = optimizer(0.4)
    warm = lrs.LinearLR(sgd, start_factor=0.25, total_iters=WARMUP)
    schedule = lrs.SequentialLR(sgd, [warm, after(sgd)], milestones=[WARMUP])
    values = []
    for _ in range(STEPS):
        values.append(sgd.param_groups[0]["lr"])
        sgd.step()
        schedule.step()
    return values


write(
    "schedule/schedule.json",
    ["torch", "timm"],
    {
        "timm_cosine": timm_cosine(),
        "torch_cosine": torch_sequence(lambda sgd: lrs.CosineAnnealingLR(sgd, STEPS - WARMUP, eta_min=0.002)),
        "torch_constant": torch_sequence(lambda sgd: lrs.ConstantLR(sgd, factor=1.0)),
    },
)

"""Writes tests/golden/regularize/: ModelEmaV3 of timm 1.0.31 over a BatchNorm's tensors, with its
warm-up and without, and AveragedModel of torch 2.11.0 over a matrix, float64."""

import torch
from golden import tensor, write
from timm.utils import ModelEmaV3
from torch.optim.swa_utils import AveragedModel

UPDATES, DECAY = 30, 0.9
generator = torch.Generator().manual_seed(1)
module = torch.nn.BatchNorm1d(3).double()


def values():
    """New values for all tensors of the module, including the integer one."""
    for name, value in module.state_dict().items():
        fresh = torch.randn(value.shape, generator=generator, dtype=torch.float64) * 16
        value.copy_(fresh.round() / 16 if value.is_floating_point() else fresh.round().abs())


def snapshot(m):
    return {name: tensor(value) for name, value in m.state_dict().items()}


values()
golden = {"decay": DECAY, "names": list(module.state_dict()), "trajectory": [snapshot(module)]}
none = ModelEmaV3(module, decay=DECAY)
warm = ModelEmaV3(module, decay=DECAY, use_warmup=True)
for update in range(UPDATES):
    values()
    golden["trajectory"].append(snapshot(module))
    none.update(module)
    warm.update(module, step=update + 1)
write("regularize/ema.json", ["timm", "torch"],
      {**golden, "none": snapshot(none.module), "timm": snapshot(warm.module)})

matrix = torch.nn.Linear(3, 2, bias=False).double()
swa = AveragedModel(matrix)
trajectory = []
for _ in range(UPDATES):
    with torch.no_grad():
        matrix.weight.copy_((torch.randn(2, 3, generator=generator, dtype=torch.float64) * 16).round() / 16)
    trajectory.append(tensor(matrix.weight))
    swa.update_parameters(matrix)
write("regularize/swa.json", ["torch"], {"trajectory": trajectory, "mean": tensor(swa.module.weight)})

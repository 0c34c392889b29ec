"""Writes tests/golden/regularize/drop.json: dropout and drop path of timm 1.0.31, torchvision 0.26.0 and torch 2.11.0
applied to an activation, with the masks that they drew, float64. TensorFlow's DropBlock as used in ResNet-RS is
reimplemented below, as are ShakeDrop and the drop rates of blocks from their papers' code."""

import math
from unittest import mock

import torch
import torch.nn.functional as F
import torchvision
from golden import tensor, write
from timm.layers.drop import calculate_drop_path_rates, drop_block_2d, drop_path

generator = torch.Generator().manual_seed(1)
x = (torch.randn(3, 2, 8, 5, generator=generator, dtype=torch.float64) * 16).round() / 16


class Recorded:
    """While active, Tensor.bernoulli_ draws from the generator above and records what it drew."""

    def __enter__(self):
        self.drawn = []
        draw = torch.Tensor.bernoulli_

        def recording(values, p=0.5, **_):
            draw(values, p, generator=generator)
            self.drawn.append(values.clone())
            return values

        self.patch = mock.patch.object(torch.Tensor, "bernoulli_", recording)
        self.patch.start()
        return self

    def __exit__(self, *_):
        self.patch.stop()


def tensorflow_drop_block(x, rate, size, noise):
    """tensorflow/tpu, models/official/resnet/resnet_model.py, dropblock(); NCHW, any height and width."""
    height, width = x.shape[2:]
    block_h, block_w = min(size, height), min(size, width)
    gamma = rate * height * width / (block_h * block_w) / ((height - block_h + 1) * (width - block_w + 1))
    h, w = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    valid = ((h >= block_h // 2) & (h < height - (block_h - 1) // 2)
             & (w >= block_w // 2) & (w < width - (block_w - 1) // 2)).double()
    pattern = ((1 - valid + (1 - gamma) + noise) >= 1).double()
    # max_pool with padding SAME: for an even size one more after than before.
    pad = ((block_w - 1) // 2, block_w // 2, (block_h - 1) // 2, block_h // 2)
    pattern = -F.max_pool2d(F.pad(-pattern, pad, value=-2), (block_h, block_w), stride=1)
    kept = pattern.sum() / pattern.numel()
    return x / kept * pattern, gamma, (noise < gamma).double()


blocks = []
for size in (3, 4, 7):
    for shared in (False, True):
        with Recorded() as record:
            y = drop_block_2d(x, drop_prob=0.2, block_size=size, couple_channels=shared)
        blocks.append({"options": {"kind": "drop_block", "p": 0.2, "block_size": size, "form": "timm", "couple_channels": shared},
                       "centres": tensor(record.drawn[0]), "y": tensor(y)})
    noise = torch.rand(x.shape, generator=generator, dtype=torch.float64)
    y, gamma, centres = tensorflow_drop_block(x, 0.2, size, noise)
    blocks.append({"options": {"kind": "drop_block", "p": 0.2, "block_size": size, "form": "tensorflow", "couple_channels": False},
                   "gamma": gamma, "centres": tensor(centres), "y": tensor(y)})

depth = []
for name, call in {
    "timm": lambda: drop_path(x, 0.4, training=True),
    "timm_unscaled": lambda: drop_path(x, 0.4, training=True, scale_by_keep=False),
    "torchvision_row": lambda: torchvision.ops.stochastic_depth(x, 0.4, "row"),
    "torchvision_batch": lambda: torchvision.ops.stochastic_depth(x, 0.4, "batch"),
}.items():
    with Recorded() as record:
        y = call()
    depth.append({"name": name, "rate": 0.4, "kept": tensor((record.drawn[0] != 0).double().flatten()), "y": tensor(y)})

torch.manual_seed(3)
dropped = F.dropout(x, 0.3)

stages = [2, 3, 4, 1]
rates = {
    "linear_from_zero": calculate_drop_path_rates(0.3, sum(stages)),
    # torchvision's EfficientNet: stochastic_depth_prob * stage_block_id / total_stage_blocks
    "linear_open": [0.3 * float(block) / sum(stages) for block in range(sum(stages))],
    # Huang et al., main.lua: deathRate * l / L
    "linear": [0.3 * block / sum(stages) for block in range(1, sum(stages) + 1)],
    # tensorflow/tpu, resnet_rs: get_drop_connect_rate(init_rate, block_num, total_blocks) = rate * block_num / 5 at
    # block groups 2 to 5
    "per_stage": [0.3 * group / 5 for group, count in zip((2, 3, 4, 5), stages) for _ in range(count)],
}

# Yamada et al. through owruby/shake-drop_pytorch: forward alpha * x, backward beta * grad.
alpha = torch.rand(3, 1, 1, 1, generator=generator, dtype=torch.float64) * 2 - 1
beta = torch.rand(3, 1, 1, 1, generator=generator, dtype=torch.float64)


class ShakeDrop(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, alpha, beta):
        ctx.save_for_backward(beta)
        return alpha * x

    @staticmethod
    def backward(ctx, grad):
        return ctx.saved_tensors[0] * grad, None, None


branch = x.clone().requires_grad_(True)
out = ShakeDrop.apply(branch, alpha, beta)
(out.square() / 2).sum().backward()

write("regularize/drop.json", ["torch", "torchvision", "timm"], {
    "x": tensor(x),
    "drop_block": blocks,
    "depth": depth,
    "dropout": {"rate": 0.3, "kept": tensor((dropped != 0).double()), "y": tensor(dropped)},
    "stages": stages,
    "rates": {"rate": 0.3, **rates},
    "shake_drop": {"alpha": tensor(alpha), "beta": tensor(beta), "y": tensor(out), "gradient": tensor(branch.grad)},
    "gradient_noise": {"eta": 0.3, "gamma": 0.55, "deviations": [math.sqrt(0.3 / (1 + t) ** 0.55) for t in range(5)]},
})

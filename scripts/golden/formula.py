"""Weights and images of networks from a formula of name and index, which tests/support/reference_network.h repeats."""

import numpy as np
import torch


def noise(count, stream):
    """Numbers in [-0.5, 0.5), the same on every machine: multiplicative hashing in 32 bits."""
    i = np.arange(count, dtype=np.uint64) + np.uint64(stream * 1000003 % 2**64)
    x = (i * np.uint64(2654435761)) & np.uint64(0xFFFFFFFF)
    x = ((x ^ (x >> np.uint64(15))) * np.uint64(2246822519)) & np.uint64(0xFFFFFFFF)
    x = x ^ (x >> np.uint64(13))
    return torch.from_numpy(x.astype(np.float64) / 2**32 - 0.5)


def fill(model, stream_of=None, norm_weight=1):
    """`stream_of` makes a tensor's stream of its name; else it is the tensor's place in the state. `norm_weight` is the mean
    of the weights of normalizations."""
    for place, (name, value) in enumerate(model.state_dict().items()):
        u = noise(value.numel(), stream_of(name) if stream_of else place).reshape(value.shape)
        if value.dim() > 1:
            value.copy_(u * (24 / (value[0].numel())) ** 0.5)
        elif name.endswith("running_var"):
            value.copy_(1 + u)
        elif value.dim() == 1 and name.endswith("weight"):
            value.copy_(norm_weight * (1 + u))
        elif value.is_floating_point():
            value.copy_(u / 2)

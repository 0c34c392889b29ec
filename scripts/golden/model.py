"""Writes tests/golden/model/resnet.json: names, sizes, counts, logits and gradients of torchvision
0.26's residual networks, with weights from a formula that the test repeats; and layer_decay.json: the
factors by which timm 1.0.31 multiplies the learning rate of each parameter of resnet18 and resnet50."""

import numpy as np
import timm
import torch
import torchvision
from golden import tensor, write
from timm.optim import param_groups_layer_decay
from torchvision.models import resnet
from torchvision.models.resnet import BasicBlock, Bottleneck

CLASSES, SIDE, IMAGES = 10, 64, 4


class Small(resnet.ResNet):
    """torchvision's blocks behind a 3x3 stem, in three stages."""

    def __init__(self, block, blocks, width, stride=1, channels=3, stem=None, pool=1):
        torch.nn.Module.__init__(self)
        self._norm_layer = torch.nn.BatchNorm2d
        self.inplanes, self.dilation, self.groups, self.base_width = stem or width, 1, 1, 64
        self.conv1 = torch.nn.Conv2d(channels, self.inplanes, 3, stride, 1, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(self.inplanes)
        self.relu = torch.nn.ReLU(inplace=True)
        self.maxpool = torch.nn.MaxPool2d(pool)
        self.layer1 = self._make_layer(block, width, blocks[0])
        self.layer2 = self._make_layer(block, 2 * width, blocks[1], stride=2)
        self.layer3 = self._make_layer(block, 4 * width, blocks[2], stride=2)
        self.layer4 = torch.nn.Identity()
        self.avgpool = torch.nn.AdaptiveAvgPool2d(1)
        self.fc = torch.nn.Linear(4 * width * block.expansion, CLASSES)


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
    golden["gradient_norms"] = [p.grad.norm().item() for p in model.parameters()]
    golden["running_var_sums"] = [
        b.sum().item() for n, b in model.named_buffers() if n.endswith("running_var")
    ]
    return golden


def published(depth):
    meta = getattr(resnet, f"ResNet{depth}_Weights").IMAGENET1K_V1.meta
    return {"parameters": meta["num_params"], "giga_multiply_adds": meta["_ops"]}


write(
    "model/resnet.json",
    ["torch", "torchvision"],
    {
        "published": {str(depth): published(depth) for depth in (18, 34, 50, 101, 152)},
        "resnet18": case(resnet.resnet18(num_classes=CLASSES), SIDE),
        "bottlenecks": case(resnet.ResNet(Bottleneck, [1, 2, 1, 1], num_classes=CLASSES), SIDE),
        "cifar20": case(Small(BasicBlock, (3, 3, 3), 16), 32),
        "cifar29_bottleneck": case(Small(Bottleneck, (3, 3, 3), 16), 16),
        "strided_grey": case(Small(BasicBlock, (1, 1, 1), 32, stride=2, channels=1), 28, 1),
        "pooled_grey": case(Small(BasicBlock, (1, 1, 1), 32, channels=1, stem=16, pool=2), 28, 1),
    },
)


def layer_factors(name, decay):
    """By parameter, in the network's order; temper and timm both use torchvision's names."""
    model = timm.create_model(name, num_classes=CLASSES)
    scales = {}
    for group in param_groups_layer_decay(model, layer_decay=decay):
        scales.update({id(parameter): group["lr_scale"] for parameter in group["params"]})
    return {"decay": decay, "factors": [[n, scales[id(p)]] for n, p in model.named_parameters()]}


write(
    "model/layer_decay.json",
    ["timm"],
    {"resnet18": layer_factors("resnet18", 0.75), "resnet50": layer_factors("resnet50", 0.6)},
)

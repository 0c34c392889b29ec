"""The networks of the benchmarks, and a step of their training, as a user would write them in PyTorch. Parameters have
torchvision's names, which are temper's too."""

import copy
import pathlib
import tomllib
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

# The resolved recipe of the quickstart that this file implements. The benchmarks refuse to compare if temper's differs
# from it; `scripts/bench step --write-expected` writes it.
QUICKSTART = tomllib.loads((pathlib.Path(__file__).parent / "quickstart.toml").read_text())


def convolution(channels: int, width: int, kernel: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(channels, width, kernel, stride, kernel // 2, bias=False)


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, channels: int, width: int, stride: int):
        super().__init__()
        self.conv1 = convolution(channels, width, 3, stride)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = convolution(width, width, 3)
        self.bn2 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = projection(channels, width, stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        shortcut = x if self.downsample is None else self.downsample(x)
        y = self.relu(self.bn1(self.conv1(x)))
        return self.relu(self.bn2(self.conv2(y)) + shortcut)


class Bottleneck(nn.Module):
    expansion = 4

    def __init__(self, channels: int, width: int, stride: int):
        super().__init__()
        self.conv1 = convolution(channels, width, 1)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = convolution(width, width, 3, stride)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = convolution(width, 4 * width, 1)
        self.bn3 = nn.BatchNorm2d(4 * width)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = projection(channels, 4 * width, stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        shortcut = x if self.downsample is None else self.downsample(x)
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        return self.relu(self.bn3(self.conv3(y)) + shortcut)


def projection(channels: int, width: int, stride: int) -> nn.Module | None:
    if stride == 1 and channels == width:
        return None
    return nn.Sequential(convolution(channels, width, 1, stride), nn.BatchNorm2d(width))


STEMS = {  # kernel and stride of the convolution, then the pooling
    "cifar": (3, 1, nn.Identity),
    "pooled": (3, 1, lambda: nn.MaxPool2d(2)),
    "imagenet": (7, 2, lambda: nn.MaxPool2d(3, 2, 1)),
}


class ResNet(nn.Module):
    def __init__(
        self, block: type, stem: str, blocks: list[int], stem_width: int, width: int, channels: int, classes: int,
        pooled: bool = True,
    ):  # fmt: skip
        super().__init__()
        kernel, stride, pooling = STEMS[stem]
        self.conv1 = convolution(channels, stem_width, kernel, stride)
        self.bn1 = nn.BatchNorm2d(stem_width)
        self.relu = nn.ReLU(inplace=True)
        self.pool = pooling() if pooled else nn.Identity()
        channels = stem_width
        for stage, count in enumerate(blocks):
            layers = []
            for i in range(count):
                layers.append(block(channels, width * 2**stage, 2 if stage > 0 and i == 0 else 1))
                channels = width * 2**stage * block.expansion
            self.add_module(f"layer{stage + 1}", nn.Sequential(*layers))
        self.stages = len(blocks)
        self.fc = nn.Linear(channels, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.pool(self.relu(self.bn1(self.conv1(x))))
        for stage in range(self.stages):
            x = getattr(self, f"layer{stage + 1}")(x)
        return self.fc(x.mean((2, 3)))


@dataclass
class Options:
    """Options of a training step."""

    weight_decay: float
    momentum: float = 0.9
    nesterov: bool = True
    label_smoothing: float = 0.0  # as defined by F.cross_entropy
    ema: dict | None = None


def quickstart_options() -> Options:
    optimizer, smoothing = QUICKSTART["optimizer"], QUICKSTART["loss"]["label_smoothing"]
    return Options(
        weight_decay=optimizer["weight_decay"],
        momentum=optimizer["momentum"],
        nesterov=optimizer["nesterov"],
        # temper's form "off_target" gives the true class 1 - smoothing; PyTorch distributes it over all ten classes.
        label_smoothing=smoothing["smoothing"] * 10 / 9,
        ema=QUICKSTART["averaging"][0],
    )


def make(name: str, pooled: bool = True) -> tuple[nn.Module, Options]:
    """A network in channels-last layout, and its training options. pooled=False makes a different network, for
    tests."""
    if name == "quickstart":
        net = ResNet(BasicBlock, "pooled", [1, 1, 1], 16, 32, channels=1, classes=10, pooled=pooled)
        options = quickstart_options()
    elif name == "resnet18":
        net = ResNet(BasicBlock, "cifar", [2, 2, 2, 2], 64, 64, channels=3, classes=10, pooled=pooled)
        options = Options(weight_decay=5e-4)
    elif name == "resnet50":
        net = ResNet(Bottleneck, "imagenet", [3, 4, 6, 3], 64, 64, channels=3, classes=1000, pooled=pooled)
        options = Options(weight_decay=1e-4, label_smoothing=0.1)
    else:
        raise ValueError(f"there is no network {name}: quickstart, resnet18, resnet50")
    initialise(net)
    return net.to(memory_format=torch.channels_last), options


def initialise(net: nn.Module) -> None:
    """He normal initialization with fan-out; the last gamma of every block is 0, so that blocks start as the
    identity."""
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        if isinstance(module, (BasicBlock, Bottleneck)):
            nn.init.zeros_((module.bn3 if isinstance(module, Bottleneck) else module.bn2).weight)


class Ema:
    """Exponential moving average of parameters and floating-point buffers."""

    def __init__(self, net: nn.Module, decay: float):
        self.net = copy.deepcopy(net)
        self.decay = decay
        self.updates = 0
        self.pairs = [
            (average, value)
            for average, value in zip(self.tensors(self.net), self.tensors(net), strict=True)
            if average.is_floating_point()
        ]

    @staticmethod
    def tensors(net: nn.Module) -> list[torch.Tensor]:
        return [*net.parameters(), *net.buffers()]

    @torch.no_grad()
    def update(self) -> None:
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        torch._foreach_lerp_([average for average, _ in self.pairs], [value for _, value in self.pairs], 1 - decay)
        self.updates += 1


class Training:
    """A network in training. Weight decay is not applied to normalization parameters and biases, as in temper."""

    def __init__(self, net: nn.Module, options: Options, number_format: str, lr: float):
        self.net, self.options, self.bf16 = net, options, number_format == "bf16"
        weights = [p for p in net.parameters() if p.ndim > 1]
        others = [p for p in net.parameters() if p.ndim <= 1]
        groups = [{"params": weights, "weight_decay": options.weight_decay}, {"params": others, "weight_decay": 0.0}]
        self.optimizer = torch.optim.SGD(groups, lr=lr, momentum=options.momentum, nesterov=options.nesterov)
        self.ema = Ema(net, options.ema["decay"]) if options.ema else None

    def autocast(self) -> torch.autocast:
        return torch.autocast("cpu", torch.bfloat16, enabled=self.bf16)

    def loss(self, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        with self.autocast():
            return F.cross_entropy(self.net(images), labels, label_smoothing=self.options.label_smoothing)

    def update(self) -> None:
        self.optimizer.step()
        self.optimizer.zero_grad()
        if self.ema:
            self.ema.update()

    def step(self, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        loss = self.loss(images, labels)
        loss.backward()
        self.update()
        return loss

"""The quickstart's run as a user would write it in PyTorch: eager, channels-last, torchvision's data
set and transforms, a DataLoader with two workers.

    quickstart.py RUN DATA [--bare]

RUN is a run directory of temper's: its recipe.toml says what to train and its model.safetensors
holds the parameters that the network here must have, name by name, so that both train the same
thing. DATA holds Fashion-MNIST as torchvision lays it out. Prints one line of JSON.
"""

import argparse
import copy
import json
import math
import pathlib
import struct
import sys
import time
import tomllib

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Subset
from torchvision import datasets, transforms

WORKERS = 2
MEAN, STD = 0.2860, 0.3530  # of Fashion-MNIST's training pixels
EVALUATION_BATCH = 512


class Block(nn.Module):
    def __init__(self, channels: int, width: int, stride: int, zero_init_last: bool):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        if zero_init_last:
            nn.init.zeros_(self.bn2.weight)
        self.downsample = None
        if stride != 1 or channels != width:
            self.downsample = nn.Sequential(nn.Conv2d(channels, width, 1, stride, bias=False), nn.BatchNorm2d(width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        shortcut = x if self.downsample is None else self.downsample(x)
        y = F.relu(self.bn1(self.conv1(x)), inplace=True)
        return F.relu(self.bn2(self.conv2(y)) + shortcut, inplace=True)


class ResNet(nn.Module):
    def __init__(self, stride: int, stem: int, widths: list[int], blocks: list[int], zero_init_last: bool):
        super().__init__()
        self.conv1 = nn.Conv2d(1, stem, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(stem)
        self.layers = []
        channels = stem
        for i, (width, count) in enumerate(zip(widths, blocks)):
            stage = []
            for j in range(count):
                stage.append(Block(channels, width, 2 if i > 0 and j == 0 else 1, zero_init_last))
                channels = width
            self.add_module(f"layer{i + 1}", nn.Sequential(*stage))
            self.layers.append(f"layer{i + 1}")
        self.fc = nn.Linear(channels, 10)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu(self.bn1(self.conv1(x)), inplace=True)
        for name in self.layers:
            x = getattr(self, name)(x)
        return self.fc(x.mean((2, 3)))


def refuse(what: str) -> None:
    sys.exit(f"quickstart.py: the peer does not know {what}; teach it, so that both train the same")


def take(table: dict, **known) -> dict:
    """The table over its defaults; a key that is not listed is not known here."""
    for key in table.keys() - known.keys() - {"kind"}:
        refuse(f"{key} = {table[key]!r}")
    return known | table


def shapes(file: pathlib.Path) -> dict[str, list[int]]:
    with file.open("rb") as opened:
        (size,) = struct.unpack("<Q", opened.read(8))
        header = json.loads(opened.read(size))
    return {name: entry["shape"] for name, entry in header.items() if name != "__metadata__"}


def network(run: pathlib.Path, model: dict) -> nn.Module:
    if model.get("kind", "resnet") != "resnet":
        refuse(f"model.kind = {model['kind']}")
    options = take(
        model, depth=20, stem="auto", block="auto", blocks=[], width=0, width_factor=1.0, zero_init_last=True
    )
    if options["stem"] == "imagenet" or options["block"] == "bottleneck":
        refuse("this stem or block")
    blocks = options["blocks"] or [(options["depth"] - 2) // 6] * 3
    stem = options["width"] or 16
    widths = [round(stem * options["width_factor"] * 2**i) for i in range(len(blocks))]
    net = ResNet(2 if options["stem"] == "strided" else 1, stem, widths, blocks, options["zero_init_last"])
    ours = {name: list(value.shape) for name, value in net.state_dict().items()}
    theirs = shapes(run / "model.safetensors")
    for name in ours.keys() | theirs.keys():
        if not name.endswith("num_batches_tracked") and ours.get(name) != theirs.get(name):
            refuse(f"the network: {name} is {ours.get(name)} here and {theirs.get(name)} in temper")
    return net.to(memory_format=torch.channels_last)


def schedule(lr, epochs: int, steps_per_epoch: int):
    if isinstance(lr, (int, float)):
        return lambda step: lr
    if lr.get("schedule") != "cosine":
        refuse(f"lr = {lr}")
    lr = take({k: v for k, v in lr.items() if k != "schedule"}, peak=0.1, final=0.0, warmup={}, warmup_start=0.0)
    warmup = take(lr["warmup"], epochs=0, steps=0)
    rise = warmup["epochs"] * steps_per_epoch + warmup["steps"]
    total = epochs * steps_per_epoch

    def at(step: int) -> float:
        if step < rise:
            return lr["warmup_start"] + (lr["peak"] - lr["warmup_start"]) * step / rise
        part = (step - rise) / max(total - rise, 1)
        return lr["final"] + (lr["peak"] - lr["final"]) / 2 * (1 + math.cos(math.pi * part))

    return at


class Ema:
    def __init__(self, net: nn.Module, options: dict):
        if options.get("kind", "ema") != "ema":
            refuse(f"averaging.kind = {options['kind']}")
        self.options = take(options, decay=0.999, warmup="none")
        self.net = copy.deepcopy(net)
        self.updates = 0
        self.pairs = [
            (a, b) for a, b in zip(self.tensors(self.net), self.tensors(net), strict=True) if a.is_floating_point()
        ]

    @staticmethod
    def tensors(net: nn.Module) -> list[torch.Tensor]:
        return [*net.parameters(), *net.buffers()]

    @torch.no_grad()
    def update(self) -> None:
        decay, n = self.options["decay"], self.updates
        if self.options["warmup"] == "tensorflow":
            decay = min(decay, (1 + n) / (10 + n))
        elif self.options["warmup"] == "timm":
            decay = min(decay, 1 - (1 + n) ** (-2 / 3))
        torch._foreach_lerp_([a for a, _ in self.pairs], [b for _, b in self.pairs], 1 - decay)
        self.updates += 1


class Training:
    def __init__(self, run: pathlib.Path, recipe: dict):
        self.net = network(run, recipe["model"])
        self.ema = Ema(self.net, recipe["averaging"]) if "averaging" in recipe else None

        options = dict(recipe["optimizer"])
        if options.pop("kind", "sgd") != "sgd" or options.pop("decay", "l2") != "l2":
            refuse("this optimizer")
        self.lr = options.pop("lr")
        decay = options.pop("weight_decay", 0.0)
        weights = [p for p in self.net.parameters() if p.ndim > 1]
        others = [p for p in self.net.parameters() if p.ndim <= 1]
        groups = [{"params": weights, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]
        self.optimizer = torch.optim.SGD(groups, lr=0.1, **options)

        loss = recipe.get("loss", {})
        smoothing = loss.get("label_smoothing")
        self.smoothing = 0.0
        if smoothing is not None:
            alpha = smoothing.get("alpha", 0.1)
            form = smoothing.get("form", "off_target")
            if form == "classy":
                refuse("label_smoothing.form = classy")
            self.smoothing = alpha * 10 / 9 if form == "off_target" else alpha

    def step(self, images: torch.Tensor, labels: torch.Tensor, lr: float) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        loss = F.cross_entropy(self.net(images), labels, label_smoothing=self.smoothing)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        if self.ema:
            self.ema.update()


def augmentation(operations: list[dict]) -> list:
    made = []
    for operation in operations:
        if operation["kind"] == "pad_crop":
            padding = operation.get("padding", 4)
            made.append(transforms.RandomCrop(28, padding=padding, fill=operation.get("fill", 0)))
        elif operation["kind"] == "flip":
            made.append(transforms.RandomHorizontalFlip(operation.get("probability", 0.5)))
        else:
            refuse(f"augment kind {operation['kind']}")
    return made


@torch.no_grad()
def accuracy(net: nn.Module, loader: DataLoader) -> float:
    net.eval()
    correct = count = 0
    for images, labels in loader:
        logits = net(images.contiguous(memory_format=torch.channels_last))
        correct += (logits.argmax(1) == labels).sum().item()
        count += len(labels)
    net.train()
    return correct / count


def train(run: pathlib.Path, data: pathlib.Path, recipe: dict) -> dict:
    options = recipe["data"]
    batch, epochs = options["batch"], recipe["epochs"]
    plain = transforms.Compose([transforms.ToTensor(), transforms.Normalize(MEAN, STD)])
    augmented = transforms.Compose([*augmentation(options.get("augment", [])), *plain.transforms])

    order = torch.randperm(60_000, generator=torch.Generator().manual_seed(0)).tolist()
    held_out = round(60_000 * options.get("validation", 0.1))
    trained = order[held_out:][: options.get("limit", 0) or None]
    training = Subset(datasets.FashionMNIST(data, transform=augmented), trained)
    evaluated = datasets.FashionMNIST(data, transform=plain)
    sets = {"train": Subset(evaluated, trained[: held_out or 6000])}
    if held_out:
        sets["validation"] = Subset(evaluated, order[:held_out])
    loader = DataLoader(
        training, batch, shuffle=True, drop_last=True, num_workers=WORKERS, persistent_workers=True
    )
    evaluation = {name: DataLoader(part, EVALUATION_BATCH, num_workers=WORKERS) for name, part in sets.items()}

    made = Training(run, recipe)
    nets = [made.net] + ([made.ema.net] if made.ema else [])
    lr = schedule(made.lr, epochs, len(loader))
    step, seconds = 0, 0.0
    for _ in range(epochs):
        started = time.perf_counter()
        for images, labels in loader:
            made.step(images.contiguous(memory_format=torch.channels_last), labels, lr(step))
            step += 1
        seconds += time.perf_counter() - started
        for net in nets:
            for part in evaluation.values():
                accuracy(net, part)
    test = DataLoader(
        datasets.FashionMNIST(data, train=False, transform=plain), EVALUATION_BATCH, num_workers=WORKERS
    )
    return {"images": step * batch, "training_seconds": seconds, "test_accuracy": accuracy(nets[-1], test)}


def bare(run: pathlib.Path, recipe: dict, steps: int = 60) -> dict:
    """Images a second of the step alone, on one batch that is there already."""
    made = Training(run, recipe)
    batch = recipe["data"]["batch"]
    images = torch.randn(batch, 1, 28, 28).contiguous(memory_format=torch.channels_last)
    labels = torch.randint(10, (batch,))
    times = []
    for _ in range(steps):
        started = time.perf_counter()
        made.step(images, labels, 0.01)
        times.append(time.perf_counter() - started)
    return {"bare_images_per_second": batch / sorted(times)[steps // 2]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--bare", action="store_true", help="time the step alone, without data")
    arguments = parser.parse_args()
    recipe = tomllib.loads((arguments.run / "recipe.toml").read_text())
    torch.manual_seed(recipe.get("seed", 1))
    torch.set_num_threads(recipe["threads"])
    result = bare(arguments.run, recipe) if arguments.bare else train(arguments.run, arguments.data, recipe)
    print(json.dumps(result))


if __name__ == "__main__":
    main()

"""The quickstart's run written in PyTorch as a user would: eager, channels-last, torchvision's data set and transforms,
a DataLoader with two workers.

    quickstart.py DATA --format fp32|bf16 --threads N [--epochs N] [--limit N]

It implements the recipe in quickstart.toml beside it. DATA contains Fashion-MNIST in torchvision's folder layout.
Prints one line of JSON.
"""

import argparse
import json
import math
import pathlib
import time

import networks
import torch
from torch import nn
from torch.utils.data import DataLoader, Subset
from torchvision import datasets, transforms

RECIPE = networks.QUICKSTART
WORKERS = 2
IMAGES = 60_000
MEAN, STD = 0.2860, 0.3530  # of Fashion-MNIST's training set
EVALUATION_BATCH = 256  # the same as temper's


class Cosine:
    """The learning rate of each step: a linear warm-up, then half a cosine."""

    def __init__(self, total: int, steps_per_epoch: int):
        lr = RECIPE["optimizer"]["lr"]
        self.peak, self.rise, self.total = lr["peak"], lr["warmup"]["epochs"] * steps_per_epoch, total

    def at(self, step: int) -> float:
        if step < self.rise:
            return self.peak * step / self.rise
        return self.peak / 2 * (1 + math.cos(math.pi * (step - self.rise) / max(self.total - self.rise, 1)))


class Data:
    """The training set, and the evaluated sets: the validation set, and a part of the training set of the same size."""

    def __init__(self, folder: pathlib.Path, limit: int):
        plain = transforms.Compose([transforms.ToTensor(), transforms.Normalize(MEAN, STD)])
        flip = transforms.RandomHorizontalFlip(RECIPE["data"]["augment"][0]["p"])
        augmented = transforms.Compose([flip, plain])
        order = torch.randperm(IMAGES, generator=torch.Generator().manual_seed(RECIPE["seed"])).tolist()
        held_out = round(IMAGES * RECIPE["data"]["validation"])
        trained = order[held_out:][: limit or None]
        unchanged = datasets.FashionMNIST(folder, transform=plain)
        self.training = DataLoader(
            Subset(datasets.FashionMNIST(folder, transform=augmented), trained),
            batch_size=RECIPE["data"]["batch_size"], shuffle=True, drop_last=True, num_workers=WORKERS,
            persistent_workers=True,
        )  # fmt: skip
        self.evaluated = [
            self.evaluation(Subset(unchanged, trained[:held_out])),
            self.evaluation(Subset(unchanged, order[:held_out])),
        ]
        self.test = self.evaluation(datasets.FashionMNIST(folder, train=False, transform=plain))

    @staticmethod
    def evaluation(part: torch.utils.data.Dataset) -> DataLoader:
        return DataLoader(part, EVALUATION_BATCH, num_workers=WORKERS)


@torch.no_grad()
def accuracy(training: networks.Training, net: nn.Module, loader: DataLoader) -> float:
    net.eval()
    correct = count = 0
    for images, labels in loader:
        with training.autocast():
            logits = net(images.contiguous(memory_format=torch.channels_last))
        correct += (logits.argmax(1) == labels).sum().item()
        count += len(labels)
    net.train()
    return correct / count


def train(data: Data, number_format: str, epochs: int) -> dict:
    """Trains like temper: the averaged weights are evaluated after each epoch, the raw ones after the last epoch, and
    the averaged ones on the test set."""
    net, options = networks.make("quickstart")
    training = networks.Training(net, options, number_format, lr=0.0)
    averaged = training.ema.net
    lr = Cosine(epochs * len(data.training), len(data.training))
    step, seconds = 0, 0.0
    for _ in range(epochs):
        started = time.perf_counter()
        for images, labels in data.training:
            for group in training.optimizer.param_groups:
                group["lr"] = lr.at(step)
            training.step(images.contiguous(memory_format=torch.channels_last), labels)
            step += 1
        seconds += time.perf_counter() - started
        for loader in data.evaluated:
            accuracy(training, averaged, loader)
    for loader in data.evaluated:
        accuracy(training, net, loader)
    return {
        "images": step * RECIPE["data"]["batch_size"],
        "training_seconds": seconds,
        "test_accuracy": accuracy(training, averaged, data.test),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--format", choices=("fp32", "bf16"), required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--epochs", type=int, default=RECIPE["epochs"])
    parser.add_argument("--limit", type=int, default=RECIPE["data"]["limit"])
    asked = parser.parse_args()
    torch.manual_seed(RECIPE["seed"])
    torch.set_num_threads(asked.threads)
    print(json.dumps(train(Data(asked.data, asked.limit), asked.format, asked.epochs)))


if __name__ == "__main__":
    main()

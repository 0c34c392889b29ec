"""The same work by other loaders; driven by bench/data.py. See bench/data.cpp for what is measured.

    data.py PICTURES

For each line "WHAT THREADS" on standard input it prints images per second and the number of images; for a line "prove
WHAT THREADS" what the batches are, as JSON (bench/data_proof.py); or "error REASON". WHAT is a loader, with "+" and a
policy of policies.py or without: torchvision (its older transforms), torchvision_v2 and torchvision_tensors (from
Pillow's images and from tensors that it decodes), timm, albumentations, dali, spdl, or small. A loader with workers
works in the process that takes the batches for one thread, and has as many workers for more.
"""

import argparse
import json
import math
import pathlib
import sys
import time

import numpy as np
import pipelines
import policies
import torch
from PIL import Image
from pipelines import BATCH, MEAN, SIDE, STD
from torch.utils.data import DataLoader, Dataset

LEAST_SECONDS = 0.2
torch.set_num_threads(1)


class Pictures(Dataset):
    """Images of one class; `read` decodes a file, `transform` makes the tensor."""

    def __init__(self, paths, read, transform):
        self.paths, self.read, self.transform = paths, read, transform

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, i):
        return self.transform(self.read(self.paths[i])), 0


def pillow(path):
    with open(path, "rb") as file:
        return Image.open(file).convert("RGB")


def decoded(path):
    from torchvision.io import ImageReadMode, decode_image, read_file

    return decode_image(read_file(str(path)), ImageReadMode.RGB)


def torchvision_pictures(paths, policy):
    from torchvision import transforms as T

    return Pictures(paths, pillow, T.Compose(
        [T.RandomResizedCrop(SIDE), T.RandomHorizontalFlip(), T.ToTensor(), T.Normalize(MEAN, STD)]))


def v2_transform(crop, policy):
    from torchvision.transforms import v2

    return v2.Compose([
        crop, v2.RandomHorizontalFlip(), *([policies.torchvision_policy(policy)] if policy else []),
        v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize(MEAN, STD), v2.ToPureTensor()])


def v2_pictures(paths, policy, read=pillow):
    from torchvision.transforms import v2

    return Pictures(paths, read, v2_transform(v2.RandomResizedCrop(SIDE), policy))


def tensor_pictures(paths, policy):
    return v2_pictures(paths, policy, decoded)


def timm_pictures(paths, policy):
    return Pictures(paths, pillow, policies.timm_transform(policy, SIDE, MEAN, STD))


def albumentations_pictures(paths, policy):
    import albumentations as A
    import cv2
    from albumentations.pytorch import ToTensorV2

    cv2.setNumThreads(0)
    chain = A.Compose([A.RandomResizedCrop((SIDE, SIDE)), A.HorizontalFlip(), A.Normalize(MEAN, STD), ToTensorV2()])
    read = lambda path: cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)  # noqa: E731
    return Pictures(paths, read, lambda image: chain(image=image)["image"])


class Small(Dataset):
    """32 x 32, like torchvision's CIFAR-10: padded crop, flip, normalized."""

    def __init__(self, paths, policy):
        from torchvision import transforms as T
        from torchvision.transforms import v2

        self.images = np.random.RandomState(1).randint(0, 256, (10_000, 32, 32, 3), np.uint8)
        self.transform = v2_transform(v2.RandomCrop(32, 4), policy) if policy else T.Compose(
            [T.RandomCrop(32, 4), T.RandomHorizontalFlip(), T.ToTensor(), T.Normalize(MEAN, STD)])

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        return self.transform(Image.fromarray(self.images[i])), 0


# The datasets by their loaders' names, and the policies that each can have.
TORCHVISION = ("rand_augment", "augmix", "trivial_augment_wide")
DATASETS = {
    "torchvision": (torchvision_pictures, ()),
    "torchvision_v2": (v2_pictures, TORCHVISION),
    "torchvision_tensors": (tensor_pictures, TORCHVISION),
    "timm": (timm_pictures, ("rand_augment_timm",)),
    "albumentations": (albumentations_pictures, ()),
    "small": (Small, TORCHVISION),
}


class TorchEpochs:
    def __init__(self, loader, policy, threads, paths):
        make, allowed = DATASETS[loader]
        if policy and policy not in allowed:
            raise ValueError(f"{loader} has no policy {policy}")
        self.name, self.policy, workers = loader, policy, threads if threads > 1 else 0
        self.dataset = make(paths, policy)
        self.loader = DataLoader(
            self.dataset, BATCH, shuffle=True, num_workers=workers, persistent_workers=workers > 0)

    def __call__(self, observe=None):
        for images, _ in self.loader:
            if observe:
                observe(images)
        return len(self.dataset)

    def described(self, proof):
        size = (proof["height"], proof["width"])
        if self.policy and self.name == "timm":
            return proof | {"policy": policies.timm_description(self.dataset.transform, size)}
        return proof | ({"policy": policies.torchvision_description(self.policy, size)} if self.policy else {})


def epochs(what, threads, paths):
    loader, _, policy = what.partition("+")
    if loader == "spdl" and not policy:
        return pipelines.SpdlEpochs(paths, threads)
    if loader == "dali" and policy in ("", "rand_augment"):
        return pipelines.DaliEpochs(paths, threads, policy)
    return TorchEpochs(loader, policy, threads, paths)


def proof_of(each):
    """What the batches of an epoch are."""
    total = {"images": 0, "sum": 0.0, "squares": 0.0}
    shape = {}

    def observe(images):
        total["images"] += len(images)
        total["sum"] += images.sum(dtype=torch.float64).item()
        total["squares"] += images.square().sum(dtype=torch.float64).item()
        shape.update(height=images.shape[2], width=images.shape[3], channels=images.shape[1],
                     format=str(images.dtype).removeprefix("torch."))  # fmt: skip

    each(observe)
    values = total["images"] * shape["channels"] * shape["height"] * shape["width"]
    mean = total["sum"] / values
    deviation = math.sqrt(total["squares"] / values - mean * mean)
    return each.described({"images": total["images"], **shape, "mean": mean, "deviation": deviation})


def measured(each):
    """Whole epochs, until enough time has passed to measure it."""
    begin, images, seconds = time.perf_counter(), 0, 0.0
    while seconds < LEAST_SECONDS:
        images += each()
        seconds = time.perf_counter() - begin
    return f"{images / seconds} {images}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pictures", type=pathlib.Path)
    options = parser.parse_args()
    paths = sorted(p for p in options.pictures.iterdir() if p.suffix.lower() in (".jpeg", ".jpg"))
    kept = {}
    for line in sys.stdin:
        *prove, what, threads = line.split()
        try:
            if (what, threads) not in kept:
                kept[what, threads] = epochs(what, int(threads), paths)
            each = kept[what, threads]
            print(json.dumps(proof_of(each)) if prove else measured(each), flush=True)
        except Exception as error:  # the other peers can still be measured if one is missing
            print("error", type(error).__name__, *str(error).splitlines()[:1], flush=True)


main()

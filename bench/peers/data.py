"""The same work by other loaders; driven by bench/data.py. See bench/data.cpp for what is measured.

For each line "WHAT WORKERS" on standard input it prints images per second and the number of images, or
"error REASON". WHAT is torchvision, timm, albumentations, dali, or small. With zero workers, the process
that takes the batches does the work in one thread.
"""

import argparse
import pathlib
import sys
import time

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset

SIDE, BATCH = 224, 64
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
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


def torchvision_pictures(paths):
    from torchvision import transforms as T

    return Pictures(paths, pillow, T.Compose(
        [T.RandomResizedCrop(SIDE), T.RandomHorizontalFlip(), T.ToTensor(), T.Normalize(MEAN, STD)]))


def timm_pictures(paths):
    from timm.data import create_transform

    transform = create_transform(SIDE, is_training=True, color_jitter=0, interpolation="bilinear", mean=MEAN, std=STD)
    return Pictures(paths, pillow, transform)


def albumentations_pictures(paths):
    import albumentations as A
    import cv2
    from albumentations.pytorch import ToTensorV2

    cv2.setNumThreads(0)
    chain = A.Compose([A.RandomResizedCrop((SIDE, SIDE)), A.HorizontalFlip(), A.Normalize(MEAN, STD), ToTensorV2()])
    read = lambda path: cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)  # noqa: E731
    return Pictures(paths, read, lambda image: chain(image=image)["image"])


class Small(Dataset):
    """32 x 32, like torchvision's CIFAR-10: padded crop, flip, normalized."""

    def __init__(self):
        from torchvision import transforms as T

        self.images = np.random.RandomState(1).randint(0, 256, (10_000, 32, 32, 3), np.uint8)
        self.transform = T.Compose(
            [T.RandomCrop(32, 4), T.RandomHorizontalFlip(), T.ToTensor(), T.Normalize(MEAN, STD)])

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        return self.transform(Image.fromarray(self.images[i])), 0


class TorchEpochs:
    def __init__(self, dataset, workers):
        self.images = len(dataset)
        self.loader = DataLoader(dataset, BATCH, shuffle=True, num_workers=workers, persistent_workers=workers > 0)
        self.batches = None

    def __call__(self):
        for _ in self.loader:
            pass
        return self.images


class DaliEpochs:
    """The CPU pipeline; only the crop is decoded, as its guide recommends."""

    def __init__(self, paths, threads):
        from nvidia.dali import fn, pipeline_def, types

        @pipeline_def(batch_size=BATCH, num_threads=threads, device_id=None)
        def pipeline():
            files, _ = fn.readers.file(files=[str(p) for p in paths], labels=[0] * len(paths), random_shuffle=True)
            images = fn.decoders.image_random_crop(
                files, device="cpu", random_area=[0.08, 1.0], random_aspect_ratio=[3 / 4, 4 / 3])
            images = fn.resize(images, resize_x=SIDE, resize_y=SIDE, interp_type=types.INTERP_LINEAR, antialias=True)
            return fn.crop_mirror_normalize(
                images, mirror=fn.random.coin_flip(), dtype=types.FLOAT, output_layout="HWC",
                mean=[255 * m for m in MEAN], std=[255 * s for s in STD])

        self.pipeline = pipeline()
        self.pipeline.build()
        self.batches = -(-len(paths) // BATCH)
        self.pipeline.run()

    def __call__(self):
        for _ in range(self.batches):
            self.pipeline.run()
        return self.batches * BATCH


def epochs(what, workers, paths):
    if what == "dali":
        return DaliEpochs(paths, max(workers, 1))
    if what == "small":
        return TorchEpochs(Small(), workers)
    made = {"torchvision": torchvision_pictures, "timm": timm_pictures, "albumentations": albumentations_pictures}
    return TorchEpochs(made[what](paths), workers)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pictures", type=pathlib.Path)
    options = parser.parse_args()
    paths = sorted(p for p in options.pictures.iterdir() if p.suffix.lower() in (".jpeg", ".jpg"))
    kept = {}
    for line in sys.stdin:
        what, workers = line.split()
        try:
            if line not in kept:
                kept[line] = epochs(what, int(workers), paths)
                kept[line]()  # workers start, caches fill
            begin = time.perf_counter()
            images = kept[line]()
            print(images / (time.perf_counter() - begin), images, flush=True)
        except Exception as error:  # the other peers can still be measured if one is missing
            print("error", type(error).__name__, str(error).splitlines()[:1], flush=True)


main()

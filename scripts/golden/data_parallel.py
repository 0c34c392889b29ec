"""Writes tests/golden/train/data_parallel.json: 20 steps of a small network by torch 2.11.0's DistributedDataParallel, in two
processes with half of each batch, also with its bf16_compress_hook. The network and the images are those of
tests/train/data_parallel_test.cpp."""

import os

import torch
import torch.distributed
import torch.multiprocessing
from golden import tensor, write
from torch.distributed.algorithms.ddp_comm_hooks.default_hooks import bf16_compress_hook
from torch.nn.parallel import DistributedDataParallel

RANKS, ROWS, STEPS, CLASSES, SIDE = 2, 12, 20, 4, 4
PIXELS = 3 * SIDE * SIDE


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first = torch.nn.Parameter(self.weight(PIXELS, 6))
        self.last = torch.nn.Parameter(self.weight(6, CLASSES))

    @staticmethod
    def weight(inputs, outputs):
        return (torch.sin(torch.arange(inputs * outputs, dtype=torch.float64) * 0.7) * 0.2).reshape(inputs, outputs)

    def forward(self, images):
        return torch.tanh(images.double().flatten(1) @ self.first) @ self.last


def batch(step):
    images = torch.sin(torch.arange(ROWS * PIXELS, dtype=torch.float32) * 1.7 + step).reshape(ROWS, 3, SIDE, SIDE)
    return images, (torch.arange(ROWS) + step) % CLASSES


def train(rank, port, results, hook):
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    torch.distributed.init_process_group("gloo", rank=rank, world_size=RANKS)
    network = DistributedDataParallel(Network())
    if hook is not None:
        network.register_comm_hook(None, hook)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-3)
    own = slice(rank * ROWS // RANKS, (rank + 1) * ROWS // RANKS)
    losses = []
    for step in range(STEPS):
        images, labels = batch(step)
        loss = torch.nn.functional.cross_entropy(network(images[own]), labels[own])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        whole = loss.detach().clone()
        torch.distributed.all_reduce(whole)
        losses.append(whole.item() / RANKS)
    if rank == 0:
        results.update(losses=losses, first=network.module.first.detach(), last=network.module.last.detach())
    torch.distributed.destroy_process_group()


def trained(port, hook=None):
    with torch.multiprocessing.Manager() as manager:
        results = manager.dict()
        torch.multiprocessing.spawn(train, (port, results, hook), nprocs=RANKS)
        return {"losses": results["losses"], "first": tensor(results["first"]), "last": tensor(results["last"])}


if __name__ == "__main__":
    write("train/data_parallel.json", ["torch"], {**trained(29571), "bf16_compress": trained(29572, bf16_compress_hook)})

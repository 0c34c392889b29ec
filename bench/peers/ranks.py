"""Training steps of one network in PyTorch's DistributedDataParallel, on request through standard input; bench/ranks.py
drives all ranks, each a process with torchrun's variables. Commands, and the line of JSON that each prints:

    threads N                              {"torch": its version}
    join                                   {"rank": ..., "ranks": ..., "torch": its version}, once all processes are there
    begin NETWORK FORMAT BATCH FILE MODE   the proof of the work of this rank, see bench/ranks_proof.py, from the
                                           weights and the batch in FILE, of which this rank takes its rows
    step N                                 {"milliseconds": [...]} for N more steps

MODE is "default", or "local": the running statistics of BatchNorm stay those of each rank (broadcast_buffers=False),
where the ranks get those of rank 0 before every step otherwise. In both BatchNorm normalizes with the statistics of a
rank's own images."""

import pathlib

import networks
import tensors
import torch
from serve import milliseconds, serve
from step import FORMATS, LEARNING_RATE, counted_step
from torch import distributed
from torch.nn.parallel import DistributedDataParallel
from torch.utils._python_dispatch import TorchDispatchMode

MODES = {"default": {}, "local": {"broadcast_buffers": False}}
OPERATIONS = {"allreduce_": "all_reduce", "broadcast_": "broadcast"}


class Messages(TorchDispatchMode):
    """Records what this process sends to the others."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def __torch_dispatch__(self, function, _types, words=(), named=None):
        if function.namespace == "c10d":
            name = function._schema.name.removeprefix("c10d::")
            for tensor in words[0]:
                self.seen.append(
                    {
                        "operation": OPERATIONS.get(name, name),
                        "format": FORMATS.get(tensor.dtype, str(tensor.dtype)),
                        "bytes": tensor.nbytes,
                    }
                )
        return function(*words, **(named or {}))


def over_ranks(loss: float) -> float:
    """The mean over the ranks, which have equal parts of the batch."""
    whole = torch.tensor([loss], dtype=torch.float64)
    distributed.all_reduce(whole)
    return whole.item() / distributed.get_world_size()


class Peer:
    training: networks.Training | None = None

    def join(self) -> dict:
        distributed.init_process_group("gloo")
        return {"rank": distributed.get_rank(), "ranks": distributed.get_world_size()}

    def begin(self, name: str, number_format: str, batch: int, file: pathlib.Path, mode: str) -> dict:
        self.training = None  # two of them may not fit into memory
        rank, ranks = distributed.get_rank(), distributed.get_world_size()
        own = slice(rank * batch // ranks, (rank + 1) * batch // ranks)
        stored = tensors.load(file)
        self.images = stored.pop("batch.images")[own].contiguous(memory_format=torch.channels_last)
        self.labels = stored.pop("batch.labels")[own]
        net, options = networks.make(name)
        net.load_state_dict(stored, strict=True)
        self.training = networks.Training(net, options, number_format, LEARNING_RATE)
        self.training.net = DistributedDataParallel(net, **MODES[mode])
        proof = counted_step(self.training, self.images, self.labels)
        second = self.step()  # arranges the buckets anew, by the order of the first step's gradients
        with Messages() as messages:
            self.step()
        return proof | {
            "parameters": {key.removeprefix("module."): shape for key, shape in proof["parameters"].items()},
            "losses": [over_ranks(loss) for loss in (*proof["losses"], second)],
            "messages": messages.seen,
            "network": name,
            "batch": batch,
            "rank": rank,
            "ranks": ranks,
            "rows": len(self.images),
        }

    def step(self) -> float:
        return self.training.step(self.images, self.labels).item()

    def time(self, count: int) -> list[float]:
        distributed.barrier()  # the ranks begin together
        return milliseconds(count, self.step)


def answer(peer: Peer, command: str, words: list[str]) -> dict:
    if command == "threads":
        torch.set_num_threads(int(words[0]))
        return {"torch": torch.__version__}
    if command == "join":
        return peer.join() | {"torch": torch.__version__}
    if command == "begin":
        return peer.begin(words[0], words[1], int(words[2]), pathlib.Path(words[3]), words[4])
    if command == "step":
        return {"milliseconds": peer.time(int(words[0]))}
    raise ValueError(f"there is no command {command}")


def main() -> None:
    peer = Peer()
    serve(lambda command, words: answer(peer, command, words))
    if distributed.is_initialized():
        distributed.destroy_process_group()


if __name__ == "__main__":
    main()

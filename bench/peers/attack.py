"""Evaluations of one network under FGSM by torchattacks, on request through standard input; bench/attack.py drives it.
Commands, and the line of JSON that each prints:

    threads N                                  {"torch": its version, "torchattacks": its version}
    attack NETWORK BATCH FILE ATTACKED         the proof, from the weights and the batch in FILE: multiply-adds, number of
                                               fooled images, and the share of samples that differ from the attacked
                                               images in ATTACKED
    attacks N                                  {"milliseconds": [...]} for N more evaluations
"""

import functools
import importlib
import importlib.metadata
import importlib.util
import pathlib
import sys
import types

import networks
import tensors
import torch
from serve import milliseconds, serve
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

MEAN, DEVIATION, RADIUS = 0.5, 64 / 255, 8 / 255  # as in bench/step.cpp


def fgsm() -> type:
    """The attack alone: the package's __init__ imports all attacks, and packages that these need."""
    folder = importlib.util.find_spec("torchattacks").submodule_search_locations[0]
    for name in ("torchattacks", "torchattacks.attacks"):
        module = types.ModuleType(name)
        module.__path__ = [folder + name.removeprefix("torchattacks").replace(".", "/")]
        sys.modules[name] = module
    return importlib.import_module("torchattacks.attacks.fgsm").FGSM


class InPixels(nn.Module):
    """A network of normalized images, as one of images in [0, 1]."""

    def __init__(self, net: nn.Module):
        super().__init__()
        self.net = net

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.net((pixels - MEAN) / DEVIATION)


class Counter(TorchDispatchMode):
    """As FlopCounterMode, which can't count within torch.autograd.grad, with its formulas. `count` is of multiply-adds, each
    of which the formulas take for two operations."""

    def __init__(self):
        super().__init__()
        self.operations = 0

    @property
    def count(self) -> int:
        return self.operations // 2

    def __torch_dispatch__(self, function, _types, words=(), named=None):
        named = named or {}
        result = function(*words, **named)
        if formula := flop_registry.get(function._overloadpacket):
            self.operations += formula(*words, **named, out_val=result)
        return result


class Peer:
    def begin(self, name: str, batch: int, file: pathlib.Path, attacked: pathlib.Path) -> dict:
        stored = tensors.load(file)
        images = stored.pop("batch.images")[:batch].contiguous(memory_format=torch.channels_last)
        self.labels = stored.pop("batch.labels")[:batch]
        net, _ = networks.make(name)
        net.load_state_dict(stored, strict=True)
        self.pixels = (images * DEVIATION + MEAN).clamp(0, 1)
        self.net = InPixels(net).eval()
        self.attack = fgsm()(self.net, eps=RADIUS)
        with Counter() as attack:
            self.attack(self.pixels, self.labels)
        with Counter() as forward, torch.no_grad():
            self.net(self.pixels)
        points, fooled = self.evaluate()
        theirs = tensors.load(attacked)["attacked"]
        return {
            # An evaluation has the attack, which is a forward and a backward pass, and a forward pass.
            "multiply_adds": {"forward": 2 * forward.count, "backward": attack.count - forward.count},
            "fooled": fooled,
            "apart": (points - theirs).abs().gt(1e-5).double().mean().item(),
        }

    def evaluate(self) -> tuple[torch.Tensor, int]:
        points = self.attack(self.pixels, self.labels)
        with torch.no_grad():
            fooled = self.net(points).argmax(1).ne(self.labels)
        return points, int(fooled.sum())


def answer(peer: Peer, command: str, words: list[str]) -> dict:
    if command == "threads":
        torch.set_num_threads(int(words[0]))
        return {"torch": torch.__version__, "torchattacks": importlib.metadata.version("torchattacks")}
    if command == "attack":
        return peer.begin(words[0], int(words[1]), pathlib.Path(words[2]), pathlib.Path(words[3]))
    if command == "attacks":
        return {"milliseconds": milliseconds(int(words[0]), peer.evaluate)}
    raise ValueError(f"there is no command {command}")


if __name__ == "__main__":
    serve(functools.partial(answer, Peer()))

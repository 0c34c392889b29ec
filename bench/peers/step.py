"""Training steps and forward passes of one network in PyTorch, on request through standard input; bench/step.py and
bench/inference.py drive it. Commands, and the line of JSON that each prints:

    threads N                          {"torch": its version}
    begin NETWORK FORMAT BATCH FILE    the proof of a step's work, see bench/proof.py, from the weights and the batch in
                                       FILE
    step N                             {"milliseconds": [...]} for N more steps
    infer NETWORK FORMAT BATCH FILE    the proof of a forward pass in evaluation mode
    pass N                             {"milliseconds": [...]} for N forward passes
"""

import argparse
import copy
import pathlib

import networks
import tensors
import torch
from serve import milliseconds, serve
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

LEARNING_RATE = 0.01  # as in bench/step.cpp
FORMATS = {torch.float32: "fp32", torch.bfloat16: "bf16"}


def layout_of(tensor: torch.Tensor) -> str:
    return "channels_last" if tensor.is_contiguous(memory_format=torch.channels_last) else "contiguous"


def watch(net: nn.Module, formats: set[str], layouts: set[str]) -> list:
    """Hooks that record number format and layout of the convolutions' outputs."""

    def see(_module: nn.Module, _inputs: tuple, output: torch.Tensor) -> None:
        formats.add(FORMATS.get(output.dtype, str(output.dtype)))
        layouts.add(layout_of(output))

    return [m.register_forward_hook(see) for m in net.modules() if isinstance(m, nn.Conv2d)]


def counted_step(training: networks.Training, images: torch.Tensor, labels: torch.Tensor) -> dict:
    """Makes one eager step and returns its proof."""
    formats, layouts = set(), set()
    hooks = watch(training.net, formats, layouts)
    with FlopCounterMode(display=False) as counter:
        loss = training.loss(images, labels)
        forward = counter.get_total_flops()
        loss.backward()
    for hook in hooks:
        hook.remove()
    training.update()
    return {
        "parameters": {name: list(p.shape) for name, p in training.net.named_parameters()},
        # The counter counts a multiply-add as two operations.
        "multiply_adds": {"forward": forward // 2, "backward": (counter.get_total_flops() - forward) // 2},
        "format": "+".join(sorted(formats)),
        "layout": "+".join(sorted(layouts)),
        "threads": torch.get_num_threads(),
        "losses": [loss.item()],
    }


def counted_pass(net: nn.Module, images: torch.Tensor, bf16: bool) -> dict:
    """Makes one forward pass and returns its proof."""
    formats, layouts = set(), set()
    hooks = watch(net, formats, layouts)
    with FlopCounterMode(display=False) as counter, torch.inference_mode(), autocast(bf16):
        logits = net(images)
    for hook in hooks:
        hook.remove()
    return {
        "parameters": {name: list(p.shape) for name, p in net.named_parameters()},
        "multiply_adds": {"forward": counter.get_total_flops() // 2},
        "format": "+".join(sorted(formats)),
        "layout": "+".join(sorted(layouts)),
        "threads": torch.get_num_threads(),
        "logits": logits.double().flatten().tolist(),
    }


def autocast(bf16: bool) -> torch.autocast:
    return torch.autocast("cpu", torch.bfloat16, enabled=bf16)


class Peer:
    def __init__(self, mode: str, pooled: bool):
        self.mode, self.pooled = mode, pooled

    def begin(self, name: str, number_format: str, batch: int, file: pathlib.Path) -> dict:
        stored = tensors.load(file)
        self.images = stored.pop("batch.images").contiguous(memory_format=torch.channels_last)
        self.labels = stored.pop("batch.labels")
        net, options = networks.make(name, self.pooled)
        net.load_state_dict(stored, strict=True)

        def training(of: nn.Module) -> networks.Training:
            return networks.Training(of, options, number_format, LEARNING_RATE)

        self.training = training(copy.deepcopy(net))
        proof = counted_step(self.training, self.images, self.labels)
        if self.mode == "compile":  # the counts are those of the eager network, the losses those of the compiled one
            self.training = training(net)
            self.training.net = torch.compile(net)
            proof["losses"] = [self.step()]
        proof["losses"].append(self.step())
        return proof | {"network": name, "batch": len(self.images)}

    def infer(self, name: str, number_format: str, batch: int, file: pathlib.Path) -> dict:
        stored = tensors.load(file)
        self.images = stored.pop("batch.images").contiguous(memory_format=torch.channels_last)
        del stored["batch.labels"]
        self.net, _ = networks.make(name, self.pooled)
        self.net.load_state_dict(stored, strict=True)
        self.net.eval()
        self.bf16 = number_format == "bf16"
        return counted_pass(self.net, self.images, self.bf16) | {"network": name, "batch": len(self.images)}

    def forward(self) -> None:
        with torch.inference_mode(), autocast(self.bf16):
            self.net(self.images)

    def step(self) -> float:
        return self.training.step(self.images, self.labels).item()


def answer(peer: Peer, command: str, words: list[str]) -> dict:
    if command == "threads":
        torch.set_num_threads(int(words[0]))
        return {"torch": torch.__version__}
    if command == "begin":
        return peer.begin(words[0], words[1], int(words[2]), pathlib.Path(words[3]))
    if command == "step":
        return {"milliseconds": milliseconds(int(words[0]), peer.step)}
    if command == "infer":
        return peer.infer(words[0], words[1], int(words[2]), pathlib.Path(words[3]))
    if command == "pass":
        return {"milliseconds": milliseconds(int(words[0]), peer.forward)}
    raise ValueError(f"there is no command {command}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mode", choices=("eager", "compile"), default="eager")
    parser.add_argument("--break", dest="broken", choices=("pooling",), help="change the network on purpose, for tests")
    options = parser.parse_args()
    peer = Peer(options.mode, pooled=options.broken != "pooling")
    serve(lambda command, words: answer(peer, command, words))


if __name__ == "__main__":
    main()

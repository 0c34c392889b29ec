"""Times one update of ResNet-50's parameters by torch.optim, or by the package that has the optimizer, on request
through standard input. bench/optim.py drives it. Commands, and the line of JSON that each prints:

    threads N            {}
    parameters N         {"parameters": [[64, 3, 7, 7], ...]}, the first N, sorted by name
    kinds                {"kinds": [...]}, the optimizers that torch or one of the packages has
    begin KIND           {"peer": the fastest implementation of the optimizer}
    step KIND REPEATS    {"milliseconds": [...]}
"""

import contextlib
import functools
import json
import statistics
import sys

import schedulefree
import timm.optim
import timm.optim.muon
import torch
import torchvision
from adabelief_pytorch import AdaBelief
from serve import milliseconds

# Options are temper's defaults. Weight decay is used only where it is on by default.
TRIED = 3  # steps with which every candidate is timed

def of_torch(cls, fused=False, **options):
    """The foreach form, and the fused one if there is one."""
    forms = {"foreach": {"foreach": True}}
    if fused:
        forms["fused"] = {"fused": True}
    return {f"torch {name}": functools.partial(cls, **options, **form) for name, form in forms.items()}


def of_timm(cls, **options):
    forms = {"timm": False, "timm foreach": True}
    return {name: functools.partial(cls, foreach=form, **options) for name, form in forms.items()}


def schedule_free(cls, **options):
    def make(parameters):
        optimizer = cls(parameters, **options)
        optimizer.train()
        return optimizer

    return {"schedulefree": make}


class Muon(timm.optim.Muon):
    """Runs the iteration in float32, like temper: bfloat16 is slower where it is emulated."""

    iteration = staticmethod(functools.partial(timm.optim.muon.zeropower_via_newtonschulz, dtype=torch.float32))

    def step(self, closure=None):
        timm.optim.muon.zeropower_via_newtonschulz = Muon.iteration
        return super().step(closure)


def muon(parameters):
    """Muon for matrices and filters, AdamW for the rest, divided as in temper."""

    def is_matrix(p):
        return p.dim() >= 2 and min(p.shape[:2]) > 1 and min(len(p), p.numel() // len(p)) >= 4

    matrices = [p for p in parameters if is_matrix(p)]
    rest = [p for p in parameters if not is_matrix(p)]
    groups = [{"params": matrices}, {"params": rest, "use_fallback": True, "nesterov": False}]
    return Muon(groups, lr=0.02, momentum=0.95, nesterov=True, ns_coefficients="original", adjust_lr_fn="original")


PEERS = {
    "sgd": of_torch(torch.optim.SGD, fused=True, lr=0.1, momentum=0.9),
    "rmsprop": of_torch(torch.optim.RMSprop, lr=0.01),
    "adagrad": of_torch(torch.optim.Adagrad, fused=True, lr=0.01),
    "adadelta": of_torch(torch.optim.Adadelta, lr=1.0),
    "adam": of_torch(torch.optim.Adam, fused=True, lr=1e-3),
    "adamw": of_torch(torch.optim.AdamW, fused=True, lr=1e-3, weight_decay=0.01),
    "nadam": of_torch(torch.optim.NAdam, lr=2e-3),
    "radam": of_torch(torch.optim.RAdam, lr=1e-3),
    "adabelief": {
        "adabelief_pytorch": functools.partial(
            AdaBelief, lr=1e-3, eps=1e-8, rectify=False, weight_decouple=True, print_change_log=False
        )
    },
    "lion": of_timm(timm.optim.Lion, lr=1e-4),
    "lamb": of_timm(timm.optim.Lamb, lr=1e-3, weight_decay=0.01, max_grad_norm=None),
    "lars": {"timm": functools.partial(timm.optim.Lars, lr=1.0, momentum=0.9, always_adapt=True)},
    "muon": {"timm": muon},
    "schedule_free_sgd": schedule_free(schedulefree.SGDScheduleFree, lr=1.0),
    "schedule_free_adamw": schedule_free(schedulefree.AdamWScheduleFree, lr=0.0025),
}


def parameters(count: int) -> list[torch.nn.Parameter]:
    network = torchvision.models.resnet50().to(memory_format=torch.channels_last)
    values = [value for _, value in sorted(network.named_parameters(), key=lambda named: named[0])][:count]
    for value in values:
        value.grad = torch.randn_like(value) * 0.01
    return values


def main() -> None:
    values, optimizer = [], None
    for line in sys.stdin:
        command, *words = line.split()
        answer = {}
        if command == "threads":
            torch.set_num_threads(int(words[0]))
        elif command == "parameters":
            values = parameters(int(words[0]))
            answer = {"parameters": [list(value.shape) for value in values]}
        elif command == "kinds":
            answer = {"kinds": list(PEERS)}
        elif command == "begin":
            optimizer, found, candidates = None, {}, PEERS[words[0]]
            with contextlib.redirect_stdout(sys.stderr):  # some print messages
                for name, make in candidates.items() if len(candidates) > 1 else ():
                    found[name] = statistics.median(milliseconds(TRIED + 1, make(values).step)[1:])
                best = min(candidates, key=lambda name: found.get(name, 0))
                optimizer = candidates[best](values)
            answer = {"peer": best, "tried_ms": found}
        elif command == "step":
            answer = {"milliseconds": milliseconds(int(words[1]), optimizer.step)}
        else:
            sys.exit(f"optim.py: {line}")
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()

"""Writes tests/golden/optim/: 25 steps of every optimizer, as defined by torch.optim 2.11.0, timm
1.0.31, Keras 3.15.1 on torch, adabelief-pytorch 0.2.1 and schedulefree 1.4.1, on recorded gradients of a
convolution, a matrix, a normalization scale and a bias. The last two have no weight decay."""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import schedulefree
import timm.optim
import timm.optim.muon
import torch
from adabelief_pytorch import AdaBelief
from golden import tensor, write

torch.set_default_dtype(torch.float64)  # otherwise NAdam would keep its product of momenta in float32
STEPS = 25
SHAPES = {"conv": (4, 3, 3, 3), "linear": (5, 4), "norm": (4,), "bias": (5,)}
DECAYING = 2  # the number of parameters with weight decay, the first ones
BIG = dict(weight_decay=0.05)

generator = torch.Generator().manual_seed(1)


def sixteenths(*shape):
    return (torch.randn(*shape, generator=generator, dtype=torch.float64) * 16).round() / 16


initial = [sixteenths(*shape) for shape in SHAPES.values()]
gradients = [sixteenths(STEPS, *shape) for shape in SHAPES.values()]
factors = [(step + 1) / 5 if step < 5 else 1 - (step - 5) / 25 for step in range(STEPS)]


def groups(values):
    return [{"params": values[:DECAYING]}, {"params": values[DECAYING:], "weight_decay": 0.0}]


def run_torch(make, lr, dtype):
    values = [torch.nn.Parameter(value.to(dtype).clone()) for value in initial]
    optimizer = make(groups(values))
    for step in range(STEPS):
        for value, gradient in zip(values, gradients):
            value.grad = gradient[step].to(dtype).clone()  # some optimizers write into it
        for group in optimizer.param_groups:
            group["lr"] = factors[step] * group["initial"] if "initial" in group else factors[step] * lr
        optimizer.step()
    return values


def run_keras(make, lr, dtype):
    """Keras implements the L2 penalty through the gradient; its weight_decay is decoupled."""
    name = str(dtype).removeprefix("torch.")
    keras.config.set_floatx(name)
    values = [keras.Variable(value.numpy(), dtype=name, name=shape) for shape, value in zip(SHAPES, initial)]
    optimizer = make()
    optimizer.exclude_from_weight_decay(values[DECAYING:])
    optimizer.build(values)
    for step in range(STEPS):
        optimizer.learning_rate.assign(factors[step] * lr)
        optimizer.apply([gradient[step].to(dtype) for gradient in gradients], values)
    return [value.value for value in values]


def case(ours, make, run=run_torch):
    """temper's options, and the numbers of a published implementation with the same options."""
    result = {"options": ours}
    for dtype in (torch.float64, torch.float32):
        values = run(make, ours["lr"], dtype)
        result[str(dtype).removeprefix("torch.")] = {n: tensor(v) for n, v in zip(SHAPES, values)}
    return result


def torch_case(cls, ours, **extra):
    """Options have the same name on both sides; betas are a pair."""
    theirs = {k: v for k, v in ours.items() if k not in ("beta1", "beta2", "decay", "defaults", "rectify")}
    if "beta1" in ours:
        theirs["betas"] = (ours["beta1"], ours["beta2"])
    theirs |= extra
    return case(ours, lambda g: cls(g, **theirs))


def plain(cls):
    def make(ours, **extra):
        return torch_case(cls, ours, **extra)

    return make


def save(name, packages, cases):
    write(f"optim/{name}.json", packages, {"cases": cases})


write(
    "optim/inputs.json",
    ["torch"],
    {
        "initial": {name: tensor(value) for name, value in zip(SHAPES, initial)},
        "gradients": {name: tensor(value) for name, value in zip(SHAPES, gradients)},
        "lr_factors": factors,
        "decaying": list(SHAPES)[:DECAYING],
    },
)

sgd = plain(torch.optim.SGD)
sgdw = plain(timm.optim.SGDW)


def keras_sgd(ours):
    return case(
        ours,
        lambda: keras.optimizers.SGD(ours["lr"], momentum=ours["momentum"], nesterov=ours.get("nesterov", False),
                                     weight_decay=ours.get("weight_decay")),
        run_keras,
    )


save("sgd", ["torch", "timm", "keras"], [
    sgd({"lr": 0.1, "momentum": 0.0}),
    sgd({"lr": 0.1, "momentum": 0.9}),
    sgd({"lr": 0.05, "momentum": 0.9, "nesterov": True}),
    sgd({"lr": 0.1, "momentum": 0.8, "dampening": 0.3}),
    sgd({"lr": 0.1, "momentum": 0.0} | BIG),
    sgd({"lr": 0.1, "momentum": 0.9, "dampening": 0.5} | BIG),
    sgd({"lr": 0.05, "momentum": 0.9, "nesterov": True} | BIG),
    sgdw({"lr": 0.1, "momentum": 0.9, "decay": "decoupled"} | BIG),
    sgdw({"lr": 0.05, "momentum": 0.9, "nesterov": True, "decay": "decoupled"} | BIG),
    keras_sgd({"lr": 0.1, "momentum": 0.9, "form": "keras"}),
    keras_sgd({"lr": 0.05, "momentum": 0.9, "nesterov": True, "form": "keras"}),
    keras_sgd({"lr": 0.1, "momentum": 0.9, "form": "keras", "decay": "decoupled"} | BIG),
])

rmsprop = plain(torch.optim.RMSprop)


def rmsprop_tf(ours):
    theirs = {k: v for k, v in ours.items() if k not in ("dialect", "decay")}
    theirs["decoupled_decay"] = "decay" in ours
    return case(ours, lambda g: timm.optim.RMSpropTF(g, **theirs))


def rmsprop_keras(ours):
    return case(
        ours,
        lambda: keras.optimizers.RMSprop(ours["lr"], rho=ours["alpha"], momentum=ours.get("momentum", 0.0),
                                         epsilon=ours["eps"], centered=ours.get("centered", False),
                                         weight_decay=ours.get("weight_decay")),
        run_keras,
    )


save("rmsprop", ["torch", "timm", "keras"], [
    rmsprop({"lr": 0.01}),
    rmsprop({"lr": 0.01, "alpha": 0.9, "momentum": 0.9, "eps": 1e-3} | BIG),
    rmsprop({"lr": 0.01, "alpha": 0.9, "centered": True} | BIG),
    rmsprop({"lr": 0.01, "alpha": 0.9, "centered": True, "momentum": 0.5} | BIG),
    rmsprop_tf({"lr": 0.01, "alpha": 0.9, "eps": 1e-3, "dialect": "tf1"} | BIG),
    rmsprop_tf({"lr": 0.01, "alpha": 0.9, "momentum": 0.9, "eps": 1e-3, "dialect": "tf1"} | BIG),
    rmsprop_tf({"lr": 0.01, "alpha": 0.9, "momentum": 0.9, "eps": 1e-3, "dialect": "tf1", "decay": "decoupled"} | BIG),
    rmsprop_tf({"lr": 0.01, "alpha": 0.9, "momentum": 0.9, "eps": 1e-3, "centered": True, "dialect": "tf1"} | BIG),
    rmsprop_keras({"lr": 0.01, "alpha": 0.9, "eps": 1e-7, "dialect": "keras"}),
    rmsprop_keras({"lr": 0.01, "alpha": 0.9, "eps": 1e-3, "momentum": 0.9, "dialect": "keras", "decay": "decoupled"} | BIG),
    rmsprop_keras({"lr": 0.01, "alpha": 0.9, "eps": 1e-3, "centered": True, "dialect": "keras"}),
])

adagrad = plain(torch.optim.Adagrad)


def adagrad_keras(ours):
    return case(
        ours,
        lambda: keras.optimizers.Adagrad(ours["lr"], initial_accumulator_value=ours["initial_accumulator_value"],
                                         epsilon=ours["eps"], weight_decay=ours.get("weight_decay")),
        run_keras,
    )


save("adagrad", ["torch", "keras"], [
    adagrad({"lr": 0.1}),
    adagrad({"lr": 0.1, "lr_decay": 0.05, "initial_accumulator_value": 0.1, "eps": 1e-6} | BIG),
    adagrad_keras({"lr": 0.1, "initial_accumulator_value": 0.1, "eps": 1e-7, "form": "keras"}),
    adagrad_keras({"lr": 0.1, "initial_accumulator_value": 0.1, "eps": 1e-3, "form": "keras", "decay": "decoupled"} | BIG),
])

adadelta = plain(torch.optim.Adadelta)
save("adadelta", ["torch"], [
    adadelta({"lr": 1.0, "rho": 0.95}),
    adadelta({"lr": 0.5, "rho": 0.9, "eps": 1e-3} | BIG),
])

BETAS = {"beta1": 0.8, "beta2": 0.95}
adam = plain(torch.optim.Adam)
save("adam", ["torch"], [
    adam({"lr": 0.01}),
    adam({"lr": 0.01, "eps": 1e-3} | BETAS | BIG),
    adam({"lr": 0.01, "amsgrad": True} | BETAS | BIG),
])
adamw = plain(torch.optim.AdamW)
save("adamw", ["torch"], [
    adamw({"lr": 0.01}),
    adamw({"lr": 0.01, "eps": 1e-3} | BETAS | BIG),
    adamw({"lr": 0.01, "amsgrad": True} | BETAS | BIG),
])
nadam = plain(torch.optim.NAdam)
save("nadam", ["torch"], [
    nadam({"lr": 0.01}),
    nadam({"lr": 0.01, "momentum_decay": 0.01, "eps": 1e-3} | BETAS | BIG),
    nadam({"lr": 0.01, "decay": "decoupled"} | BIG, decoupled_weight_decay=True),
])
radam = plain(torch.optim.RAdam)
save("radam", ["torch"], [
    radam({"lr": 0.01}),
    radam({"lr": 0.01, "eps": 1e-3} | BETAS | BIG),
    radam({"lr": 0.01, "decay": "decoupled"} | BIG, decoupled_weight_decay=True),
])


def adabelief(ours, **extra):
    package = ours["defaults"] == "package"
    theirs = {"eps": 1e-16 if package else 1e-8, "rectify": package, "weight_decouple": ours.get("decay") != "l2"}
    theirs |= {k: v for k, v in ours.items() if k not in ("beta1", "beta2", "decay", "defaults", "rectify", "decay_scale")}
    if "rectify" in ours:
        theirs["rectify"] = ours["rectify"] == "on"
    if "beta1" in ours:
        theirs["betas"] = (ours["beta1"], ours["beta2"])
    theirs["fixed_decay"] = ours.get("decay_scale") == "none"
    return case(ours, lambda g: AdaBelief(g, print_change_log=False, **theirs))


save("adabelief", ["adabelief-pytorch", "torch"], [
    adabelief({"lr": 0.01, "defaults": "paper"}),
    adabelief({"lr": 0.01, "defaults": "package"}),
    adabelief({"lr": 0.01, "defaults": "package"} | BIG),
    adabelief({"lr": 0.01, "defaults": "package", "degenerated_to_sgd": False} | BETAS | BIG),
    adabelief({"lr": 0.01, "defaults": "package", "rectify": "off"} | BETAS | BIG),
    adabelief({"lr": 0.01, "defaults": "paper", "decay": "l2", "eps": 1e-6} | BETAS | BIG),
    adabelief({"lr": 0.01, "defaults": "paper", "decay_scale": "none"} | BETAS | {"weight_decay": 0.002}),
    adabelief({"lr": 0.01, "defaults": "paper", "amsgrad": True} | BETAS | BIG),
    adabelief({"lr": 0.01, "defaults": "paper", "rectify": "on"} | BIG),
])

lion = plain(timm.optim.Lion)
save("lion", ["timm"], [
    lion({"lr": 0.01}),
    lion({"lr": 0.01, "beta1": 0.95, "beta2": 0.98} | BIG),
])


def lamb(ours):
    theirs = {k: v for k, v in ours.items() if k not in ("decay", "beta1", "beta2")}
    if "beta1" in ours:
        theirs["betas"] = (ours["beta1"], ours["beta2"])
    return case(ours, lambda g: timm.optim.Lamb(g, max_grad_norm=None, decoupled_decay="decay" in ours, **theirs))


save("lamb", ["timm"], [
    lamb({"lr": 0.01}),
    lamb({"lr": 0.01, "eps": 1e-3, "trust_clip": True} | BETAS | BIG),
    lamb({"lr": 0.01, "bias_correction": False, "always_adapt": True} | BIG),
    lamb({"lr": 0.01, "decay": "decoupled"} | BIG),
])

lars = plain(timm.optim.Lars)
save("lars", ["timm"], [
    lars({"lr": 1.0, "momentum": 0.9, "trust_coeff": 0.02} | BIG),
    lars({"lr": 1.0, "momentum": 0.8, "dampening": 0.3, "trust_coeff": 0.02, "always_adapt": True} | BIG),
    lars({"lr": 0.5, "momentum": 0.9, "nesterov": True, "trust_coeff": 0.02} | BIG),
    lars({"lr": 0.1, "momentum": 0.0, "trust_coeff": 0.02, "trust_clip": True} | BIG),
])


def muon(ours):
    """timm's Muon, its iteration in the weights' precision; parameters that are not matrices use timm's AdamW."""
    rest = ours["rest"]
    theirs = {k: v for k, v in ours.items() if k not in ("rest", "adjust_lr_fn", "conv_mode", "ns_coefficients")}
    theirs |= {
        "adjust_lr_fn": {"match_rms": "match_rms_adamw"}.get(ours.get("adjust_lr_fn"), ours.get("adjust_lr_fn", "original")),
        "conv_mode": {"batched": "batched"}.get(ours.get("conv_mode"), "flatten"),
        "ns_coefficients": ours.get("ns_coefficients", "original"),
        "betas": (0.9, 0.999),
        "eps": 1e-7,
    }

    def make(g):
        g[1] |= {"use_fallback": True, "nesterov": False}  # AdamW, not NAdamW
        g[1]["initial"] = rest["lr"]
        return timm.optim.Muon(g, **theirs)

    def run(make_, lr, dtype):
        original = timm.optim.muon.zeropower_via_newtonschulz
        timm.optim.muon.zeropower_via_newtonschulz = lambda *a, **k: original(*a, **{**k, "dtype": dtype})
        try:
            return run_torch(make_, lr, dtype)
        finally:
            timm.optim.muon.zeropower_via_newtonschulz = original

    return case(ours, make, run)


REST = {"rest": {"kind": "adamw", "lr": 0.003, "eps": 1e-7, "weight_decay": 0.0}}
save("muon", ["timm", "torch"], [
    muon({"lr": 0.02, "nesterov": True} | BIG | REST),
    muon({"lr": 0.02, "nesterov": False, "adjust_lr_fn": "match_rms", "momentum": 0.9} | BIG | REST),
    muon({"lr": 0.02, "nesterov": True, "adjust_lr_fn": "rms_to_rms", "conv_mode": "batched", "ns_coefficients": "quintic"} | BIG | REST),
    muon({"lr": 0.02, "nesterov": True, "ns_steps": 3, "ns_coefficients": "polar_express"} | BIG | REST),
])


def run_evaluated(make, lr, dtype):
    """Like run_torch, but returns the weights used for evaluation."""
    optimizer = None

    def keep(g):
        nonlocal optimizer
        optimizer = make(g)
        return optimizer

    values = run_torch(keep, lr, dtype)
    optimizer.eval()
    return values


def schedule_free(cls):
    def both(ours):
        theirs = {k: v for k, v in ours.items() if k not in ("beta1", "beta2")}
        if "beta1" in ours:
            theirs["betas"] = (ours["beta1"], ours["beta2"])

        def make(g):
            optimizer = cls(g, **theirs)
            optimizer.train()
            return optimizer

        return case(ours, make) | {"evaluated": case(ours, make, run_evaluated)}

    return both


schedule_free_sgd = schedule_free(schedulefree.SGDScheduleFree)
save("schedule_free_sgd", ["schedulefree", "torch"], [
    schedule_free_sgd({"lr": 0.1}),
    schedule_free_sgd({"lr": 0.1, "momentum": 0.8} | BIG),
    schedule_free_sgd({"lr": 0.1, "r": 2.0, "weight_lr_power": 0.0} | BIG),
])
schedule_free_adamw = schedule_free(schedulefree.AdamWScheduleFree)
save("schedule_free_adamw", ["schedulefree", "torch"], [
    schedule_free_adamw({"lr": 0.01}),
    schedule_free_adamw({"lr": 0.01, "eps": 1e-3} | BETAS | BIG),
    schedule_free_adamw({"lr": 0.01, "r": 1.0, "weight_lr_power": 1.0} | BIG),
])

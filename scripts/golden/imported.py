"""Writes, below tests/golden/imports/, what trainings by timm 1.0.31 and torchvision 0.26 do that recipes are imported
from: rates.json, the learning rate of every step for command lines of both; data.json, how timm reads images for each
network; training.json, 20 steps of a small training by timm's optimizer, schedule, loss and average.

train.py is in neither package. What it computes from its arguments before it calls the package is repeated here:
https://github.com/huggingface/pytorch-image-models/blob/main/train.py,
https://github.com/pytorch/vision/blob/main/references/classification/train.py."""

import math
import re
import shlex
import types
import warnings

import timm
import torch
from formula import fill, noise
from golden import write
from timm.data import resolve_data_config
from timm.loss import LabelSmoothingCrossEntropy
from timm.optim import create_optimizer_v2, optimizer_kwargs, param_groups_weight_decay
from timm.scheduler import create_scheduler_v2, scheduler_kwargs
from timm.utils import ModelEmaV3
from torch.optim import lr_scheduler as lrs

warnings.simplefilter("ignore")  # PyTorch's about the order of scheduler and optimizer

STEPS = 4  # in an epoch

TIMM = {
    "opt": "sgd", "opt_eps": None, "opt_betas": None, "momentum": 0.9, "weight_decay": 2e-5, "layer_decay": None,
    "sched": "cosine", "sched_on_updates": False, "lr": None, "lr_base": 0.1, "lr_base_size": 256, "lr_base_scale": "",
    "lr_noise": None, "lr_noise_pct": 0.67, "lr_noise_std": 1.0, "lr_cycle_mul": 1.0, "lr_cycle_decay": 0.5,
    "lr_cycle_limit": 1, "lr_k_decay": 1.0, "warmup_lr": 1e-5, "min_lr": 0.0, "epochs": 300,
    "decay_milestones": [90, 180, 270], "decay_epochs": 90.0, "warmup_epochs": 5, "warmup_prefix": False,
    "cooldown_epochs": 0, "patience_epochs": 10, "decay_rate": 0.1, "batch_size": 128, "grad_accum_steps": 1,
    "eval_metric": "top1", "seed": 42,
}  # fmt: skip
TORCHVISION = {
    "lr": 0.1, "epochs": 90, "lr_scheduler": "steplr", "lr_warmup_epochs": 0, "lr_warmup_method": "constant",
    "lr_warmup_decay": 0.01, "lr_step_size": 30, "lr_gamma": 0.1, "lr_min": 0.0,
}  # fmt: skip


def arguments(command, defaults):
    """The options of a command line, over the defaults; and the number of processes."""
    values, words = dict(defaults), shlex.split(command)
    launched = re.search(r"--nproc_per_node=(\d+)", command)
    for at, word in enumerate(words):
        name = word.lstrip("-").replace("-", "_")
        if not word.startswith("--") or name not in defaults:
            continue
        of = [one for one in words[at + 1 :]]
        of = of[: next((i for i, one in enumerate(of) if one.startswith("--")), len(of))]
        default = defaults[name]
        if isinstance(default, bool):
            values[name] = True
        elif isinstance(default, list):
            values[name] = [int(one) for one in of]
        elif isinstance(default, str):
            values[name] = of[0]
        elif isinstance(default, int):
            values[name] = int(of[0])
        else:
            values[name] = float(of[0])
    return types.SimpleNamespace(**values), int(launched[1]) if launched else 1


def timm_rate(args, processes):
    if args.lr:
        return args.lr
    ratio = args.batch_size * processes * args.grad_accum_steps / args.lr_base_size
    scale = args.lr_base_scale or ("sqrt" if any(o in args.opt.lower() for o in ("ada", "lamb")) else "linear")
    return args.lr_base * (ratio**0.5 if scale == "sqrt" else ratio)


def timm_rates(command):
    args, processes = arguments(command, TIMM)
    args.lr = timm_rate(args, processes)
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=args.lr)
    scheduler, epochs = create_scheduler_v2(optimizer, **scheduler_kwargs(args), updates_per_epoch=STEPS)
    rates = []
    for epoch in range(epochs):
        for _ in range(STEPS):
            rates.append(optimizer.param_groups[0]["lr"])
            if scheduler is not None:
                scheduler.step_update(num_updates=len(rates))
        if scheduler is not None:
            scheduler.step(epoch + 1)
    return {"script": "timm", "command": command, "epochs": epochs, "steps_per_epoch": STEPS, "rates": rates}


def torchvision_scheduler(optimizer, args):
    if args.lr_scheduler == "steplr":
        main = lrs.StepLR(optimizer, step_size=args.lr_step_size, gamma=args.lr_gamma)
    elif args.lr_scheduler == "cosineannealinglr":
        main = lrs.CosineAnnealingLR(optimizer, T_max=args.epochs - args.lr_warmup_epochs, eta_min=args.lr_min)
    else:
        main = lrs.ExponentialLR(optimizer, gamma=args.lr_gamma)
    if args.lr_warmup_epochs == 0:
        return main
    if args.lr_warmup_method == "linear":
        warm = lrs.LinearLR(optimizer, start_factor=args.lr_warmup_decay, total_iters=args.lr_warmup_epochs)
    else:
        warm = lrs.ConstantLR(optimizer, factor=args.lr_warmup_decay, total_iters=args.lr_warmup_epochs)
    return lrs.SequentialLR(optimizer, schedulers=[warm, main], milestones=[args.lr_warmup_epochs])


def torchvision_rates(command):
    args, _ = arguments(command, TORCHVISION)
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=args.lr)
    scheduler = torchvision_scheduler(optimizer, args)
    rates = []
    for _ in range(args.epochs):
        rates += [optimizer.param_groups[0]["lr"]] * STEPS
        optimizer.step()
        scheduler.step()
    return {"script": "torchvision", "command": command, "epochs": args.epochs, "steps_per_epoch": STEPS, "rates": rates}


write(
    "imports/rates.json",
    ["torch", "timm"],
    {
        "cases": [
            timm_rates(command)
            for command in (
                "--model resnet50 --epochs 30",
                "--model resnet50 --epochs 20 --batch-size 256 --lr-base 0.5 --warmup-epochs 3 --min-lr 1e-5",
                "torchrun --nproc_per_node=8 train.py --model resnet50 --opt lamb --lr 8e-3 --epochs 25 --warmup-lr 1e-6 "
                "--min-lr 1e-6",
                "torchrun --nproc_per_node=4 train.py --model resnet50 --opt adamw --lr-base 1e-3 --epochs 12",
                "--model resnet50 --lr 0.4 --epochs 12 --sched-on-updates --warmup-epochs 2 --warmup-prefix",
                "--model resnet50 --lr 0.4 --epochs 12 --sched-on-updates --warmup-epochs 2",
                "--model resnet50 --lr 0.4 --epochs 10 --warmup-epochs 2 --warmup-prefix --cooldown-epochs 3 --min-lr 0.01",
                "--model resnet50 --lr 0.4 --epochs 6 --lr-cycle-limit 3 --lr-cycle-mul 2 --lr-cycle-decay 0.5",
                "--model resnet50 --lr 0.4 --epochs 6 --lr-cycle-limit 3 --warmup-epochs 1 --cooldown-epochs 2",
                "--model efficientnet_b0 --lr 0.048 --epochs 30 --sched step --decay-epochs 2.4 --decay-rate 0.97 "
                "--warmup-lr 1e-6 --warmup-epochs 5",
                "--model resnet50 --lr 0.1 --epochs 20 --sched step --decay-epochs 7 --warmup-prefix --warmup-epochs 3",
                "--model resnet50 --lr 0.1 --epochs 20 --sched multistep --decay-milestones 8 14 30 --warmup-epochs 2",
                "--model resnet50 --lr 0.1 --epochs 20 --sched poly --decay-rate 2 --min-lr 1e-4 --warmup-epochs 2",
                "--model resnet50 --lr 0.1 --epochs 20 --sched wsd --decay-epochs 0.3 --warmup-epochs 2",
                "--model resnet50 --lr 0.1 --epochs 20 --sched wsd --decay-epochs 6 --sched-on-updates --warmup-epochs 2",
                "--model resnet50 --lr 0.1 --epochs 8 --sched constant --warmup-epochs 2",
                "--model resnet50 --lr 0.1 --epochs 8 --sched none",
            )
        ]
        + [
            torchvision_rates(command)
            for command in (
                "torchrun --nproc_per_node=8 train.py --model resnet50",
                "torchrun --nproc_per_node=8 train.py --model resnet50 --lr 0.5 --epochs 60 --lr-scheduler cosineannealinglr "
                "--lr-warmup-epochs 5 --lr-warmup-method linear",
                "--model resnet50 --lr 0.5 --epochs 30 --lr-scheduler cosineannealinglr --lr-min 0.01",
                "--model efficientnet_b0 --lr 0.3 --epochs 12 --lr-scheduler exponentiallr --lr-gamma 0.9 "
                "--lr-warmup-epochs 3",
                "--model resnet50 --epochs 20 --lr-step-size 6 --lr-warmup-epochs 2 --lr-warmup-decay 0.1",
            )
        ]
    },
)


def data_of(name):
    config = resolve_data_config({}, pretrained_cfg=timm.get_pretrained_cfg(name).to_dict())
    return {
        "tag": timm.get_pretrained_cfg(name).tag,
        "size": config["input_size"][1],
        "crop_pct": config["crop_pct"],
        "interpolation": config["interpolation"],
        "mean": list(config["mean"]),
        "std": list(config["std"]),
    }


NETWORKS = [
    name
    for name in timm.list_models()
    if re.fullmatch(
        r"resnet(18|34|50|101|152)|resnet(50|101|152|200)d|resnetrs\d+|seresnet(50|101|152)|resnext50_32x4d|"
        r"resnext101_(32x4d|32x8d|64x4d)|wide_resnet(50|101)_2|resnetblur50|resnetv2_(50|101|152)d?|"
        r"(tf_)?efficientnet_(b[0-4]|lite[0-2])|(tf_)?mobilenetv3_(large|small)_(075|100)|"
        r"convnext_(tiny|small|base|large|xlarge)",
        name,
    )
]
write("imports/data.json", ["timm"], {"networks": {name: data_of(name) for name in NETWORKS}})

COMMAND = (
    "--model resnet18 --img-size 32 --batch-size 8 --lr 3e-4 --epochs 5 --warmup-epochs 2 --warmup-lr 2e-5 --min-lr 1e-5 "
    "--weight-decay 1e-3 --smoothing 0.1 --model-ema --model-ema-decay 0.9"
)
CLASSES, SIDE = 10, 32


def training():
    args, _ = arguments(COMMAND, TIMM)
    # In float64: the losses of this network depend so much on the weights that in float32 rounding shows after 20 steps.
    model = timm.create_model("resnet18", num_classes=CLASSES).double()
    fill(model)
    model.train()
    optimizer = create_optimizer_v2(model, **optimizer_kwargs(cfg=args))
    scheduler, epochs = create_scheduler_v2(optimizer, **scheduler_kwargs(args), updates_per_epoch=STEPS)
    ema = ModelEmaV3(model, decay=0.9, use_warmup=False)
    loss_of = LabelSmoothingCrossEntropy(smoothing=0.1)
    losses = []
    for epoch in range(epochs):
        for _ in range(STEPS):
            step = len(losses)
            images = noise(args.batch_size * 3 * SIDE * SIDE, 1000 + step).reshape(args.batch_size, 3, SIDE, SIDE)
            labels = (torch.arange(args.batch_size) * 7 + step) % CLASSES
            optimizer.zero_grad()
            loss = loss_of(model(images), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            ema.update(model, step=len(losses))
            scheduler.step_update(num_updates=len(losses))
        scheduler.step(epoch + 1)
    assert all(math.isfinite(one) for one in losses)
    averages = [[n, v.double().norm().item()] for n, v in ema.module.state_dict().items() if v.is_floating_point()]
    return {
        "command": COMMAND,
        "steps_per_epoch": STEPS,
        "state": [name for name, _ in model.state_dict().items()],
        "losses": losses,
        "average_norms": averages,
    }


def decayed(name):
    """The parameters that timm decays."""
    model = timm.create_model(name, num_classes=CLASSES)
    names = {id(parameter): one for one, parameter in model.named_parameters()}
    groups = param_groups_weight_decay(model, 0.05)
    return [names[id(p)] for group in groups if group["weight_decay"] > 0 for p in group["params"]]


write(
    "imports/training.json",
    ["torch", "timm"],
    {**training(), "decayed": {name: decayed(name) for name in ("resnet18", "efficientnet_b0", "convnext_tiny")}},
)

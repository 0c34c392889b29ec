"""Writes tests/golden/schedule/schedule.json: 1,000 learning rates of the schedulers of PyTorch, timm
and Keras, each with the same schedule in temper's options, over 1,000 steps, 100 per epoch; and
plateau.json: the rates of PyTorch's ReduceLROnPlateau after each of 1,000 evaluations."""

import math
import os
import random
import warnings

os.environ["KERAS_BACKEND"] = "torch"

import keras
import torch
from golden import write
from keras.optimizers import schedules as ks
from timm.scheduler import CosineLRScheduler, PolyLRScheduler, StepLRScheduler
from torch.optim import lr_scheduler as lrs

STEPS, EPOCH, WARMUP = 1000, 100, 137
warnings.simplefilter("ignore")  # PyTorch's warning about its epoch argument
keras.config.set_floatx("float64")
cases = []


def sgd(lr):
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr, momentum=0.9)


def add(ours, values):
    cases.append({"schedule": ours, "values": [float(value) for value in values]})


def by_torch(ours, make, lr=0.4):
    optimizer = sgd(lr)
    schedule = make(optimizer)
    values = []
    for _ in range(STEPS):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if len(values) < STEPS:
            schedule.step()
    add(ours, values)


def by_timm(ours, make, lr=0.4):
    optimizer = sgd(lr)
    schedule = make(optimizer)
    values = []
    for step in range(STEPS):
        schedule.step_update(step) if not schedule.t_in_epochs else schedule.step(step)
        values.append(optimizer.param_groups[0]["lr"])
    add(ours, values)


def by_keras(ours, schedule):
    add(ours, [schedule(step) for step in range(STEPS)])


def after_warmup(make):
    def sequence(optimizer):
        warm = lrs.LinearLR(optimizer, start_factor=0.25, total_iters=WARMUP)
        return lrs.SequentialLR(optimizer, [warm, make(optimizer)], milestones=[WARMUP])

    return sequence


warmup = {"steps": WARMUP, "start": 0.1}
left = STEPS - WARMUP
by_torch({"kind": "constant", "value": 0.4, "warmup": warmup}, after_warmup(lambda o: lrs.ConstantLR(o, factor=1.0)))
by_torch({"kind": "constant", "value": 0.4, "warmup": {**warmup, "form": "constant"}},
         lambda o: lrs.ConstantLR(o, factor=0.25, total_iters=WARMUP))
by_torch({"kind": "cosine", "peak": 0.4, "final": 0.002, "warmup": warmup},
         after_warmup(lambda o: lrs.CosineAnnealingLR(o, left, eta_min=0.002)))
by_timm({"kind": "cosine", "peak": 0.4, "final": 0.001, "warmup": {"steps": WARMUP, "start": 0.01}},
        lambda o: CosineLRScheduler(o, t_initial=left, lr_min=0.001, warmup_t=WARMUP, warmup_lr_init=0.01,
                                    warmup_prefix=True))
by_timm({"kind": "cosine", "peak": 0.4, "final": 0.001, "warmup": {"epochs": 1.37, "start": 0.01, "clock": "runs"}},
        lambda o: CosineLRScheduler(o, t_initial=STEPS, lr_min=0.001, warmup_t=WARMUP, warmup_lr_init=0.01))

by_torch({"kind": "step", "peak": 0.4, "gamma": 0.3, "step_size": {"steps": 170}}, lambda o: lrs.StepLR(o, 170, gamma=0.3))
by_torch({"kind": "step", "peak": 0.4, "gamma": 0.3, "step_size": {"epochs": 1.7}, "warmup": warmup},
         after_warmup(lambda o: lrs.StepLR(o, 170, gamma=0.3)))
by_timm({"kind": "step", "peak": 0.4, "gamma": 0.5, "step_size": {"epochs": 2}, "warmup": {**warmup, "clock": "runs"}},
        lambda o: StepLRScheduler(o, decay_t=200, decay_rate=0.5, warmup_t=WARMUP, warmup_lr_init=0.1, warmup_prefix=False))
by_torch({"kind": "multi_step", "peak": 0.4, "gamma": 0.2, "milestones": [2, 5.5, 8.01]},
         lambda o: lrs.MultiStepLR(o, [200, 550, 801], gamma=0.2))
by_keras({"kind": "multi_step", "peak": 0.4, "gamma": 0.5, "milestones": [2, 5.5]},
         ks.PiecewiseConstantDecay([199, 549], [0.4, 0.2, 0.1]))

by_torch({"kind": "exponential", "peak": 0.4, "gamma": 0.995, "every": {"steps": 1}}, lambda o: lrs.ExponentialLR(o, 0.995))
by_keras({"kind": "exponential", "peak": 0.4, "gamma": 0.7}, ks.ExponentialDecay(0.4, EPOCH, 0.7))
by_keras({"kind": "exponential", "peak": 0.4, "gamma": 0.7, "staircase": True},
         ks.ExponentialDecay(0.4, EPOCH, 0.7, staircase=True))
by_keras({"kind": "inverse_time", "peak": 0.4, "decay": 0.7}, ks.InverseTimeDecay(0.4, EPOCH, 0.7))
by_keras({"kind": "inverse_time", "peak": 0.4, "decay": 0.7, "every": {"steps": 30}, "staircase": True},
         ks.InverseTimeDecay(0.4, 30, 0.7, staircase=True))

by_torch({"kind": "polynomial", "peak": 0.4, "power": 0.9}, lambda o: lrs.PolynomialLR(o, STEPS, power=0.9))
by_keras({"kind": "polynomial", "peak": 0.4, "final": 0.01, "power": 2.0}, ks.PolynomialDecay(0.4, STEPS, 0.01, power=2.0))
by_timm({"kind": "polynomial", "peak": 0.4, "final": 0.01, "power": 1.5, "warmup": {"steps": WARMUP, "start": 0.01}},
        lambda o: PolyLRScheduler(o, t_initial=left, power=1.5, lr_min=0.01, warmup_t=WARMUP, warmup_lr_init=0.01,
                                  warmup_prefix=True))
by_torch({"kind": "linear", "peak": 0.4, "final": 0.04}, lambda o: lrs.LinearLR(o, 1.0, 0.1, total_iters=STEPS))

by_torch({"kind": "sgdr", "peak": 0.4, "final": 0.01, "T_0": {"steps": 130}},
         lambda o: lrs.CosineAnnealingWarmRestarts(o, 130, eta_min=0.01))
by_torch({"kind": "sgdr", "peak": 0.4, "final": 0.01, "T_0": {"epochs": 0.7}, "T_mult": 2},
         lambda o: lrs.CosineAnnealingWarmRestarts(o, 70, T_mult=2, eta_min=0.01))
by_timm({"kind": "sgdr", "peak": 0.4, "final": 0.001, "T_0": {"epochs": 1.5}, "T_mult": 1.5, "cycle_decay": 0.7,
         "warmup": {"steps": WARMUP, "start": 0.01}},
        lambda o: CosineLRScheduler(o, t_initial=150, lr_min=0.001, cycle_mul=1.5, cycle_decay=0.7, cycle_limit=10,
                                    warmup_t=WARMUP, warmup_lr_init=0.01, warmup_prefix=True))

for strategy, name in (("cosine", "cos"), ("linear", "linear")):
    for three in (False, True):
        by_torch({"kind": "one_cycle", "peak": 0.4, "anneal_strategy": strategy, "three_phase": three},
                 lambda o: lrs.OneCycleLR(o, 0.4, STEPS, anneal_strategy=name, three_phase=three))
by_torch({"kind": "one_cycle", "peak": 0.4, "pct_start": 0.41, "div_factor": 10, "final_div_factor": 100},
         lambda o: lrs.OneCycleLR(o, 0.4, STEPS, pct_start=0.41, div_factor=10, final_div_factor=100))

# Linear up, constant, linear down.
by_torch({"kind": "warmup_stable_decay", "peak": 0.4, "final": 0.04, "cooldown": 0.25, "warmup": {"steps": 200, "start": 0.1}},
         lambda o: lrs.SequentialLR(o, [lrs.LinearLR(o, 0.25, 1.0, 200), lrs.ConstantLR(o, 1.0),
                                        lrs.LinearLR(o, 1.0, 0.1, 200)], milestones=[200, 800]))
by_torch({"kind": "piecewise", "pieces": [
    {"steps": 137, "curve": {"kind": "linear", "peak": 0.1, "final": 0.4}},
    {"epochs": 3, "curve": {"kind": "step", "peak": 0.4, "gamma": 0.5, "step_size": {"epochs": 1}}},
    {"curve": {"kind": "cosine", "peak": 0.4, "final": 0.01}}]},
    lambda o: lrs.SequentialLR(o, [lrs.LinearLR(o, 0.25, 1.0, 137), lrs.StepLR(o, 100, 0.5),
                                   lrs.CosineAnnealingLR(o, 563, eta_min=0.01)], milestones=[137, 437]))

write("schedule/schedule.json", ["torch", "timm", "keras"],
      {"steps": STEPS, "steps_per_epoch": EPOCH, "cases": cases})

# Plateaus: 1,000 evaluations of a score that improves ever more slowly, with noise, and is occasionally
# NaN. The rate is that of the epoch after each evaluation.
generator = random.Random(5)
losses = [0.2 + 2 / (1 + i / 40) + generator.gauss(0, 0.05) for i in range(STEPS)]
accuracies = [0.95 - 0.8 / (1 + i / 60) + generator.gauss(0, 0.02) for i in range(STEPS)]
for i in (7, 300, 301, 302):
    losses[i] = accuracies[i] = float("nan")
plateaus = []


def plateau(ours, mode="min", scores=losses, **options):
    optimizer = sgd(0.4)
    schedule = lrs.ReduceLROnPlateau(optimizer, mode=mode, **options)
    values = []
    for score in scores:
        schedule.step(score)
        values.append(optimizer.param_groups[0]["lr"])
    plateaus.append({"schedule": {"kind": "plateau", "peak": 0.4, **ours}, "values": values})


plateau({})
plateau({"factor": 0.5, "patience": 3}, factor=0.5, patience=3)
plateau({"factor": 0.7, "patience": 5, "cooldown": 4, "minimum": 0.003}, factor=0.7, patience=5, cooldown=4, min_lr=0.003)
plateau({"factor": 0.8, "patience": 0, "threshold": 0.02, "threshold_mode": "absolute"},
        factor=0.8, patience=0, threshold=0.02, threshold_mode="abs")
plateau({"factor": 0.9, "patience": 2, "cooldown": 9, "threshold": 0, "eps": 1e-3},
        factor=0.9, patience=2, cooldown=9, threshold=0, eps=1e-3)
plateau({"factor": 0.6, "patience": 8, "measure": "validation_accuracy", "threshold": 0.001},
        "max", accuracies, factor=0.6, patience=8, threshold=0.001)
plateau({"factor": 0.95, "patience": 1, "cooldown": 1, "measure": "validation_accuracy", "threshold": 0.005,
         "threshold_mode": "absolute"},
        "max", accuracies, factor=0.95, patience=1, cooldown=1, threshold=0.005, threshold_mode="abs")


def recorded(scores):
    return [None if math.isnan(score) else score for score in scores]


write("schedule/plateau.json", ["torch"],
      {"validation_loss": recorded(losses), "validation_accuracy": recorded(accuracies), "cases": plateaus})

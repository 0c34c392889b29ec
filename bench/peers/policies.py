"""Policies of random operations as torchvision, timm and DALI have them, and what bench/data_proof.py compares of them:
how many operations are drawn, with which probability they are applied, how they interpolate and fill, and the physical
values of each, read from the libraries' own tables.
"""

import re

import numpy as np

# Where their names are not temper's in other letters.
NAMES = {"color": "saturation", "translate_x_rel": "translate_x", "translate_y_rel": "translate_y"}
ENHANCEMENTS = ("saturation", "contrast", "brightness", "sharpness")
MAGNITUDE, BINS = 9, 31


def name_of(name):
    """AutoContrast: auto_contrast."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[XY])(?=[A-Z])", "_", name).lower()
    return NAMES.get(words, words)


def description(draws, chance, interpolation, fill, operations):
    return {
        "draws": draws,
        "chance": chance,
        "interpolation": interpolation,
        "fill": list(fill),
        "operations": {name: sorted(set(values)) for name, values in operations.items()},
    }


# torchvision


def torchvision_policy(policy):
    from torchvision.transforms import InterpolationMode, v2

    if policy == "augmix":
        return v2.AugMix(severity=3, mixture_width=3, chain_depth=-1, alpha=1.0, all_ops=True,
                         interpolation=InterpolationMode.BILINEAR)  # fmt: skip
    if policy == "trivial_augment_wide":
        return v2.TrivialAugmentWide(num_magnitude_bins=BINS)
    return v2.RandAugment(num_ops=2, magnitude=MAGNITUDE, num_magnitude_bins=BINS)


def _torchvision_value(name, magnitude):
    """What its _apply_image_or_video_transform() makes of a magnitude."""
    if name.startswith("translate"):
        return float(int(magnitude))
    if name == "solarize":
        return 255 * magnitude
    return 1 + magnitude if name in ENHANCEMENTS else magnitude


def torchvision_description(policy, size):
    from torchvision.transforms import InterpolationMode

    transform = torchvision_policy(policy)
    bins, drawn, draws = {
        "augmix": lambda t: (t._PARAMETER_MAX, range(t.severity), f"{t.mixture_width} chains of 1 to 3, mixed"),
        "trivial_augment_wide": lambda t: (t.num_magnitude_bins, range(t.num_magnitude_bins), "1"),
        "rand_augment": lambda t: (t.num_magnitude_bins, [t.magnitude], str(t.num_ops)),
    }[policy](transform)
    operations = {}
    for original, (magnitudes_of, signed) in transform._AUGMENTATION_SPACE.items():
        name, magnitudes = name_of(original), magnitudes_of(bins, *size)
        chosen = [] if magnitudes is None else [float(magnitudes[index]) for index in drawn]
        signs = (1, -1) if signed else (1,)
        operations[name] = [_torchvision_value(name, sign * m) for m in chosen for sign in signs]
    return description(draws, 1.0, InterpolationMode(transform.interpolation).value, (0, 0, 0), operations)


# timm


def timm_transform(policy, side, mean, std):
    from timm.data import create_transform

    return create_transform(side, is_training=True, color_jitter=0, interpolation="bilinear", mean=mean, std=std,
                            auto_augment=f"rand-m{MAGNITUDE}-n2" if policy else None)  # fmt: skip


def timm_description(transform, size):
    from PIL import Image
    from timm.data.auto_augment import RandAugment

    policy = next(each for each in transform.transforms if isinstance(each, RandAugment))
    first, operations = policy.ops[0], {}
    for op in policy.ops:
        name = name_of(op.name)
        # The functions draw the sign: all values of many calls.
        drawn = [op.level_fn(op.magnitude, op.hparams)[0] for _ in range(64)] if op.level_fn else []
        side = size[0] if name == "translate_y" else size[1]
        operations[name] = [value * side if name.startswith("translate") else value for value in drawn]
    interpolation = Image.Resampling(first.kwargs["resample"]).name.lower()
    return description(str(policy.num_layers), first.prob, interpolation, first.kwargs["fillcolor"], operations)


# DALI


def dali_suite():
    """torchvision's operations: its magnitude 9 moves by 30 pixels of 224, and its solarize starts from 255."""
    from nvidia.dali.auto_aug import augmentations
    from nvidia.dali.auto_aug.rand_augment import get_rand_augment_suite

    suite = get_rand_augment_suite(use_shape=False, max_translate_abs=100)
    return [each for each in suite if each.name != "solarize"] + [augmentations.solarize.augmentation((255, 0))]


def dali_rand_augment(images):
    from nvidia.dali import types
    from nvidia.dali.auto_aug.rand_augment import apply_rand_augment

    return apply_rand_augment(dali_suite(), images, n=2, m=MAGNITUDE, num_magnitude_bins=BINS, fill_value=0,
                              interp_type=types.INTERP_NN)  # fmt: skip


def dali_description():
    operations = {}
    for each in dali_suite():
        name, values = name_of(each.name), []
        if each.mag_range is not None:
            magnitude = float(np.linspace(*each.mag_range, BINS)[MAGNITUDE])
            values = [magnitude, -magnitude] if each.randomly_negate else [magnitude]
        if name in ENHANCEMENTS:
            values = [1 + value for value in values]
        if name == "posterize":
            values = [float(round(value)) for value in values]
        operations[name] = values
    return description("2", 1.0, "nearest", (0, 0, 0), operations)

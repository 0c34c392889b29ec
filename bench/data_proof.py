"""Checks whether two loaders do the same work. Pure functions over what both show of one epoch's batches:

    images, height, width, channels, format
    mean, deviation     of all normalized values
    versions            of a peer's packages
    policy              of random operations, where there is one:
        draws, chance, interpolation, fill      how many are drawn, and how they are applied
        operations      {name: physical values, both signs, at all magnitudes that are drawn}
"""

import math

from proof import tables, unequal

# Random crops differ: the means of two epochs are this far apart, and for few images by their crops' standard error.
TOLERANCE, TOLERANCE_OF_ONE = 0.03, 2.0
# Physical values are computed in float or double.
RELATIVE, ABSOLUTE = 1e-5, 1e-6
# torchvision truncates translations to whole pixels after torch.linspace, whose last bit depends on the instruction set:
# 15 of 30 steps to 32 pixels are 15 or 16.
PIXELS = 1.0


def _equal(name: str, left: list[float], right: list[float]) -> bool:
    truncated = name.startswith("translate") and all(float(value).is_integer() for value in left + right)
    absolute = PIXELS if truncated else ABSOLUTE
    return len(left) == len(right) and all(
        math.isclose(a, b, rel_tol=RELATIVE, abs_tol=absolute) for a, b in zip(left, right, strict=True)
    )


def _policies(names: tuple[str, str], left: dict | None, right: dict | None) -> list[str]:
    if left is None or right is None:
        return unequal("policy", (names[0], left and "one"), (names[1], right and "one"))
    found = []
    for key in ("draws", "chance", "interpolation", "fill"):
        found += unequal(key, (names[0], left[key]), (names[1], right[key]))
    ours, theirs = ({name: sorted(values) for name, values in side["operations"].items()} for side in (left, right))
    for name in ours.keys() & theirs.keys():
        if _equal(name, ours[name], theirs[name]):
            theirs[name] = ours[name]
    return found + tables("operations", (names[0], ours), (names[1], theirs))


def differences(ours: dict, theirs: dict, names: tuple[str, str] = ("temper", "the peer")) -> list[str]:
    """Each item in which two proofs differ, with both values; empty if both sides do the same work."""
    found = []
    for key in ("images", "height", "width", "channels", "format"):
        found += unequal(key, (names[0], ours[key]), (names[1], theirs[key]))
    allowed = TOLERANCE + TOLERANCE_OF_ONE / math.sqrt(max(1, min(ours["images"], theirs["images"])))
    for key in ("mean", "deviation"):
        if not abs(ours[key] - theirs[key]) <= allowed:
            values = f"{names[0]} has {ours[key]:.4f}, {names[1]} has {theirs[key]:.4f}"
            found.append(f"{key}: {values}, further apart than {allowed:.3f}")
    return found + _policies(names, ours.get("policy"), theirs.get("policy"))

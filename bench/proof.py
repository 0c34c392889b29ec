"""Checks whether two sides of a comparison do the same work. Pure functions over the proofs of both sides.

A proof describes the work of one side in one training step:

    network, batch   as requested
    parameters       {name: shape}
    multiply_adds    {"forward": n, "backward": n}, counted during execution
    losses           of the first step and of the second, which depends on the first one's gradients and update
    format, layout   the observed number format and memory layout of the convolutions
    threads
"""

import math

# Relative differences that are allowed between the losses of the first step, and between the changes of the loss from the
# first step to the second: different orders of summation in fp32, which a ResNet-50 with a batch of four amplifies to half
# a percent of the change; in bf16, which has eight bits of precision, also rounding at different places.
TOLERANCES = {"fp32": (1e-4, 2e-2), "bf16": (2e-2, 1e-1)}

# Keys of a recipe that do not change results, or that a benchmark sets for both sides and checks in the proof.
WITHOUT_EFFECT = (
    "name", "device", "threads", "precision", "log", "checkpoint", "data.source", "data.num_workers",
    "data.read_timeout", "data.on_bad_image", "data.hash_contents",
)  # fmt: skip


def unequal(what: str, left: tuple[str, object], right: tuple[str, object]) -> list[str]:
    if left[1] == right[1]:
        return []
    return [f"{what}: {left[0]} has {left[1]}, {right[0]} has {right[1]}"]


def tables(what: str, left: tuple[str, dict], right: tuple[str, dict]) -> list[str]:
    """Compares key by key, so that a message names the one that differs."""
    found = []
    for key in sorted(left[1].keys() | right[1].keys()):
        values = [(name, table.get(key, "none")) for name, table in (left, right)]
        found += unequal(f"{what}.{key}", *values)
    return found


def _losses(left: tuple[str, list], right: tuple[str, list], tolerances: tuple[float, ...]) -> list[str]:
    found = []
    compared = zip(
        ("loss of step 1", "change of the loss by step 1"),
        *([first, second - first] for first, second in (left[1], right[1])),
        tolerances,
        strict=True,
    )
    for what, ours, theirs, allowed in compared:
        if not (math.isfinite(ours) and math.isclose(ours, theirs, rel_tol=allowed)):
            found.append(
                f"{what}: {left[0]} has {ours:.7g}, {right[0]} has {theirs:.7g}, a relative difference above {allowed:g}"
            )
    return found


def differences(ours: dict, theirs: dict, names: tuple[str, str] = ("temper", "the peer")) -> list[str]:
    """Each item in which two proofs differ, with both values; empty if both sides do the same work."""
    found = []
    for key in ("network", "batch", "format", "layout", "threads"):
        found += unequal(key, (names[0], ours[key]), (names[1], theirs[key]))
    for key in ("parameters", "multiply_adds"):
        found += tables(key, (names[0], ours[key]), (names[1], theirs[key]))
    tolerances = TOLERANCES.get(ours["format"], TOLERANCES["fp32"])
    return found + _losses((names[0], ours["losses"]), (names[1], theirs["losses"]), tolerances)


def unlike_asked(proof: dict, side: str, number_format: str) -> list[str]:
    """Differences from the requested format and the channels-last layout."""
    asked = ("what was asked for", number_format)
    return unequal("format", (side, proof["format"]), asked) + unequal(
        "layout", (side, proof["layout"]), ("what was asked for", "channels_last")
    )


def expectation(proof: dict) -> dict:
    """The part of an fp32 proof that is stored, to compare later ones with. Multiply-adds are stored per image."""
    per_image = {}
    for key, count in proof["multiply_adds"].items():
        per_image[key], rest = divmod(count, proof["batch"])
        if rest:
            raise ValueError(f"multiply_adds.{key} is {count}, no multiple of the batch of {proof['batch']}")
    return {
        "parameters": proof["parameters"],
        "multiply_adds_per_image": per_image,
        "batch": proof["batch"],
        "losses": proof["losses"],
    }


def unexpected(proof: dict, side: str, expected: dict) -> list[str]:
    """Each item in which a proof differs from expected.json. Losses are compared only for its batch size and fp32."""
    committed = "expected.json"
    counts = {key: count * proof["batch"] for key, count in expected["multiply_adds_per_image"].items()}
    found = tables("parameters", (side, proof["parameters"]), (committed, expected["parameters"]))
    found += tables("multiply_adds", (side, proof["multiply_adds"]), (committed, counts))
    if proof["format"] == "fp32" and proof["batch"] == expected["batch"]:
        found += _losses((side, proof["losses"]), (committed, expected["losses"]), TOLERANCES["fp32"])
    return found


def flat(table: dict, path: str = "") -> dict[str, object]:
    """The values of nested tables by their paths, such as "data.batch_size". A list is one value."""
    found = {}
    for key, value in table.items():
        here = f"{path}.{key}" if path else key
        found |= flat(value, here) if isinstance(value, dict) and value else {here: value}
    return found


def recipe_differences(resolved: dict, committed: dict) -> list[str]:
    """Each relevant key whose value differs between temper's resolved recipe and the recipe that the peer
    implements."""

    def of(recipe: dict) -> dict[str, object]:
        left_out = tuple(f"{key}." for key in WITHOUT_EFFECT)
        return {k: v for k, v in flat(recipe).items() if not f"{k}.".startswith(left_out)}

    return tables("recipe", ("temper", of(resolved)), ("the peer's recipe", of(committed)))

"""Evaluations under FGSM, the attack and the predictions for its result, of a network in temper and by torchattacks in
PyTorch, in alternation. Called by scripts/bench.

Before anything is compared, both sides must show that they do the same work: the same multiply-adds counted during
execution, and the same attacked images, but for samples whose gradient is so small that its sign depends on the order
of summation."""

import argparse
import json
import pathlib

import machine
import options
import proof
from talker import Refused, Talker, ratios, shown, spread, take_turns

# Share of the samples that may differ.
APART = 0.01


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", help="a Python that has torch and torchattacks; without one only temper runs")
    parser.add_argument("--networks", nargs="+", choices=options.BATCHES, default=["quickstart", "resnet50"])
    found = options.parse(parser)
    if found.smoke:
        found.networks = ["quickstart"]
    return found


def differences(ours: dict, theirs: dict, names: tuple[str, str]) -> list[str]:
    found = proof.tables("multiply_adds", (names[0], ours["multiply_adds"]), (names[1], theirs["multiply_adds"]))
    if not theirs["apart"] <= APART:
        found.append(f"attacked images: {theirs['apart']:.2%} of their samples differ, above {APART:.0%}")
    return found


def turn(side: Talker, asked: argparse.Namespace):
    """As options.turn(), of evaluations."""
    single = side.ask("attacks", 1 if asked.smoke else 3)["milliseconds"][-1]
    count = max(1, round(1000 * asked.seconds / single))
    return lambda: sum(side.ask("attacks", count)["milliseconds"]) / count


def compare(network: str, asked: argparse.Namespace) -> dict:
    batch = asked.batches[network]
    row = {"network": network, "batch": batch}
    weights, attacked = ((asked.out / name).resolve() for name in ("attack.safetensors", "attacked.safetensors"))
    print(f"\n{network}, FGSM, batch {batch}, {asked.threads} threads", flush=True)
    with Talker(asked.program, threads=asked.threads) as temper:
        temper.ask("infer", network, "fp32", batch, weights)
        ours = temper.ask("attack", attacked)
        print(f"  temper: {ours['multiply_adds']['forward']:,} + {ours['multiply_adds']['backward']:,} multiply-adds")
        if not asked.python:
            turn(temper, asked)()
            return row | {"left_out": "no Python with torchattacks was given; only temper ran"}
        with Talker(asked.python, "bench/peers/attack.py", threads=asked.threads) as peer:
            versions = peer.ask("threads", asked.threads)
            row["peer"] = f"torchattacks {versions['torchattacks']}, torch {versions['torch']} eager"
            theirs = peer.ask("attack", network, batch, weights, attacked)
            wrong = differences(ours, theirs, ("temper", row["peer"]))
            if wrong:
                print(f"  REFUSED: {row['peer']} does different work", *wrong, sep="\n    ", flush=True)
                return row | {"refused": wrong}
            found = take_turns({"temper": turn(temper, asked), "peer": turn(peer, asked)}, asked.pairs)
    row |= {"proof": [ours, theirs], "milliseconds": found}
    row["spread"] = {side: spread(values) for side, values in found.items()}
    row["ratio"] = ratios(found["peer"], found["temper"])
    print(
        f"    ms an evaluation: temper {shown(row['spread']['temper'], 1)}, {row['peer']} "
        f"{shown(row['spread']['peer'], 1)}; temper is {shown(row['ratio'], 2, 'x')} as fast",
        flush=True,
    )
    return row


def main() -> None:
    asked = arguments()
    rows = [compare(network, asked) for network in asked.networks]
    report = {"machine": machine.facts(), "threads": asked.threads, "rows": rows}
    file: pathlib.Path = asked.out / "attack.json"
    file.write_text(json.dumps(report, indent=2) + "\n")
    for name in ("attack.safetensors", "attacked.safetensors"):
        (asked.out / name).unlink(missing_ok=True)
    refused = sum("refused" in row for row in rows)
    if refused:
        raise SystemExit(f"attack: {refused} comparisons were refused")


if __name__ == "__main__":
    try:
        main()
    except Refused as error:
        raise SystemExit(f"attack: {error}") from error

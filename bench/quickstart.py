"""temper against PyTorch eager: the whole run of the quickstart's recipe in both, loading and evaluation included, in
alternation. Called by scripts/bench."""

import argparse
import json
import pathlib
import shutil
import tomllib

import machine
import options
import process
import proof
import step
from talker import Refused, Talker, ratios, shown, spread, take_turns

ROWS = {  # what is measured, digits, and whether the ratio has temper's value above or below the line
    "seconds": ("seconds, start to end", 1, "below"),
    "images_per_second": ("images/s in training, loading included", 0, "above"),
    "peak_memory_mib": ("peak memory, MiB (PSS of all processes)", 0, "above"),
    "test_accuracy": ("test accuracy", 4, None),
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--temper", required=True, help="temper's program")
    parser.add_argument("--python", help="Python that has torch and torchvision; without it, temper runs alone")
    parser.add_argument("--data", type=pathlib.Path, help="Fashion-MNIST in torchvision's folder layout")
    parser.add_argument("--format", choices=options.FORMATS, default="fp32")
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    parser.add_argument("--limit", type=int, help="number of training images (default: all)")
    asked = options.parse(parser)
    committed = tomllib.loads(step.RECIPE.read_text())
    asked.epochs = asked.epochs or (1 if asked.smoke else committed["epochs"])
    asked.limit = asked.limit or (1280 if asked.smoke else committed["data"]["limit"])
    committed["epochs"], committed["data"]["limit"] = asked.epochs, asked.limit
    asked.recipe = committed
    return asked


def summary(images: int, training: float, seconds: float, peak: int, accuracy: float) -> dict:
    return {
        "seconds": seconds,
        "images_per_second": images / training,
        "peak_memory_mib": peak / 2**20,
        "test_accuracy": accuracy,
    }


class Temper:
    def __init__(self, asked: argparse.Namespace):
        self.asked = asked
        self.run = asked.out / "temper"
        settings = (f"precision={asked.format}", f"threads={asked.threads}", f"epochs={asked.epochs}",
                    f"data.limit={asked.limit}")  # fmt: skip
        sets = [word for setting in settings for word in ("--set", setting)]
        self.command = [asked.temper, "train", "recipes/fashion-mnist.toml", "--out", str(self.run), *sets]

    def once(self) -> dict:
        shutil.rmtree(self.run, ignore_errors=True)
        _, seconds, peak = process.run(self.command, self.asked.out / "temper.log")
        wrong = proof.recipe_differences(tomllib.loads((self.run / "recipe.toml").read_text()), self.asked.recipe)
        if wrong:
            raise SystemExit("quickstart: the peer implements a different recipe:\n  " + "\n  ".join(wrong))
        lines = (self.run / "metrics.jsonl").read_text().splitlines()
        events = {entry["event"]: entry for entry in map(json.loads, lines)}
        start, spent = events["start"], events["end"]["time"]
        training = spent["data"] + spent["forward"] + spent["backward"] + spent["update"]
        return summary(start["total_steps"] * start["batch"], training, seconds, peak, events["test"]["accuracy"])


class Eager:
    def __init__(self, asked: argparse.Namespace):
        self.log = asked.out / "eager.log"
        self.command = [asked.python, "bench/peers/quickstart.py", str(asked.data), "--format", asked.format]
        for name in ("threads", "epochs", "limit"):
            self.command += [f"--{name}", str(getattr(asked, name))]

    def once(self) -> dict:
        output, seconds, peak = process.run(self.command, self.log)
        result = json.loads(output)
        return summary(result["images"], result["training_seconds"], seconds, peak, result["test_accuracy"])


def proven(asked: argparse.Namespace) -> dict:
    """The proofs of a step of both sides. Exits if they do different work."""
    begin = ("begin", "quickstart", asked.format, asked.batches["quickstart"], asked.out / "quickstart.safetensors")
    expected = json.loads(step.EXPECTED.read_text())["quickstart"]
    with Talker(asked.program, threads=asked.threads) as temper:
        proofs = {"temper": temper.ask(*begin)}
        wrong = proof.unlike_asked(proofs["temper"], "temper", asked.format)
        wrong += proof.unexpected(proofs["temper"], "temper", expected) + step.recipe_differences(temper)
    if asked.python and not wrong:
        with Talker(asked.python, "bench/peers/step.py", threads=asked.threads) as eager:
            proofs["eager"] = eager.ask(*begin)
        wrong = proof.differences(proofs["temper"], proofs["eager"], ("temper", "PyTorch eager"))
    if wrong:
        raise SystemExit("quickstart: REFUSED, the sides do different work:\n  " + "\n  ".join(wrong))
    for name, found in proofs.items():
        print(f"{name}: {step.described(found)}", flush=True)
    return proofs


def measured(asked: argparse.Namespace) -> dict[str, list[dict]]:
    sides = {"temper": Temper(asked)}
    if asked.python:
        sides["eager"] = Eager(asked)

    def told(name: str) -> dict:
        found = sides[name].once()
        print(f"{name:7}", json.dumps({key: round(value, 4) for key, value in found.items()}), flush=True)
        return found

    return take_turns({name: lambda name=name: told(name) for name in sides}, asked.pairs)


def compared(runs: dict[str, list[dict]]) -> dict:
    """The spread of each figure on both sides, and the ratios of the pairs."""
    table = {}
    for key, (_, _, order) in ROWS.items():
        values = {side: [run[key] for run in found] for side, found in runs.items()}
        table[key] = {side: spread(found) for side, found in values.items()}
        if order and len(values) == 2:
            sides = ("temper", "eager") if order == "above" else ("eager", "temper")
            table[key]["ratio"] = ratios(*(values[side] for side in sides))
    return table


def main() -> None:
    asked = arguments()
    proofs = proven(asked)
    runs = measured(asked)
    table = compared(runs)
    size = f"{asked.threads} threads, {asked.epochs} epochs, {asked.pairs} pairs"
    print(f"\n{asked.format}, {size}: medians (lowest to highest)")
    for key, (label, digits, order) in ROWS.items():
        for side in runs:
            print(f"  {label:42}{side:8}{shown(table[key][side], digits)}")
        if "ratio" in table[key]:
            name = "eager by temper" if order == "below" else "temper by eager"
            print(f"  {'':42}{name} {shown(table[key]['ratio'], 2)}")
    report = {"machine": machine.facts(), "format": asked.format, "threads": asked.threads, "epochs": asked.epochs,
              "proof": proofs, "runs": runs, "figures": table}  # fmt: skip
    file = asked.out / f"quickstart-{asked.format}.json"
    file.write_text(json.dumps(report, indent=2) + "\n")
    (asked.out / "quickstart.safetensors").unlink(missing_ok=True)
    print(f"\n{file}")


if __name__ == "__main__":
    try:
        main()
    except Refused as error:
        raise SystemExit(f"quickstart: {error}") from error

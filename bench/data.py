"""How fast batches are made from images, by temper and by other loaders in alternation; run by scripts/bench data.

Every round measures one epoch of each loader; the figures are medians over the rounds, the ratios
medians of the rounds' ratios. build/bench/data.json contains all of them.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

# (who, what, threads or workers)
CONTENDERS = [
    ("temper", "exact", 1), ("temper", "exact", 2), ("temper", "fast", 1), ("temper", "fast", 2),
    ("temper", "packed", 1), ("temper", "packed", 2), ("temper", "small", 1), ("temper", "small", 2),
    ("temper", "jpeg_full", 1), ("temper", "jpeg_crop", 1), ("temper", "jpeg_half", 1),
    ("peer", "torchvision", 0), ("peer", "torchvision", 2), ("peer", "timm", 0), ("peer", "timm", 2),
    ("peer", "albumentations", 0), ("peer", "albumentations", 2), ("peer", "dali", 1), ("peer", "dali", 2),
    ("peer", "small", 0), ("peer", "small", 2),
]
# what is compared, and the wanted ratio
BARS = [
    ("exact, one thread, by albumentations", ("temper", "exact", 1), ("peer", "albumentations", 0), 1.9),
    ("exact, one thread, by torchvision", ("temper", "exact", 1), ("peer", "torchvision", 0), 2.7),
    ("exact, one thread, by timm", ("temper", "exact", 1), ("peer", "timm", 0), None),
    ("exact, one thread, by DALI", ("temper", "exact", 1), ("peer", "dali", 1), None),
    ("exact by libjpeg-turbo's decoding of the same crops", ("temper", "exact", 1), ("temper", "jpeg_crop", 1), 0.8),
    ("fast, one thread, by albumentations", ("temper", "fast", 1), ("peer", "albumentations", 0), 2.2),
    ("exact, two threads by one", ("temper", "exact", 2), ("temper", "exact", 1), 1.9),
    ("exact, two threads, by torchvision with two workers", ("temper", "exact", 2), ("peer", "torchvision", 2), None),
    ("exact, two threads, by albumentations with two workers", ("temper", "exact", 2), ("peer", "albumentations", 2), None),
    ("exact, two threads, by DALI with two", ("temper", "exact", 2), ("peer", "dali", 2), None),
    ("32 x 32, one thread, by torchvision", ("temper", "small", 1), ("peer", "small", 0), 30),
    ("packed by exact from the originals", ("temper", "packed", 1), ("temper", "exact", 1), 2),
]


class Asked:
    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, what, threads):
        try:
            self.process.stdin.write(f"{what} {threads}\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            sys.exit(f"{what}: the program exited")
        if answer.startswith("error"):
            return answer.strip()
        return float(answer.split()[0])


def name(contender):
    who, what, threads = contender
    if what in ("torchvision", "timm", "albumentations") or (who, what) == ("peer", "small"):
        return f"{what if what != 'small' else 'torchvision, 32 x 32'}, " + (f"{threads} workers" if threads else "no workers")
    if what == "small":
        what = "32 x 32"
    return f"{'temper' if who == 'temper' and not what.startswith('jpeg') else ''} {what}, {threads} threads".strip()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--python", help="Python that has the peers; without it, temper is measured alone")
    parser.add_argument("--pictures", required=True)
    parser.add_argument("--packed", required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--smoke", action="store_true", help="one round")
    options = parser.parse_args()
    rounds = 1 if options.smoke else options.rounds
    here = pathlib.Path(__file__).parent
    programs = {
        "temper": Asked([options.program, options.pictures, options.packed]),
    }
    if options.python:
        programs["peer"] = Asked([options.python, str(here / "peers/data.py"), options.pictures])
    rates = {contender: [] for contender in CONTENDERS}
    failed = {}
    for contender in CONTENDERS:  # warms up, and finds out which loaders are missing
        answer = programs[contender[0]](*contender[1:]) if contender[0] in programs else "not asked"
        if isinstance(answer, str):
            failed[contender] = answer
    for number in range(rounds):
        for contender in CONTENDERS:
            if contender not in failed:
                rates[contender].append(programs[contender[0]](*contender[1:]))
        print(f"round {number + 1} of {rounds}", file=sys.stderr)

    if any(contender in failed or min(rates[contender]) <= 0 for contender in CONTENDERS if contender[0] == "temper"):
        sys.exit(f"data: temper produced no batches: {failed}")
    print(f"{'images/s':>10}")
    for contender in CONTENDERS:
        if contender in failed:
            print(f"{'-':>10}  {name(contender)}: {failed[contender]}")
        else:
            print(f"{statistics.median(rates[contender]):10.0f}  {name(contender)}")
    ratios = {}
    print(f"\n{'ratio':>7} {'wanted':>7}")
    for text, left, right, wanted in BARS:
        if left in failed or right in failed:
            continue
        each = [a / b for a, b in zip(rates[left], rates[right])]
        ratios[text] = {"median": statistics.median(each), "low": min(each), "high": max(each), "wanted": wanted}
        short = wanted is not None and ratios[text]["median"] < wanted
        print(f"{ratios[text]['median']:7.2f} {wanted if wanted else '':>7}  {text} "
              f"({min(each):.2f} to {max(each):.2f}){'  TOO SLOW' if short else ''}")
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "data.json").write_text(json.dumps({
        "cores": os.cpu_count(),
        "images_per_second": {name(c): r for c, r in rates.items() if c not in failed},
        "ratios": ratios,
    }, indent=2) + "\n")


main()

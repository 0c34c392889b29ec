"""How long single image operations take on 224 x 224 pixels, by temper, Pillow and OpenCV in alternation; run by
scripts/bench ops.

Every round measures each operation with each library; the figures are medians over the rounds, the ratios medians of
the rounds' ratios. A ratio to Pillow is printed only where both made the same bytes, which hashes show; where the
draws differ, as "random" says, there is no such proof beyond the golden tests. OpenCV's bytes are always others.
build/bench/ops.json contains all of it.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

import machine
from operations import OPERATIONS

LIBRARIES = ("temper", "pillow", "opencv", "timm")


class Asked:
    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, line):
        """Microseconds and a hash, or the reason for there being none."""
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            sys.exit(f"{line}: the program exited")
        if answer.startswith("error"):
            return answer.split(maxsplit=1)[1].strip()
        time, pixels = answer.split()
        return float(time), pixels


class Comparison:
    def __init__(self, program, python, picture, times):
        self.program = Asked([program, picture])
        self.peers = Asked([python, str(pathlib.Path(__file__).parent / "peers/ops.py"), picture]) if python else None
        self.times = times

    def measure(self, name, library):
        operation = OPERATIONS[name]
        if library == "temper":
            return self.program(f"{self.times} {operation.form} {operation.recipe}")
        return self.peers(f"{self.times} {library} {name}") if self.peers else "not asked"


def ratio(theirs, ours):
    each = [a / b for a, b in zip(theirs, ours)]
    return {"median": statistics.median(each), "low": min(each), "high": max(each)}


def other_bytes(hashes):
    """The operations of which Pillow's bytes, for equal draws, are not temper's."""
    return [
        name
        for name, operation in OPERATIONS.items()
        if not operation.random and hashes.get((name, "pillow"), hashes[name, "temper"]) != hashes[name, "temper"]
    ]


def report(times, reasons, different):
    """Prints the table; returns what is written to ops.json."""
    print(f"{'us':>8} {'Pillow':>8} {'ratio':>7} {'OpenCV':>8} {'ratio':>7} {'timm':>8} {'ratio':>7}")
    results = {}
    for name in OPERATIONS:
        ours = times.get((name, "temper"))
        if ours is None:
            print(f"{'-':>8}  {name}: {reasons[name, 'temper']}")
            continue
        row, cells = {"temper": ours, "ratios": {}}, [f"{statistics.median(ours):8.1f}"]
        remark = ""
        for library in LIBRARIES[1:]:
            theirs = times.get((name, library))
            if theirs is None:
                cells += [f"{'-':>8}", f"{'':>7}"]
                continue
            row[library] = theirs
            cells.append(f"{statistics.median(theirs):8.1f}")
            if library == "pillow" and name in different:
                cells.append(f"{'':>7}")
                remark = "  OTHER BYTES than Pillow's"
                continue
            row["ratios"][library] = ratio(theirs, ours)
            cells.append(f"{row['ratios'][library]['median']:7.2f}")
            if library == "pillow" and row["ratios"][library]["median"] < 1:
                remark = "  TOO SLOW"
        print(" ".join(cells) + f"  {name}{remark}")
        results[name] = row
    return results


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--python", help="Python that has the peers; without it, temper is measured alone")
    parser.add_argument("--pictures", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--times", type=int, default=200, help="images in each measurement")
    parser.add_argument("--smoke", action="store_true", help="one round of two images")
    options = parser.parse_args()
    rounds, count = (1, 2) if options.smoke else (options.rounds, options.times)
    picture = next(path for path in sorted(options.pictures.iterdir()) if path.suffix.lower() in (".jpg", ".jpeg"))
    comparison = Comparison(options.program, options.python, str(picture), count)
    times, reasons, hashes = {}, {}, {}
    for number in range(rounds + 1):  # the first one warms up, and finds out what there is
        for name in OPERATIONS:
            for library in LIBRARIES:
                if (name, library) in reasons:
                    continue
                answer = comparison.measure(name, library)
                if isinstance(answer, str):
                    reasons[name, library] = answer
                    continue
                hashes[name, library] = answer[1]
                if number > 0:
                    times.setdefault((name, library), []).append(answer[0])
        if number > 0:
            print(f"round {number} of {rounds}", file=sys.stderr)
    if missing := [name for name in OPERATIONS if (name, "temper") in reasons]:
        sys.exit("\n".join(f"ops: temper's {name}: {reasons[name, 'temper']}" for name in missing))
    different = other_bytes(hashes)
    results = report(times, reasons, different)
    options.out.mkdir(parents=True, exist_ok=True)
    facts = {"machine": machine.facts(), "picture": picture.name, "times": count, "microseconds": results}
    (options.out / "ops.json").write_text(json.dumps(facts, indent=2) + "\n")
    if different:
        sys.exit(f"ops: other bytes than Pillow's: {', '.join(different)}")


main()

"""temper against PyTorch eager: the quickstart's recipe in both, in turn. Called by scripts/bench."""

import argparse
import json
import os
import pathlib
import platform
import shutil
import signal
import statistics
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SAMPLE_SECONDS = 0.2


def descendants(pid: int) -> list[int]:
    found = [pid]
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += descendants(int(child))
    return found


def memory(pid: int) -> int:
    """Bytes that a process and its descendants hold; pages that several share count once (PSS)."""
    total = 0
    try:
        for process in descendants(pid):
            for line in pathlib.Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
    except (FileNotFoundError, ProcessLookupError):
        pass  # it ended while we looked
    return total


def run(command: list[str], log: pathlib.Path) -> tuple[str, float, int]:
    """Standard output, seconds and peak memory of a command."""
    peak = 0
    started = time.monotonic()
    with log.open("w") as errors:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True)
        done = threading.Event()

        def watch() -> None:
            nonlocal peak
            while not done.wait(SAMPLE_SECONDS):
                peak = max(peak, memory(process.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            output = process.communicate()[0]
        except KeyboardInterrupt:
            process.send_signal(signal.SIGINT)
            raise
        finally:
            done.set()
            watcher.join()
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed ({process.returncode}):\n{log.read_text()[-4000:]}")
    return output, time.monotonic() - started, peak


class Temper:
    def __init__(self, program: pathlib.Path, folder: pathlib.Path, settings: list[str]):
        self.run_directory = folder / "temper"
        self.log = folder / "temper.log"
        sets = [word for setting in settings for word in ("--set", setting)]
        self.train = [str(program), "train", "recipes/fashion-mnist.toml", *sets]

    def once(self) -> dict:
        shutil.rmtree(self.run_directory, ignore_errors=True)
        _, seconds, peak = run([*self.train, "--out", str(self.run_directory)], self.log)
        lines = (self.run_directory / "metrics.jsonl").read_text().splitlines()
        events = {entry["event"]: entry for entry in map(json.loads, lines)}
        start, spent = events["start"], events["end"]["time"]
        training = spent["data"] + spent["forward"] + spent["backward"] + spent["update"]
        return summary(start["total_steps"] * start["batch"], training, seconds, peak, events["test"]["accuracy"])

    def bare(self) -> float:
        estimate = json.loads(run([*self.train, "--dry-run", "--json"], self.log)[0])
        return estimate["step_images_per_second"]


class Eager:
    def __init__(self, python: str, data: pathlib.Path, run_directory: pathlib.Path, folder: pathlib.Path):
        self.log = folder / "eager.log"
        self.peer = [python, "bench/peers/quickstart.py", str(run_directory), str(data)]

    def once(self) -> dict:
        output, seconds, peak = run(self.peer, self.log)
        result = json.loads(output)
        return summary(result["images"], result["training_seconds"], seconds, peak, result["test_accuracy"])

    def bare(self) -> float:
        return json.loads(run([*self.peer, "--bare"], self.log)[0])["bare_images_per_second"]


def summary(images: int, training: float, seconds: float, peak: int, accuracy: float) -> dict:
    return {
        "images_per_second": images / training,
        "seconds": seconds,
        "peak_memory_mib": peak / 2**20,
        "test_accuracy": accuracy,
    }


ROWS = {
    "images_per_second": ("images/s, training (loading included)", "{:.0f}"),
    "bare_images_per_second": ("images/s, bare step", "{:.0f}"),
    "seconds": ("seconds, start to end", "{:.1f}"),
    "peak_memory_mib": ("peak memory, MiB (PSS, all processes)", "{:.0f}"),
    "test_accuracy": ("test accuracy", "{:.4f}"),
}


def table(temper: dict, eager: dict) -> str:
    lines = [f"{'':40}{'temper':>10}{'eager':>10}{'ratio':>8}"]
    for key, (label, form) in ROWS.items():
        ratio = temper[key] / eager[key]
        lines.append(f"{label:40}{form.format(temper[key]):>10}{form.format(eager[key]):>10}{ratio:>8.2f}")
    return "\n".join(lines)


def medians(runs: list[dict]) -> dict:
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


def processor() -> str:
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.machine()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=pathlib.Path, required=True)
    parser.add_argument("--python", required=True, help="of the environment with torch and torchvision")
    parser.add_argument("--data", type=pathlib.Path, required=True, help="Fashion-MNIST as torchvision lays it out")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--pairs", type=int, default=1)
    parser.add_argument("--set", action="append", default=[], help="as temper train's; reaches both")
    arguments = parser.parse_args()

    folder = arguments.out
    folder.mkdir(parents=True, exist_ok=True)
    temper = Temper(arguments.program, folder, arguments.set)
    eager = Eager(arguments.python, arguments.data, temper.run_directory, folder)
    runs = {"temper": [], "eager": []}
    for pair in range(arguments.pairs):
        # Turn about, so that a machine that slows down favours neither. temper's first run comes first: the peer
        # reads its recipe.
        order = [("temper", temper), ("eager", eager)]
        for name, side in order if pair % 2 == 0 else reversed(order):
            result = side.once()
            print(f"pair {pair + 1} {name:7}", json.dumps({k: round(v, 4) for k, v in result.items()}), flush=True)
            runs[name].append(result)
    middle = {name: medians(results) for name, results in runs.items()}
    middle["temper"]["bare_images_per_second"] = temper.bare()
    middle["eager"]["bare_images_per_second"] = eager.bare()

    report = {"cpu": processor(), "processors": len(os.sched_getaffinity(0)), "pairs": arguments.pairs,
              "settings": arguments.set, "median": middle, "runs": runs,
              "ratio": {key: middle["temper"][key] / middle["eager"][key] for key in ROWS}}
    (folder / "quickstart.json").write_text(json.dumps(report, indent=2) + "\n")
    print(f"\n{table(middle['temper'], middle['eager'])}\n\n{folder / 'quickstart.json'}")


main()

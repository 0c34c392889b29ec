"""Code shared by the studies beside this file: many runs of a small network, each made once and stored, and their
statistics. To resume a study, repeat its command. TEMPER_PROGRAM names a program to use instead of the release
build."""

import concurrent.futures
import hashlib
import json
import math
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import venv

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("TEMPER_PROGRAM", ROOT / "build/release/temper"))
PLACE = ROOT / "build/studies"
PACKAGES = ["matplotlib==3.10.7", "scipy==1.16.3"]

SEARCH_SEED = 1
SEEDS = list(range(101, 111))  # ten, none of which the search has seen
LEVEL = 0.85  # validation accuracy for the columns "epochs to" and "seconds to"

FINISHED, DIVERGED, STOPPED = 0, 5, 75  # temper's exit statuses

# 6,000 images x 10 epochs. Every run uses one compute thread.
RECIPE = """
epochs = 10
threads = 1
precision = "fp32"
[data]
batch_size = 64
limit = 6000
validation = 0.05
num_workers = 1
augment = [{ kind = "flip" }]
[model]
kind = "resnet"
stem = "strided"
layers = [1, 1, 1]
width = 16
[checkpoint]
every_steps = 0
[log]
every_steps = 50
"""
STEPS_AN_EPOCH = 93  # 6,000 training images in batches of 64


def with_packages() -> None:
    """Restarts the script in a virtual environment with PACKAGES if they are missing; creates it on the first call."""
    try:
        import matplotlib  # noqa: F401
        import scipy  # noqa: F401
    except ImportError:
        place = PLACE / "env"
        if sys.prefix == str(place):
            raise
        python = place / "bin/python"
        if not (place / "ready").exists():
            venv.create(place, with_pip=True, clear=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
            (place / "ready").touch()
        os.execv(python, [str(python), *sys.argv])


def program(*arguments: str, allowed: tuple[int, ...] = (FINISHED,)) -> subprocess.CompletedProcess:
    """Runs temper with these arguments; any other exit status ends the study."""
    command = [str(PROGRAM), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode not in allowed:
        sys.exit(f"{' '.join(command)}\nended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done


def train(run: pathlib.Path, settings: tuple[str, ...], seed: int, *more: str) -> tuple[int, list[dict]]:
    """Trains a run. Returns the exit status and the lines of the log; the run's directory is kept."""
    shutil.rmtree(run, ignore_errors=True)
    sets = [word for setting in settings for word in ("--set", setting)]
    done = program("train", str(PLACE / "study.toml"), "--out", str(run), "--set", f"seed={seed}", *more, *sets,
                   allowed=(FINISHED, DIVERGED, STOPPED))
    return done.returncode, [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]


def name_of(settings: tuple[str, ...], seed: int) -> str:
    """The name of a run: a hash of everything that determines its results."""
    return hashlib.sha256((RECIPE + "\n".join(settings) + f"\nseed {seed}").encode()).hexdigest()[:16]


def remembered(folder: str, name: str, make) -> dict:
    """The stored result of this name; `make()` computes it on the first call."""
    known = PLACE / folder / f"{name}.json"
    if known.exists():
        return json.loads(known.read_text())
    result = make()
    known.parent.mkdir(parents=True, exist_ok=True)
    part = known.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(result) + "\n")
    part.rename(known)
    return result


def of_log(status: int, lines: list[dict]) -> dict:
    """The epochs and the test score in a run's log."""
    return {
        "diverged": status == DIVERGED,
        "epochs": [
            {
                "epoch": line["epoch"],
                "train": line["raw"]["train"]["loss"],
                "validation": line["raw"]["validation"]["loss"],
                "accuracy": line["raw"]["validation"]["accuracy"],
            }
            for line in lines
            if line["event"] == "epoch"
        ],
        "test": next((line["accuracy"] for line in lines if line["event"] == "test"), None),
    }


def outcome(settings: tuple[str, ...], seed: int) -> dict:
    """One run. A run that diverged is stored as such."""
    name = name_of(settings, seed)
    run = PLACE / "runs" / name

    def make() -> dict:
        result = {"settings": settings, "seed": seed, **of_log(*train(run, settings, seed))}
        shutil.rmtree(run)
        return result

    return remembered("cache", name, make)


def seconds_an_epoch(rows: dict[str, tuple[str, ...]]) -> dict[str, float]:
    """Seconds of the second epoch, evaluation included: the median of three rounds, in each of which the rows train one
    after the other."""
    found = {name: [] for name in rows}
    for _ in range(3):
        for name, settings in rows.items():
            run = PLACE / "runs/pace"
            _, lines = train(run, settings, SEARCH_SEED, "--stop-at", str(2 * STEPS_AN_EPOCH + 1))
            shutil.rmtree(run)
            first, second = (line["seconds"] for line in lines if line["event"] == "epoch")
            found[name].append(second - first)
    return {name: statistics.median(seconds) for name, seconds in found.items()}


def in_parallel(work, jobs: list[tuple]) -> list[dict]:
    """work(*job) of each job, as many in parallel as there are processors: every run uses one compute thread."""
    PLACE.mkdir(parents=True, exist_ok=True)
    (PLACE / "study.toml").write_text(RECIPE)
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        done = []
        for result in pool.map(lambda job: work(*job), jobs):
            done.append(result)
            print(f"\r{len(done)} of {len(jobs)} runs", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return done


def outcomes(jobs: list[tuple[tuple[str, ...], int]]) -> list[dict]:
    return in_parallel(outcome, jobs)


def final_validation(result: dict) -> float:
    return -1 if result["diverged"] else result["epochs"][-1]["accuracy"]


def best_rate(settings_of, rates: list[float]) -> tuple[float, dict[float, float]]:
    """The rate with the highest validation accuracy. If it is at the edge of the grid, the grid is extended there.
    `settings_of(rate)` gives a run's settings; rates are a geometric series."""
    factor = rates[1] / rates[0]
    found: dict[float, float] = {}
    while True:
        todo = [rate for rate in rates if rate not in found]
        for rate, result in zip(todo, outcomes([(settings_of(rate), SEARCH_SEED) for rate in todo])):
            found[rate] = final_validation(result)
        best = max(rates, key=found.get)
        if best == rates[0]:
            rates = [rates[0] / factor, *rates]
        elif best == rates[-1]:
            rates = [*rates, rates[-1] * factor]
        else:
            return best, found


def interval(values: list[float]) -> float:
    """Half the width of the mean's 95% interval (Student's t)."""
    from scipy.stats import t

    return t.ppf(0.975, len(values) - 1) * statistics.stdev(values) / math.sqrt(len(values))


def smallest_difference(differences: list[float]) -> float:
    """For two rows paired by seed: the true difference that this number of seeds detects (5%, two-sided) in 80% of
    studies."""
    from scipy.stats import t

    n = len(differences)
    return (t.ppf(0.975, n - 1) + t.ppf(0.8, n - 1)) * statistics.stdev(differences) / math.sqrt(n)


def until_level(result: dict) -> float:
    """Epochs until the validation accuracy reaches LEVEL, interpolated linearly between epochs; NaN if it never
    does."""
    before = (0, 0.0)
    for epoch in result["epochs"]:
        here = (epoch["epoch"], epoch["accuracy"])
        if here[1] >= LEVEL:
            return before[0] + (LEVEL - before[1]) / (here[1] - before[1]) * (here[0] - before[0])
        before = here
    return math.nan


def plus_minus(values: list[float], scale: float = 1, digits: int = 2) -> str:
    if any(math.isnan(value) for value in values):
        reached = sum(not math.isnan(value) for value in values)
        return f"{reached} of {len(values)} reach it"
    return f"{scale * statistics.mean(values):.{digits}f} ± {scale * interval(values):.{digits}f}"


def table(rows: dict[str, tuple[float, list[dict]]], paces: dict[str, float], reference: str) -> str:
    """Markdown; rows are name -> (rate, ten runs), paces seconds an epoch. Differences of accuracy are to the reference,
    paired by seed."""
    lines = [
        f"| | rate | test accuracy, % | difference to {reference}, points | smallest detectable | gap (loss) | epochs to {LEVEL:.0%} | seconds to {LEVEL:.0%} |",
        "|---|---|---|---|---|---|---|---|",
    ]
    base = [run["test"] for run in rows[reference][1]]
    for name, (rate, runs) in rows.items():
        lost = sum(run["diverged"] for run in runs)
        if lost:
            lines.append(f"| {name} | {rate:.3g} | {lost} of {len(runs)} runs diverged | | | | | |")
            continue
        accuracy = [run["test"] for run in runs]
        gap = [run["epochs"][-1]["validation"] - run["epochs"][-1]["train"] for run in runs]
        differences = [a - b for a, b in zip(accuracy, base)]
        epochs = [until_level(run) for run in runs]
        seconds = [count * paces[name] for count in epochs]
        own = name == reference
        lines.append(
            f"| {name} | {rate:.3g} | {plus_minus(accuracy, 100)} | {'' if own else plus_minus(differences, 100)} | "
            f"{'' if own else f'{100 * smallest_difference(differences):.2f}'} | {plus_minus(gap, 1, 3)} | "
            f"{plus_minus(epochs, 1, 1)} | {plus_minus(seconds, 1, 1)} |"
        )
    return "\n".join(lines)


def figure(rows: dict[str, tuple[float, list[dict]]], path: pathlib.Path, title: str) -> None:
    """Mean validation accuracy and gap by epoch."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    plt.rcParams |= {"svg.hashsalt": "temper", "svg.fonttype": "none", "font.size": 9}
    canvas, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    for name, (_, runs) in rows.items():
        whole = [run["epochs"] for run in runs if not run["diverged"]]
        if not whole:
            continue
        epochs = [epoch["epoch"] for epoch in whole[0]]
        mean = lambda value: [statistics.mean(value(run[i]) for run in whole) for i in range(len(epochs))]  # noqa: E731
        left.plot(epochs, mean(lambda e: 100 * e["accuracy"]), label=name, marker=".", linewidth=1)
        right.plot(epochs, mean(lambda e: e["validation"] - e["train"]), label=name, marker=".", linewidth=1)
    left.set(xlabel="epoch", ylabel="validation accuracy, %", ylim=(75, None), title=title)
    right.set(xlabel="epoch", ylabel="validation minus training loss", title="generalization gap")
    left.legend(fontsize=8)
    for axes in (left, right):
        axes.grid(alpha=0.3)
    path.parent.mkdir(parents=True, exist_ok=True)
    canvas.savefig(path, metadata={"Date": None})
    plt.close(canvas)


def write_section(page: pathlib.Path, name: str, text: str) -> None:
    """Puts the text between the page's <!-- name --> and <!-- /name -->."""
    old = page.read_text()
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    if begin not in old or end not in old:
        sys.exit(f"{page}: no {begin} ... {end}")
    head, rest = old.split(begin, 1)
    page.write_text(f"{head}{begin}\n{text}\n{end}{rest.split(end, 1)[1]}")


def need_program() -> None:
    if not PROGRAM.exists():
        sys.exit(f"no {PROGRAM}: build it first (scripts/quickstart)")


def compare(name: str, title: str, rows: dict, reference: str) -> None:
    """A complete study: the best of seven rates for every row, ten other seeds, table, figure.
    @param rows  name -> (settings_of(rate), rates)"""
    need_program()
    chosen = {}
    for row, (settings_of, rates) in rows.items():
        rate, found = best_rate(settings_of, rates)
        print(f"{row}: " + ", ".join(f"{r:.3g} {100 * a:.1f}" for r, a in sorted(found.items())), flush=True)
        chosen[row] = rate
    jobs = [(rows[row][0](rate), seed) for row, rate in chosen.items() for seed in SEEDS]
    runs = outcomes(jobs)
    measured = {row: (rate, runs[i * len(SEEDS) : (i + 1) * len(SEEDS)]) for i, (row, rate) in enumerate(chosen.items())}
    paces = seconds_an_epoch({row: rows[row][0](rate) for row, rate in chosen.items()})
    text = table(measured, paces, reference)
    print(text)
    figure(measured, ROOT / f"docs/figures/{name}.svg", title)
    write_section(ROOT / "docs/optimizers.md", name, text)


def geometric(middle: float, factor: float = 10**0.5, count: int = 7) -> list[float]:
    return [float(f"{middle * factor ** (i - count // 2):.3g}") for i in range(count)]

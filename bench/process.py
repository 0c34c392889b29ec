"""Runs a command and measures its time and memory."""

import pathlib
import signal
import subprocess
import threading
import time

from talker import ROOT

SAMPLE_SECONDS = 0.2


def descendants(pid: int) -> list[int]:
    found = [pid]
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += descendants(int(child))
    return found


def memory(pid: int) -> int:
    """Bytes used by a process and its descendants; shared pages count once (PSS)."""
    total = 0
    try:
        for process in descendants(pid):
            for line in pathlib.Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
    except (FileNotFoundError, ProcessLookupError):
        pass  # it exited in the meantime
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

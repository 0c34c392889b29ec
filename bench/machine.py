"""The machine that figures were measured on."""

import os
import pathlib
import platform
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_tile")


def _cpuinfo(key: str) -> str:
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith(key):
            return line.split(":", 1)[1].strip()
    return ""


def has_bf16() -> bool:
    """Whether the processor has bf16 arithmetic; every processor with AMX also has AVX512-BF16."""
    return "avx512_bf16" in _cpuinfo("flags").split()


def threads() -> int:
    return len(os.sched_getaffinity(0))


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True).stdout.strip()


def facts() -> dict:
    flags = set(_cpuinfo("flags").split())
    return {
        "cpu": _cpuinfo("model name") or platform.machine(),
        "flags": [flag for flag in FLAGS if flag in flags],
        "processors": threads(),
        "commit": _git("rev-parse", "HEAD"),
        "uncommitted_changes": bool(_git("status", "--porcelain", "--untracked-files=no")),
    }

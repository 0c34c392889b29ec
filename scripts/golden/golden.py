"""What the scripts beside this one share: where golden numbers go, and how."""

import importlib.metadata
import json
import pathlib


def tensor(value):
    return {"shape": list(value.shape), "values": value.detach().flatten().tolist()}


def write(name, packages, golden):
    """Writes tests/golden/<name>, with the versions of what gave the numbers."""
    versions = {package: importlib.metadata.version(package) for package in packages}
    path = pathlib.Path(__file__).parents[2] / "tests/golden" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"versions": versions, **golden}, separators=(",", ":"))
    path.write_text(text.replace('},"', '},\n"').replace("},{", "},\n{") + "\n")

"""Writes tests/golden/signatures.json: the parameters, with their defaults, of all signatures that
tests/recipe/names.toml names, as torch 2.11.0, torchvision 0.26.0, timm 1.0.31, schedulefree 1.4.1 and
pytorch_optimizer 4.1.0 have them. They are read off the packages' sources; nothing is imported."""

import ast
import functools
import importlib.metadata
import json
import pathlib
import tomllib

ROOT = pathlib.Path(__file__).parents[2]
PACKAGES = ["torch", "torchvision", "timm", "schedulefree", "pytorch_optimizer"]


@functools.cache
def source(module):
    """A module's file and its tree, or nothing where there is no such module."""
    package, *inner = module.split(".")
    place = pathlib.Path(importlib.metadata.distribution(package).locate_file(package)).joinpath(*inner)
    for file in (place / "__init__.py", place.with_suffix(".py")):
        if file.is_file():
            return file, ast.parse(file.read_text())
    return None


def origin(module, statement):
    """The module that `from ... import` names."""
    if statement.level == 0:
        return statement.module
    parts = module.split(".")
    above = statement.level - (source(module)[0].name == "__init__.py")
    return ".".join([*parts[: len(parts) - above], *([statement.module] if statement.module else [])])


def find(module, name):
    """The class or function that a module calls by that name, and the module that defines it."""
    found = source(module)
    if found is None or module.split(".")[0] not in PACKAGES:
        return None
    for statement in reversed(found[1].body):
        if isinstance(statement, (ast.ClassDef, ast.FunctionDef)) and statement.name == name:
            return statement, module
        if isinstance(statement, ast.ImportFrom):
            for alias in statement.names:
                if alias.name == "*" or (alias.asname or alias.name) == name:
                    there = find(origin(module, statement), name if alias.name == "*" else alias.name)
                    if there is not None:
                        return there
    return None


def arguments(definition, module):
    """Of a function, or of a class's __init__, which may be a base's."""
    if isinstance(definition, ast.FunctionDef):
        return definition.args
    for statement in definition.body:
        if isinstance(statement, ast.FunctionDef) and statement.name == "__init__":
            return statement.args
    for base in definition.bases:
        there = find(module, base.id) if isinstance(base, ast.Name) else None
        if there is not None and (inherited := arguments(*there)) is not None:
            return inherited
    return None


def parameters(given):
    """Pairs of a name and its default as Python spells it, null where it has none."""
    named = [*given.posonlyargs, *given.args]
    defaults = [None] * (len(named) - len(given.defaults)) + given.defaults
    pairs = list(zip(named, defaults)) + list(zip(given.kwonlyargs, given.kw_defaults))
    return [[name.arg, default and ast.unparse(default)] for name, default in pairs if name.arg != "self"]


def named(table):
    """Every signature in a table and those below it."""
    found = set(table.get("signatures", []))
    return found.union(*(named(inner) for inner in table.values() if isinstance(inner, dict)))


def signature(name):
    there = find(*name.rsplit(".", 1))
    if there is None or (given := arguments(*there)) is None:
        raise SystemExit(f"{name} is not there")
    package = name.split(".")[0]
    return {
        "name": name, "library": package, "version": importlib.metadata.version(package),
        "parameters": parameters(given),
    }  # fmt: skip


signatures = [signature(name) for name in sorted(named(tomllib.loads((ROOT / "tests/recipe/names.toml").read_text())))]
lines = ",\n".join(json.dumps(one, separators=(",", ":")) for one in signatures)
(ROOT / "tests/golden/signatures.json").write_text(f"[{lines}]\n")

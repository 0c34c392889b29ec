"""Prints the tables of docs/option-names.md, made from tests/recipe/names.toml, tests/golden/signatures.json and the
tables of docs/recipes.md. Called by scripts/docs."""

import json
import pathlib
import re
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[1]
NAMES = tomllib.loads((ROOT / "tests/recipe/names.toml").read_text())
SIGNATURES = {one["name"]: one for one in json.loads((ROOT / "tests/golden/signatures.json").read_text())}


def techniques():
    """Every technique's options with their meanings, as [category, name, {option: meaning}]."""
    found = []
    for line in (ROOT / "docs/recipes.md").read_text().split("\n"):
        if section := re.fullmatch(r"### `\[(?:\w+\.)*(\w+)\]`", line):
            found.append(["recipe", section[1], {}])
        elif technique := re.fullmatch(r"### (\w+): `(\w+)`", line):
            found.append([technique[1], technique[2], {}])
        elif line.startswith("### "):
            found.append(["recipe", "recipe", {}])
        elif found and (option := re.fullmatch(r"\| `([\w.]+)` \| .* \| (.*) \|", line)):
            meaning = re.sub(r"; (can be scheduled|does not change results|alias: \w+)", "", option[2])
            found[-1][2][option[1]] = re.sub(r" \[[^]]*\]$", "", meaning)
    return found


def theirs(category, name, option, parameters):
    """The parameter that an option is, and why it has another name; nothing where it is temper's own."""
    if (first := option.split(".")[0]) in parameters:
        return first, ""
    for listed in (NAMES[category][name], NAMES[category]):
        other = listed.get("other", {}).get(option)
        if other and other["theirs"] in parameters:
            return other["theirs"], other["why"]
    return None


def main():
    rows, held = {}, {}  # by category: by option, parameter and meaning the techniques; and all of its techniques
    print("| technique | category | signatures |\n|---|---|---|")
    for category, name, options in techniques():
        signatures = NAMES.get(category, {}).get(name, {}).get("signatures")
        if not signatures:
            continue
        print(f"| `{name}` | {category} | {', '.join(f'`{signature}`' for signature in signatures)} |")
        held.setdefault(category, []).append(name)
        parameters = {parameter for one in signatures for parameter, _ in SIGNATURES[one]["parameters"]}
        for option, meaning in options.items():
            if found := theirs(category, name, option, parameters):
                rows.setdefault(category, {}).setdefault((option, *found, meaning), []).append(name)
    for category, options in rows.items():
        print(f"\n### {category}\n\n| option | meaning | their name | techniques |\n|---|---|---|---|")
        for (option, parameter, why, meaning), names in options.items():
            other = f"`{parameter}`" if parameter == option.split(".")[0] else f"**`{parameter}`**: {why}"
            techniques_of = "all" if names == held[category] and len(names) > 1 else ", ".join(names)
            print(f"| `{option}` | {meaning} | {other} | {techniques_of} |")


main()

"""Results of the tests that ctest ran: results.py BUILD_FOLDER

Prints a line for every case of a suite, and for every other test: "passed", "failed" or "skipped", a tab, its name.
"""

import pathlib
import sys
import xml.etree.ElementTree


def cases(suite: str, file: pathlib.Path):
    """Names and outcomes from GoogleTest's XML file."""
    room = suite.split("/")[0]
    for case in xml.etree.ElementTree.parse(file).iter("testcase"):
        if case.get("status") == "notrun":  # disabled
            continue
        outcome = "skipped" if case.get("result") == "skipped" else "passed"
        if case.find("failure") is not None:
            outcome = "failed"
        yield outcome, f"{room}/{case.get('classname')}.{case.get('name')}"


def outcomes(folder: pathlib.Path):
    for test in xml.etree.ElementTree.parse(folder / "results.xml").iter("testcase"):
        name = test.get("name")
        outcome = {"run": "passed", "notrun": "skipped"}.get(test.get("status"), "failed")
        file = folder / "results" / (name.replace("/", ".") + ".xml")
        inside = list(cases(name, file)) if file.exists() else []
        if outcome == "failed" and all(each != "failed" for each, _ in inside):
            inside.append(("failed", name))  # the process ended before it wrote a result
        yield from inside or [(outcome, name)]


for outcome, name in outcomes(pathlib.Path(sys.argv[1])):
    print(f"{outcome}\t{name}")

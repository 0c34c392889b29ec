"""The rows of a benchmark that compares a step of every network in every format with its peers."""

import argparse


class Rows:
    """What derives from it has compare(network, number_format), which appends to `rows`."""

    def __init__(self, asked: argparse.Namespace):
        self.asked = asked
        self.rows = []

    def __call__(self) -> None:
        for network in self.asked.networks:
            for number_format in self.asked.formats:
                self.compare(network, number_format)

    def leave_out(self, row: dict, why: str) -> None:
        print(f"  not compared: {why}", flush=True)
        self.rows.append(row | {"left_out": why})

    def refuse(self, row: dict, wrong: list[str]) -> None:
        print(f"  REFUSED: {row.get('peer', 'temper')} does different work", *wrong, sep="\n    ", flush=True)
        self.rows.append(row | {"refused": wrong})

    def refused(self) -> int:
        return sum("refused" in row for row in self.rows)

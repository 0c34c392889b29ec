"""Processes of one program that compute together on this machine: the ranks of a group."""

import contextlib
import select
import socket

from talker import Talker

PATIENCE = 900  # seconds without an answer after which the processes are taken to wait for one another


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def place(rank: int, ranks: int, port: int) -> dict[str, str]:
    """The environment of a rank, as torchrun would set it. Messages go over the loopback interface."""
    of_rank = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": ranks, "LOCAL_WORLD_SIZE": ranks, "MASTER_PORT": port}
    return {key: str(value) for key, value in of_rank.items()} | {
        "MASTER_ADDR": "127.0.0.1",
        "GLOO_SOCKET_IFNAME": "lo",
    }


class Team:
    """A Talker for each rank; the program has a command `join`. Leaving its `with` block ends the processes."""

    def __init__(self, *command: object, ranks: int, threads: int):
        port = free_port()
        self.talkers: list[Talker] = []
        try:
            for rank in range(ranks):
                environment = place(rank, ranks, port)
                self.talkers.append(Talker(*command, threads=threads, environment=environment))
        except BaseException:
            self.kill()
            raise
        self.joined = self.ask("join")

    def ask(self, *words: object) -> list[dict]:
        """The answers of the ranks, in their order, to a command that they execute together. If one of them can't, the
        others may wait for it for ever, so all are ended."""
        try:
            for talker in self.talkers:
                talker.send(*words)
            return self.receive()
        except BaseException:
            self.kill()
            raise

    def receive(self) -> list[dict]:
        waiting = {talker.process.stdout: rank for rank, talker in enumerate(self.talkers)}
        answers = {}
        while waiting:
            ready, _, _ = select.select(list(waiting), [], [], PATIENCE)
            if not ready:
                missing = ", ".join(map(str, waiting.values()))
                raise SystemExit(f"no answer from rank {missing} for {PATIENCE} s to: {self.talkers[0].asked}")
            for stream in ready:
                rank = waiting.pop(stream)
                answers[rank] = self.talkers[rank].receive()
        return [answers[rank] for rank in sorted(answers)]

    def kill(self) -> None:
        for talker in self.talkers:
            talker.process.kill()

    def __enter__(self) -> "Team":
        return self

    def __exit__(self, *_: object) -> None:
        for talker in self.talkers:  # they part from one another, so all are told before one is waited for
            with contextlib.suppress(BrokenPipeError):
                talker.process.stdin.close()
        for talker in self.talkers:
            talker.process.wait()

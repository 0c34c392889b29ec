"""Writes tests/golden/tune/asha.json: what asynchronous successive halving does next at every moment of made-up
searches. The promotions are those of Orion 0.2.7 (orion.algo.asha, ASHABracket.promote), which follows Algorithm 2 of
Li et al. 2020: from the highest rung down, the first of the best floor(n / eta) completed trials of a rung that is not
in the next one yet; where there is none, a new configuration. Its bracket would end with the first trial of the top
rung; a number of trials there that is never reached keeps it open. Workers finish in an order drawn here."""

import heapq
import random

from golden import write
from orion.algo.asha.asha import ASHABracket
from orion.algo.hyperband import BudgetTuple

ENDLESS = 10**9


class Trial:
    """What the bracket uses of a trial: its parameters, among them the resources."""

    def __init__(self, number, resources):
        self.params = {"number": number, "epochs": resources}

    def branch(self, status, params):
        return Trial(self.params["number"], params["epochs"])


class Owner:
    """What the bracket uses of the algorithm."""

    fidelity_index = "epochs"

    def __init__(self, eta):
        self.reduction_factor = eta
        self.suggested = set()

    def get_id(self, trial, ignore_fidelity=False, ignore_parent=False):
        return trial.params["number"]

    def has_suggested(self, trial):
        return (trial.params["number"], trial.params["epochs"]) in self.suggested


def simulate(seed, eta, rungs, trials, workers, ties):
    rng = random.Random(seed)
    owner = Owner(eta)
    bracket = ASHABracket(owner, [BudgetTuple(ENDLESS, eta**k) for k in range(rungs)], 0)
    events, running, drawn, clock = [], [], 0, 0.0

    def start():
        nonlocal drawn
        promoted = bracket.promote(1)
        if promoted:
            trial = promoted[0]
        elif drawn < trials:
            trial = Trial(drawn, 1)
            drawn += 1
        else:
            return False
        rung = [eta**k for k in range(rungs)].index(trial.params["epochs"])
        owner.suggested.add((trial.params["number"], trial.params["epochs"]))
        bracket.rungs[rung]["results"][trial.params["number"]] = (None, trial)
        events.append({"start": trial.params["number"], "rung": rung})
        heapq.heappush(running, (clock + eta**rung * rng.uniform(0.5, 2), trial.params["number"], rung, trial))
        return True

    while True:
        while len(running) < workers and start():
            pass
        if not running:
            return events
        clock, number, rung, trial = heapq.heappop(running)
        score = rng.randrange(6) / 6 if ties else rng.random()
        events.append({"end": number, "rung": rung, "score": score})
        bracket.rungs[rung]["results"][number] = (-score, trial)


cases = [
    {"eta": eta, "rungs": rungs, "trials": trials, "events": simulate(seed, eta, rungs, trials, workers, ties)}
    for seed, (eta, rungs, trials, workers, ties) in enumerate([
        (3, 3, 9, 1, False), (2, 4, 16, 1, False), (3, 4, 27, 4, False), (4, 3, 40, 8, False), (2, 5, 32, 3, False),
        (3, 3, 20, 2, True), (2, 2, 7, 5, True),
    ])
]
write("tune/asha.json", ["orion"], {"cases": cases})

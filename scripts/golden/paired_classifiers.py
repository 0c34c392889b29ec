"""Writes tests/golden/statistics/classifiers.json: McNemar's test and Cohen's kappa with its interval, of statsmodels
0.14.5, for pairs of classifiers on the same images."""

import numpy as np
from golden import write
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.inter_rater import cohens_kappa

generator = np.random.default_rng(21)


def tested(only_a, only_b):
    table = [[100, only_a], [only_b, 7]]
    exact, corrected = mcnemar(table, exact=True), mcnemar(table, exact=False, correction=True)
    return [only_a, only_b, exact.pvalue, corrected.statistic, corrected.pvalue]


def agreed(classes, images, share):
    """Predictions of two classifiers that are equal for about a share of the images."""
    a = generator.integers(0, classes, images)
    b = np.where(generator.uniform(size=images) < share, a, generator.integers(0, classes, images))
    table = np.zeros((classes, classes), int)
    np.add.at(table, (a, b), 1)
    found = cohens_kappa(table)
    return {"classes": classes, "a": a.tolist(), "b": b.tolist(), "kappa": found.kappa, "deviation": found.std_kappa,
            "interval": [found.kappa_low, found.kappa_upp]}


write("statistics/classifiers.json", ["statsmodels", "scipy", "numpy"], {
    "mcnemar": [tested(*pair) for pair in [(1, 0), (3, 3), (0, 12), (12, 5), (25, 40), (121, 59), (400, 401),
                                           (2500, 2300), (9, 1), (30000, 29000)]],
    "kappa": [agreed(*case) for case in [(2, 40, 0.5), (3, 100, 0.9), (10, 300, 0.8), (10, 300, 0.0), (5, 60, 0.99)]],
})

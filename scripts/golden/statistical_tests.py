"""Writes tests/golden/statistics/statistics.json: tests, intervals, adjusted p-values, equivalence, power and
distributions of scipy 1.16.3 and statsmodels 0.14.5 on given numbers; what neither computes, from their distributions
by another way than temper's: the test after a pilot by its definition, group-sequential bounds by repeated quadrature
and Brent's method, Shapley contributions by going through all orders."""

import itertools

import numpy as np
from golden import write
from scipy import optimize, stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower
from statsmodels.stats.weightstats import ttost_paired

generator = np.random.default_rng(17)


def pair(n, effect, deviation, correlation):
    seeds = generator.normal(0, np.sqrt(correlation), n)
    a, b = (np.round(91 + deviation * (seeds + generator.normal(0, np.sqrt(1 - correlation), n)), 4) for _ in "ab")
    return np.round(a + effect, 4), b


def compared(a, b, margin):
    test = stats.ttest_rel(a, b)
    interval = {level: list(test.confidence_interval(level)) for level in (0.9, 0.95, 0.995)}
    n, pilot = len(a), max(1, len(a) // 3)
    d = a - b
    rest = n - pilot
    squares = ((d - d.mean()) ** 2).sum() - ((d[:pilot] - d[:pilot].mean()) ** 2).sum()
    after_pilot = 2 * stats.t.sf(abs(d.mean()) / np.sqrt(squares / rest / n), rest)
    return {"a": a.tolist(), "b": b.tolist(), "mean": d.mean(), "deviation": d.std(ddof=1), "t": test.statistic,
            "p": test.pvalue, "correlation": stats.pearsonr(a, b).statistic, "intervals": list(interval.items()),
            "margin": margin, "equivalence_p": ttost_paired(a, b, -margin, margin)[0],
            "pairing_gain": (a.var(ddof=1) + b.var(ddof=1)) / d.var(ddof=1), "pilot": pilot, "after_pilot_p": after_pilot}


def power(effect, deviation, n, alpha):
    return [effect, deviation, n, alpha, TTestPower().power(effect / deviation, n, alpha)]


def detectable(deviation, n, alpha, wanted=0.8):
    error = deviation / np.sqrt(n)

    def excess(effect):  # far beyond the solution, scipy's noncentral t is NaN
        return np.nan_to_num(TTestPower().power(effect / deviation, n, alpha), nan=1) - wanted

    return [deviation, n, wanted, alpha, optimize.brentq(excess, error, 9 * error, xtol=1e-13)]


def sample_size(effect, deviation, wanted, alpha):
    n = next(n for n in range(3, 10_000) if TTestPower().power(effect / deviation, n, alpha) >= wanted)
    return [effect, deviation, wanted, alpha, n]


def bounds(fractions, alpha):
    """Lan and DeMets's bounds for the spending function of O'Brien and Fleming's type, both sides."""
    z = stats.norm.isf(alpha / 4)
    nodes, weights = np.polynomial.legendre.leggauss(800)
    found, spent, information = [], 0.0, 0.0
    at, mass = np.zeros(1), np.ones(1)  # of the score, in tests that have not stopped
    for fraction in fractions:
        root = np.sqrt(fraction - information)
        target = 4 * stats.norm.sf(z / np.sqrt(fraction)) - spent

        def excess(bound):
            limit = bound * np.sqrt(fraction)
            return (mass * (stats.norm.sf((limit - at) / root) + stats.norm.sf((limit + at) / root))).sum() / target - 1

        bound = optimize.brentq(excess, 0, 20, xtol=1e-13)
        limit = bound * np.sqrt(fraction)
        density = (mass * stats.norm.pdf((limit * nodes[:, None] - at) / root) / root).sum(axis=1)
        at, mass = limit * nodes, limit * weights * density
        spent, information = spent + target, fraction
        found.append(bound)
    return {"fractions": fractions, "alpha": alpha, "bounds": found}


def shapley(n):
    values = np.round(generator.normal(90, 1, 2**n), 3)
    orders = list(itertools.permutations(range(n)))
    contributions = np.zeros(n)
    pairs = {pair: [] for pair in itertools.combinations(range(n), 2)}
    for order in orders:
        subset = 0
        for row in order:
            contributions[row] += (values[subset | 1 << row] - values[subset]) / len(orders)
            subset |= 1 << row
    # The index of a pair: the mean over all orders of the others and of the pair taken as one row.
    for i, j in pairs:
        for order in itertools.permutations([None, *(row for row in range(n) if row not in (i, j))]):
            subset = sum(1 << row for row in order[: order.index(None)])
            pairs[i, j].append(values[subset | 1 << i | 1 << j] - values[subset | 1 << i] - values[subset | 1 << j]
                               + values[subset])
    return {"values": values.tolist(), "contributions": contributions.tolist(),
            "interactions": [float(np.mean(found)) for found in pairs.values()]}


def holm(p):
    return {"p": p, "adjusted": multipletests(p, method="holm")[1].tolist()}


comparisons = [compared(*pair(n, effect, deviation, correlation), margin)
               for n, effect, deviation, correlation, margin in [
                   (2, 0.5, 0.3, 0.2, 0.2), (3, 0, 0.3, 0.5, 0.2), (5, 0.4, 0.2, 0, 0.5), (10, 0.1, 0.23, 0.3, 0.2),
                   (10, -0.6, 0.23, 0.7, 0.2), (40, 0.02, 0.2, 0.1, 0.1), (200, 0.05, 0.3, 0.9, 0.2)]]
write("statistics/statistics.json", ["scipy", "statsmodels", "numpy"], {
    "comparisons": comparisons,
    "holm": [holm([0.01, 0.04, 0.03, 0.005]), holm([0.5]), holm([1.0, 0.9, 0.2, 0.2, 0.0, 0.049, 1e-9, 0.34]),
             holm(np.round(generator.uniform(0, 0.2, 30), 5).tolist())],
    "t_cdf": [[t, df, stats.t.cdf(t, df)] for df in (0.5, 1, 2, 3.7, 9, 39, 250, 999, 1e5)
              for t in (-300, -12, -2.3, -0.4, 0, 1e-3, 1.1, 4, 40)],
    "t_quantile": [[p, df, stats.t.ppf(p, df)] for df in (1, 2, 3.7, 9, 39, 250, 999, 1e5)
                   for p in (1e-8, 0.0025, 0.1, 0.45, 0.5, 0.8, 0.975, 0.9995)],
    "normal_quantile": [[p, stats.norm.ppf(p)] for p in (1e-200, 1e-15, 1e-4, 0.025, 0.4, 0.5, 0.7, 0.99, 1 - 1e-12)],
    "noncentral_t_cdf": [[t, df, shift, stats.nct.cdf(t, df, shift)] for df in (1, 2, 3.7, 9, 39, 250)
                         for t, shift in ((0.5, 0), (2.3, 1), (2.3, 2.8), (3.7, 3.2), (8, 9), (12.7, 4), (-1, 0.5), (5, -1))],
    "power": [power(effect, 0.32, n, alpha) for effect in (0.05, 0.2, 0.4) for n in (3, 5, 12, 40) for alpha in (0.05, 0.005)],
    "detectable": [detectable(0.32, n, alpha) for n in (5, 10, 23, 83) for alpha in (0.05, 0.005)],
    "sample_size": [sample_size(effect, deviation, 0.8, 0.05) for deviation in (0.15, 0.32, 0.5)
                    for effect in (0.1, 0.2, 0.3)] + [sample_size(0.3, 0.32, 0.9, 0.005)],
    "bounds": [bounds(fractions, alpha) for fractions, alpha in [
        ([1.0], 0.05), ([0.5, 1.0], 0.05), ([0.2, 0.4, 0.6, 0.8, 1.0], 0.05), ([0.25, 0.5, 0.75, 1.0], 0.01),
        ([0.3, 0.31, 0.7, 0.95, 1.0], 0.05), ([0.1 * k for k in range(3, 11)], 0.1), ([0.4, 0.8], 0.05)]],
    "shapley": [shapley(n) for n in (2, 3, 5)],
})

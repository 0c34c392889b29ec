"""Writes tests/golden/measure/features.json: nearest neighbors by cosine distance and logistic regressions of scikit-learn
1.7.2 on given features; both of their solvers' tolerances are small enough for the minimum of the convex objective."""

import numpy as np
from golden import write
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

KNOWN, QUERIES, WIDTH, CLASSES = 150, 80, 6, 4

generator = np.random.default_rng(23)


def exact(numbers):
    """Multiples of 1/64, which text represents exactly."""
    return np.round(numbers * 64) / 64


def packed(array):
    return {"shape": list(array.shape), "values": array.flatten().tolist()}


def sample(count):
    labels = generator.integers(CLASSES, size=count)
    return exact(generator.normal(size=(count, WIDTH)) + centers[labels]), labels


centers = generator.normal(size=(CLASSES, WIDTH))
features, labels = sample(KNOWN)
queries, _ = sample(QUERIES)


def neighbors(k):
    model = KNeighborsClassifier(n_neighbors=k, metric="cosine").fit(features, labels)
    return {"k": k, "predicted": model.predict(queries).tolist()}


def probe(c, classes):
    chosen = labels < classes
    model = LogisticRegression(C=c, tol=1e-12, max_iter=100_000).fit(features[chosen], labels[chosen])
    other = LogisticRegression(C=c, tol=1e-12, max_iter=1000, solver="newton-cg").fit(
        features[chosen], labels[chosen])
    assert np.abs(model.coef_ - other.coef_).max() < 1e-6
    return {
        "c": c,
        "classes": classes,
        "coefficients": packed(model.coef_),
        "intercepts": packed(model.intercept_),
        "predicted": model.predict(queries).tolist(),
    }


write(
    "measure/features.json",
    ["numpy", "scikit-learn"],
    {
        "features": packed(features),
        "labels": packed(labels),
        "queries": packed(queries),
        "neighbors": [neighbors(k) for k in (1, 4, 5, 20)],
        "probes": [probe(c, classes) for c in (1.0, 0.05) for classes in (CLASSES, 2)],
    },
)

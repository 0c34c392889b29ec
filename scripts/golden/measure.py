"""Writes tests/golden/measure/: metrics of torchmetrics 1.9.0, scipy 1.16.3, scikit-learn 1.7.2 and
uncertainty-calibration 0.1.4 (the code of Kumar et al. 2019).

Run with torch 2.11.0 in addition. Logits are multiples of 1/256, so that text represents them exactly; some rows are
saturated. figures.json has metrics that no package computes, written with numpy or torch: the plane of Mueller et al.
by a QR decomposition, cluster distances by loops over pairs, the Jacobian by torch.func.jacrev.
"""

import json
import pathlib

import numpy as np
import torch
from calibration.utils import bin as binned
from calibration.utils import get_equal_bins, normal_debiased_ce, plugin_ce
from golden import tensor, write
from scipy.optimize import minimize_scalar
from scipy.stats import binomtest, foldnorm
from sklearn.decomposition import PCA
from sklearn.metrics import brier_score_loss
from torchmetrics.functional import classification as tm

ROWS, CLASSES = 240, 7


def packed(tensor):
    return {"shape": list(tensor.shape), "values": tensor.flatten().tolist()}


def sample():
    generator = torch.Generator().manual_seed(3)
    labels = torch.randint(CLASSES - 1, (ROWS,), generator=generator)  # the last class has no images
    logits = torch.randn(ROWS, CLASSES, generator=generator, dtype=torch.float64) * 1.5
    logits[torch.arange(ROWS), labels] += 1.5
    logits[:12] *= 6
    logits[:, 1] -= 100 * (labels == 0)  # saturates the softmax without making it exactly one
    # Definitions differ for equal logits, so no row has any; temper's own tests cover its rule.
    return (logits * 16).round() / 16 + torch.arange(CLASSES) / 256, labels


def main():
    logits, labels = sample()
    keywords = {"num_classes": CLASSES, "validate_args": True}
    golden = {
        "logits": packed(logits),
        "labels": packed(labels),
        "top1": tm.multiclass_accuracy(logits, labels, average="micro", **keywords).item(),
        "confusion": tm.multiclass_confusion_matrix(logits, labels, **keywords).tolist(),
        "recall": tm.multiclass_recall(logits, labels, average="none", **keywords).tolist(),
        "precision": tm.multiclass_precision(logits, labels, average="none", **keywords).tolist(),
        "ece15": tm.multiclass_calibration_error(logits, labels, n_bins=15, norm="l1", **keywords).item(),
        "ece4": tm.multiclass_calibration_error(logits, labels, n_bins=4, norm="l1", **keywords).item(),
        "nll": torch.nn.functional.cross_entropy(logits, labels).item(),
        "top3": tm.multiclass_accuracy(logits, labels, average="micro", top_k=3, **keywords).item(),
        "wilson": [],
    }
    for successes, trials in [(0, 1), (1, 1), (0, 20), (20, 20), (7, 10), (9213, 10000), (1, 100000)]:
        interval = binomtest(successes, trials).proportion_ci(confidence_level=0.95, method="wilson")
        golden["wilson"].append([successes, trials, interval.low, interval.high])
    path = pathlib.Path(__file__).parents[2] / "tests/golden/measure/measure.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")


def by_mass(confidence, right, bins):
    """Kumar et al.'s bins of equal mass, plain and debiased: by their random draws, and with the mean of that
    distribution."""
    data = list(zip(confidence.tolist(), right.tolist()))
    groups = binned(data, get_equal_bins(confidence.tolist(), num_bins=bins))
    np.random.seed(1)
    expected = 0
    for group in groups:
        values = np.array(group)
        a, c = values[:, 1].mean(), values[:, 0].mean()
        s = np.sqrt(a * (1 - a) / len(group))
        expected += len(group) / ROWS * (foldnorm(abs(a - c) / s, scale=s).mean() if s > 0 else abs(a - c))
    plain = plugin_ce(groups, power=1)
    return {"bins": bins, "ece": plain, "debiased": 2 * plain - expected,
            "debiased_by_draws": normal_debiased_ce(groups, power=1, resamples=200000)}


def temperature(logits, labels):
    def loss(log_t):
        return torch.nn.functional.cross_entropy(logits / np.exp(log_t), labels).item()

    fitted = minimize_scalar(loss, bounds=(-4, 4), method="bounded", options={"xatol": 1e-12})
    return {"value": float(np.exp(fitted.x)), "after": float(fitted.fun)}


def plane(activations, head, classes):
    templates = head[classes]
    spans = np.stack([templates[1] - templates[0], templates[2] - templates[0]], 1)
    q, r = np.linalg.qr(spans)
    q = q * np.sign(np.diag(r))
    return {"classes": classes, "points": tensor(torch.from_numpy((activations - templates[0]) @ q)),
            "templates": tensor(torch.from_numpy((templates - templates[0]) @ q))}


def distances(activations, labels):
    means = {k: activations[labels == k].mean(0) for k in sorted(set(labels.tolist()))}
    within = [np.sum((x - means[k]) ** 2) for x, k in zip(activations, labels.tolist())]
    between = [np.sum((means[a] - means[b]) ** 2) for a in means for b in means if a < b]
    return {"within": np.sqrt(np.mean(within)), "between": np.sqrt(np.mean(between))}


def sensitivity(generator):
    first = (torch.randn(6, 5, generator=generator, dtype=torch.float64) * 16).round() / 16
    second = (torch.randn(4, 6, generator=generator, dtype=torch.float64) * 16).round() / 16
    images = (torch.randn(7, 5, generator=generator, dtype=torch.float64) * 16).round() / 16

    def answer(x):
        return (torch.tanh(x @ first.T) @ second.T).softmax(-1)

    jacobians = torch.vmap(torch.func.jacrev(answer))(images)
    return {"first": tensor(first), "second": tensor(second), "images": tensor(images),
            "norms": tensor(torch.linalg.matrix_norm(jacobians, ord="fro"))}


def figures():
    logits, labels = sample()
    p = logits.softmax(1)
    confidence, predicted = p.max(1)
    right = (predicted == labels).double()
    generator = torch.Generator().manual_seed(5)
    activations = (torch.randn(30, 8, generator=generator, dtype=torch.float64) * 16).round() / 16
    activations[:10, 2] += 4
    groups = torch.arange(30) // 10
    head = (torch.randn(5, 8, generator=generator, dtype=torch.float64) * 16).round() / 16
    pca = PCA(2, svd_solver="full").fit(activations.numpy())
    write("measure/figures.json", ["torch", "numpy", "scipy", "scikit-learn", "uncertainty-calibration"], {
        "by_mass": [by_mass(confidence, right, bins) for bins in (5, 7, 15)],
        "brier": brier_score_loss(labels.numpy(), p.numpy(), labels=list(range(CLASSES)), scale_by_half=False),
        "temperature": temperature(logits, labels),
        "activations": tensor(activations),
        "groups": tensor(groups),
        "head": tensor(head),
        "plane": plane(activations.numpy(), head.numpy(), [3, 0, 4]),
        "distances": distances(activations.numpy(), groups),
        "pca": {"points": tensor(torch.from_numpy(pca.transform(activations.numpy()))),
                "directions": tensor(torch.from_numpy(pca.components_)),
                "explained": pca.explained_variance_ratio_.tolist()},
        "sensitivity": sensitivity(generator),
    })


main()
figures()

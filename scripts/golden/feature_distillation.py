"""Writes tests/golden/loss/feature_distillation.json: the cosine distance of features and its gradients in float64, by
torch.nn.functional.cosine_similarity and torch.nn.functional.linear of torch 2.11.0, as the mean over the rows that
have a label."""

import torch
import torch.nn.functional as F
from golden import tensor, write

ROWS, STUDENT, TEACHER = 8, 5, 7
generator = torch.Generator().manual_seed(1)


def sixteenths(*shape):
    return (torch.randn(*shape, generator=generator, dtype=torch.float64) * 16).round() / 16


features = sixteenths(ROWS, STUDENT)
wide = sixteenths(ROWS, TEACHER)
narrow = sixteenths(ROWS, STUDENT)
weight = sixteenths(TEACHER, STUDENT)
bias = sixteenths(TEACHER)
labelled = torch.tensor([True, True, False, True, True, True, False, True])


def evaluated(rows, project, teacher):
    leaves = {"features": features.clone().requires_grad_()}
    if project:
        leaves |= {"weight": weight.clone().requires_grad_(), "bias": bias.clone().requires_grad_()}
    student = F.linear(*leaves.values()) if project else leaves["features"]
    loss = (1 - F.cosine_similarity(student, teacher, dim=1))[rows].mean()
    loss.backward()
    return {"projection": project, "labelled": rows.double().tolist(), "loss": loss.item(),
            "gradients": {name: tensor(leaf.grad) for name, leaf in leaves.items()}}


write(
    "loss/feature_distillation.json",
    ["torch"],
    {
        "features": tensor(features),
        "weight": tensor(weight),
        "bias": tensor(bias),
        "teacher": tensor(wide),
        "teacher_of_equal_width": tensor(narrow),
        "cases": [
            evaluated(rows, project, wide if project else narrow)
            for rows in (torch.ones(ROWS, dtype=torch.bool), labelled)
            for project in (False, True)
        ],
    },
)

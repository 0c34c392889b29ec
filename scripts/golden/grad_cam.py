"""Writes tests/golden/evaluate/grad_cam.json: maps of Grad-CAM by the package grad-cam 1.5.7, of networks of torchvision
0.26 and timm 1.0.31 in float64 with weights from a formula: before its scaling and resizing, and of every fourth pixel in
both directions after it."""

import numpy as np
import timm
import torch
from formula import fill, noise
from golden import tensor, write
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torchvision.models import resnet
from torchvision.models.resnet import BasicBlock

CLASSES, IMAGES = 10, 3
SHOWN = (0, 7, 3)  # the class of each image


def case(model, layer, side):
    model = model.double().eval()
    fill(model)
    images = noise(IMAGES * 3 * side * side, 999).reshape(IMAGES, 3, side, side)
    targets = [ClassifierOutputTarget(one) for one in SHOWN]
    with GradCAM(model=model, target_layers=[layer]) as cam:
        scaled = cam(input_tensor=images, targets=targets)
        activations, gradients = (
            each[0].cpu().data.numpy()
            for each in (cam.activations_and_grads.activations, cam.activations_and_grads.gradients))
        raw = np.maximum(cam.get_cam_image(images, layer, targets, activations, gradients, False), 0)
    assert (raw.reshape(IMAGES, -1).max(1) > 0).all()
    return {
        "side": side,
        "state": [[name, list(value.shape)] for name, value in model.state_dict().items()],
        "raw": tensor(torch.from_numpy(raw)),
        "scaled": tensor(torch.from_numpy(np.round(scaled[:, ::4, ::4].astype(np.float64), 8))),
    }


small = resnet.ResNet(BasicBlock, [1, 1, 1, 1], num_classes=CLASSES)
efficient = timm.create_model("tf_efficientnet_b0", num_classes=CLASSES)
write(
    "evaluate/grad_cam.json",
    ["torch", "torchvision", "timm", "grad-cam", "opencv-python-headless"],
    {
        "classes": list(SHOWN),
        "resnet": case(small, small.layer4, 96),
        "efficientnet": case(efficient, efficient.bn2, 96),
    },
)

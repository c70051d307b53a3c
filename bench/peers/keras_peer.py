"""Keras 3 on TensorFlow, as a contestant: python keras_peer.py TASK. See protocol.py."""
import os
import time

from protocol import fastest, serve, task

TASK = task()
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"

import keras
import numpy as np
import tensorflow as tf
from keras import layers

tf.config.threading.set_intra_op_parallelism_threads(TASK["threads"])
if TASK.get("precision") == "bfloat16":
    keras.config.set_dtype_policy("mixed_bfloat16")

HEAD = [1024, 512, 512, 256, 256, 128, 128, 64, 64, 64]


def published_head(x):
    for i, units in enumerate(HEAD):
        x = layers.Dense(units, activation="relu")(x)
        x = layers.Dropout(0.25)(x)
        if i % 2 == 1:
            x = layers.BatchNormalization()(x)
    return predictions(x)


def predictions(x):
    # In float32 in every policy, as Keras recommends.
    return layers.Dense(10, activation="softmax", dtype="float32")(x)


def normalized(x, activation=None):
    x = layers.BatchNormalization()(x)
    return layers.Activation(activation)(x) if activation else x


def convolution(x, filters, kernel, strides=1):
    return layers.Conv2D(filters, kernel, strides, padding="same", use_bias=False)(x)


def resnet18():
    inputs = keras.Input((32, 32, 3))
    x = normalized(convolution(inputs, 64, 3), "relu")
    for stage, filters in enumerate([64, 128, 256, 512]):
        for block in range(2):
            strides = 2 if stage > 0 and block == 0 else 1
            residual = normalized(convolution(x, filters, 3, strides), "relu")
            residual = normalized(convolution(residual, filters, 3))
            shortcut = normalized(convolution(x, filters, 1, strides)) if strides > 1 else x
            x = layers.ReLU()(layers.Add()([shortcut, residual]))
    return keras.Model(inputs, predictions(layers.GlobalAveragePooling2D()(x)))


# Kernel, blocks, filters, expansion and stride of each stage.
LITE0 = [(3, 1, 16, 1, 1), (3, 2, 24, 6, 2), (5, 2, 40, 6, 2), (3, 3, 80, 6, 2), (5, 3, 112, 6, 1), (5, 4, 192, 6, 2), (3, 1, 320, 6, 1)]


def efficientnet_lite0():
    inputs = keras.Input((96, 96, 3))
    x = normalized(convolution(inputs, 32, 3, 2), "relu6")
    for kernel, blocks, filters, expand, stride in LITE0:
        for block in range(blocks):
            strides, before = stride if block == 0 else 1, x
            if expand > 1:
                x = normalized(convolution(x, expand * x.shape[-1], 1), "relu6")
            x = layers.DepthwiseConv2D(kernel, strides, padding="same", use_bias=False)(x)
            x = normalized(convolution(normalized(x, "relu6"), filters, 1))
            if x.shape == before.shape:
                x = layers.Add()([before, x])
    x = layers.GlobalAveragePooling2D()(normalized(convolution(x, 1280, 1), "relu6"))
    return keras.Model(inputs, predictions(layers.Dropout(0.2)(x)))


def build(name):
    if name == "head":
        inputs = keras.Input((512,))
        return keras.Model(inputs, published_head(inputs))
    if name in ("resnet18", "efficientnetLite0"):
        return {"resnet18": resnet18, "efficientnetLite0": efficientnet_lite0}[name]()
    if name == "vgg19":
        backbone = keras.applications.VGG19(include_top=False, weights=None, input_shape=(32, 32, 3))
        return keras.Model(backbone.input, published_head(layers.Flatten()(backbone.output)))
    network = {"resnet50": keras.applications.ResNet50, "mobilenet": keras.applications.MobileNet}[name]
    backbone = network(include_top=False, weights=None, input_shape=(96, 96, 3))
    x = layers.GlobalAveragePooling2D()(backbone.output)
    if name == "mobilenet":
        x = layers.Dense(128, activation="relu")(x)
    x = layers.Dropout(0.3 if name == "mobilenet" else 0.2)(x)
    return keras.Model(backbone.input, predictions(x))


def compiled(model, jit):
    model.compile(
        keras.optimizers.Adam(1e-4), "categorical_crossentropy", metrics=["accuracy"], jit_compile=jit
    )
    return model


def batch_of(model):
    x = np.random.rand(TASK["batch"], *model.input_shape[1:]).astype("float32")
    return x, np.eye(10, dtype="float32")[np.arange(TASK["batch"]) % 10]


def step(jit):
    model = compiled(build(TASK["model"]), jit)
    x, y = batch_of(model)
    data = iter(tf.data.Dataset.from_tensors((tf.constant(x), tf.constant(y))).repeat())
    function = model.make_train_function() or model.train_function

    def work(steps):
        for _ in range(steps):
            logs = function(data)
        float(tf.nest.flatten(logs)[0])

    return work


def inference(jit):
    model = build(TASK["model"])
    x = tf.constant(batch_of(model)[0])
    function = tf.function(lambda x: model(x, training=False), jit_compile=jit)

    def work(passes):
        for _ in range(passes):
            function(x).numpy()

    return work


def dataset(batch_size, shuffle):
    return keras.utils.image_dataset_from_directory(
        TASK["folder"] + "/train",
        image_size=(32, 32),
        label_mode="categorical",
        batch_size=batch_size,
        shuffle=shuffle,
        verbose=False,
    )


def images():
    batches = [(x.numpy(), y.numpy()) for x, y in dataset(256, False)]
    x, y = (np.concatenate(parts) for parts in zip(*batches))
    return x, y


class LastEpoch(keras.callbacks.Callback):
    seconds = 0.0

    def on_epoch_begin(self, epoch, logs=None):
        self.begin = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds = time.perf_counter() - self.begin


def frozen():
    """The head on the frozen VGG19: through the whole network in each epoch, or on features that are cached by hand."""

    def work(epochs):
        keras.backend.clear_session()
        x, y = images()
        x = keras.applications.vgg19.preprocess_input(x)
        x, y = x[: TASK["images"]], y[: TASK["images"]]
        model = build("vgg19")
        cut = model.get_layer("block5_pool")
        each = 0
        if TASK["cached"]:
            backbone = keras.Model(model.input, cut.output)
            predict = lambda x: backbone.predict(x, batch_size=64, verbose=0).reshape(len(x), -1)
            # The first batch is not timed, because Keras traces the function with it.
            first = predict(x[:64])
            begin = time.perf_counter()
            rest = predict(x[64:])
            each = (time.perf_counter() - begin) / len(rest)
            x = np.concatenate([first, rest])
            model = build("head")
        else:
            for layer in model.layers[: model.layers.index(cut) + 1]:
                layer.trainable = False
        last = LastEpoch()
        compiled(model, False).fit(x, y, batch_size=TASK["batch"], epochs=epochs, verbose=0, callbacks=[last])
        return {"last": last.seconds, "each": each}

    return work


def decode():
    def work(times):
        for _ in range(times):
            images()

    return work


KIND = TASK["kind"]
if KIND == "frozen":
    serve("", frozen())
elif KIND == "decode":
    serve("image_dataset_from_directory", decode())
elif KIND == "start":
    x, y = next(iter(dataset(TASK["batch"], True)))
    compiled(build("vgg19"), False).train_on_batch(keras.applications.vgg19.preprocess_input(x), y)
    serve("", lambda _: None)
else:
    make = {"step": step, "inference": inference}[KIND]
    variants = {"": lambda: make(False)}
    # With XLA, convolutions on a CPU take four times as long: 4.4 s instead of 1 s for a step of VGG19 with batch 32.
    if TASK["model"] == "head":
        variants["jit_compile"] = lambda: make(True)
    serve(*fastest(variants, TASK["variant"]))

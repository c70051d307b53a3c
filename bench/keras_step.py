"""Keras' own training step, at its best: python keras_step.py head|vgg19 BATCH_SIZE.

Reads a number of steps from each line, writes the milliseconds that one of them took.
"""
import os
import sys
import time

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ.setdefault('TF_ENABLE_ONEDNN_OPTS', '1')
import keras
import numpy as np
import tensorflow as tf


def head(x):
    for i, units in enumerate([1024, 512, 512, 256, 256, 128, 128, 64, 64, 64]):
        x = keras.layers.Dense(units, activation='relu')(x)
        x = keras.layers.Dropout(0.25)(x)
        if i % 2 == 1:
            x = keras.layers.BatchNormalization()(x)
    return keras.layers.Dense(10, activation='softmax')(x)


def build(name):
    if name == 'head':
        inputs = keras.Input((512,))
        return keras.Model(inputs, head(inputs))
    backbone = keras.applications.VGG19(include_top=False, weights=None, input_shape=(32, 32, 3))
    return keras.Model(backbone.input, head(keras.layers.Flatten()(backbone.output)))


name, batch = sys.argv[1], int(sys.argv[2])
model = build(name)
model.compile(keras.optimizers.Adam(1e-4), 'categorical_crossentropy', metrics=['accuracy'])
x = np.random.rand(batch, *model.input_shape[1:]).astype('float32')
y = np.eye(10, dtype='float32')[np.arange(batch) % 10]
data = iter(tf.data.Dataset.from_tensors((tf.constant(x), tf.constant(y))).repeat())
model.make_train_function()
step = model.train_function
for line in sys.stdin:
    begin = time.perf_counter()
    for _ in range(int(line)):
        logs = step(data)
    float(tf.nest.flatten(logs)[0])
    print((time.perf_counter() - begin) * 1000 / int(line), flush=True)

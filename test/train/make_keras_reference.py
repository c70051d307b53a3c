"""Writes keras-reference.json beside it, from real Keras and scikit-learn.

pip install tensorflow-cpu==2.21.0 keras==3.15.1 scikit-learn
python make_keras_reference.py
"""
import json, os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf
from sklearn.metrics import f1_score

rng = np.random.default_rng(3)


def f32(a):
    return np.asarray(a, dtype="<f4")


def short(a):
    return [short(x) for x in a] if np.ndim(a) else float(f"{float(a):.8g}")


def losses():
    labels = rng.integers(0, 3, 6)
    y = f32(np.eye(3)[labels])
    logits = f32(rng.normal(size=(6, 3)).round(3) * 4)
    p = f32((np.abs(rng.normal(size=(6, 3))) / 3).round(3).clip(0, 1))
    p[0], p[1] = [1, 0, 0], [0, 0, 1]
    L = keras.losses
    kinds = {
        "categoricalCrossentropy": L.CategoricalCrossentropy,
        "binaryCrossentropy": L.BinaryCrossentropy,
        "focal": L.CategoricalFocalCrossentropy,
        "mse": lambda label_smoothing, reduction: L.MeanSquaredError(reduction=reduction),
    }
    outputs = {
        "softmax": lambda: keras.activations.softmax(tf.constant(logits)),
        "sigmoid": lambda: keras.activations.sigmoid(tf.constant(logits)),
        "linear": lambda: tf.constant(p),
    }
    cases = [{"loss": k, "labelSmoothing": s, "activation": a,
              "values": short(make(label_smoothing=s, reduction=None)(y, output()))}
             for k, make in kinds.items() for s in ((0,) if k == "mse" else (0, 0.1))
             for a, output in outputs.items()]
    return {"labels": labels.tolist(), "logits": short(logits), "probabilities": short(p), "cases": cases}


def metrics():
    labels = rng.integers(0, 4, 37)
    y = f32(np.eye(4)[labels])
    p = f32(rng.dirichlet(np.ones(4) * 0.6, size=37).round(4))
    M = keras.metrics
    values = {}
    for name, metric in {"accuracy": M.CategoricalAccuracy(), "topK": M.TopKCategoricalAccuracy(k=2),
                         "mse": M.MeanSquaredError(), "auc": M.AUC(), "precision": M.Precision(),
                         "recall": M.Recall()}.items():
        metric.update_state(y, p)
        values[name] = short(metric.result())
    values["f1"] = short(f1_score(labels, p.argmax(1), average="macro"))
    return {"labels": labels.tolist(), "probabilities": short(p), "values": values}


def optimizers():
    gradients = rng.normal(size=(6, 3)).round(3)
    start = [0.5, -1.0, 2.0]
    O = keras.optimizers
    decay = O.schedules.PiecewiseConstantDecay([1, 3], [0.1, 0.05, 0.01])
    kinds = {
        "adam amsgrad": O.Adam(0.1, amsgrad=True),
        "adamw": O.AdamW(0.1),
        "rmsprop momentum": O.RMSprop(0.1, momentum=0.9),
        "rmsprop centered": O.RMSprop(0.1, centered=True, momentum=0.5),
        "sgd clipNorm": O.SGD(0.1, clipnorm=0.5),
        "sgd globalClipNorm": O.SGD(0.1, global_clipnorm=0.5),
        "sgd clipValue": O.SGD(0.1, clipvalue=0.3),
        "sgd ema": O.SGD(0.1, use_ema=True, ema_momentum=0.8),
        "adam accumulation": O.Adam(0.1, gradient_accumulation_steps=2),
        "adam accumulation ema": O.Adam(0.1, gradient_accumulation_steps=2, use_ema=True, ema_momentum=0.8),
        "adam accumulation schedule": O.Adam(decay, gradient_accumulation_steps=2),
    }
    final = {}
    for name, optimizer in kinds.items():
        v, b = keras.Variable(f32(start)), keras.Variable(f32([0.25]))
        for g in gradients:
            optimizer.apply([tf.constant(f32(g)), tf.constant(f32(g[:1] * 2))], [v, b])
        optimizer.finalize_variable_values([v, b])
        final[name] = short(np.concatenate([v.numpy(), b.numpy()]))
    return {"start": start, "gradients": gradients.tolist(), "final": final}


def loss_scaling(start, gradients):
    """Two of the batches have a gradient that is not finite."""
    batches = f32(gradients)
    batches[2, 1], batches[4, 0] = np.inf, np.nan
    O = keras.optimizers
    kinds = {"adam": O.Adam(0.1), "sgd ema": O.SGD(0.1, momentum=0.9, use_ema=True, ema_momentum=0.8)}
    final = {}
    for name, inner in kinds.items():
        optimizer = O.LossScaleOptimizer(inner)
        v, b = keras.Variable(f32(start)), keras.Variable(f32([0.25]))
        optimizer.build([v, b])
        scales = []
        for g in batches:
            scale = optimizer.dynamic_scale.numpy()
            optimizer.apply([tf.constant(f32(g * scale)), tf.constant(f32(g[:1] * 2 * scale))], [v, b])
            scales.append(float(optimizer.dynamic_scale.numpy()))
        optimizer.finalize_variable_values([v, b])
        final[name] = short(np.concatenate([v.numpy(), b.numpy()]))
    return {"infinite": [2, 1], "nan": [4, 0], "scales": scales, "final": final}


def schedules():
    S = keras.optimizers.schedules
    kinds = {
        "cosine": S.CosineDecay(0.1, 10, alpha=0.1),
        "cosine warmup": S.CosineDecay(0.01, 8, warmup_target=0.1, warmup_steps=4),
        "exponential": S.ExponentialDecay(0.1, 4, 0.5),
        "exponential staircase": S.ExponentialDecay(0.1, 4, 0.5, staircase=True),
        "piecewise": S.PiecewiseConstantDecay([3, 7], [0.1, 0.05, 0.01]),
        "polynomial": S.PolynomialDecay(0.1, 5, 0.01, power=2.0),
        "polynomial cycle": S.PolynomialDecay(0.1, 5, 0.01, cycle=True),
    }
    return {name: [short(schedule(i)) for i in range(13)] for name, schedule in kinds.items()}


reference = {"losses": losses(), "metrics": metrics(), "optimizers": optimizers(), "schedules": schedules()}
reference["lossScaling"] = loss_scaling(reference["optimizers"]["start"], reference["optimizers"]["gradients"])
json.dump(reference, open("keras-reference.json", "w"))

"""Writes exact-training.json: cases of shared/golden/training.json, trained in double precision.

In these cases the single-precision record differs from the exact result by more than the limits of the test;
this script prints the differences. The network and its gradients are written out, so that only NumPy rounds.

pip install numpy
python make_exact_reference.py ../../../shared/golden/training.json
"""
import json
import sys

import numpy as np

golden = json.load(open(sys.argv[1]))
names = golden["weight_names"]
x = np.array(golden["x"]).reshape(96, 8, 8, 3)
y = np.eye(4)[golden["y"]]
EPSILON = 1e-3  # of batch normalization


def start_weights():
    arrays = (np.array(w, dtype="f4").astype("f8") for w in golden["start_weights"])
    return {n: a.reshape(s) for n, a, s in zip(names, arrays, golden["weight_shapes"])}


def axes_but_last(a):
    return tuple(range(a.ndim - 1))


def windows(x):
    """Returns the 3 x 3 neighbourhood of each pixel, for a convolution with padding."""
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    shifted = [padded[:, i : i + 8, j : j + 8] for i in range(3) for j in range(3)]
    return np.stack(shifted, 3).reshape(*x.shape[:3], 27)


def quarters(x):
    """Returns the four pixels of each pooling window, in the last axis."""
    n = len(x)
    return x.reshape(n, 4, 2, 4, 2, 6).transpose(0, 1, 3, 5, 2, 4).reshape(n, 4, 4, 6, 4)


def from_quarters(q):
    n = len(q)
    return q.reshape(n, 4, 4, 6, 2, 2).transpose(0, 1, 4, 2, 5, 3).reshape(n, 8, 8, 6)


def normalize(w, layer, x, training):
    axes = axes_but_last(x)
    mean, variance = w[f"{layer}/moving_mean"], w[f"{layer}/moving_variance"]
    if training:
        new_mean, new_variance = x.mean(axes), x.var(axes)
        w[f"{layer}/moving_mean"] = 0.99 * mean + 0.01 * new_mean
        w[f"{layer}/moving_variance"] = 0.99 * variance + 0.01 * new_variance
        mean, variance = new_mean, new_variance
    deviation = np.sqrt(variance + EPSILON)
    normal = (x - mean) / deviation
    return normal * w[f"{layer}/gamma"] + w[f"{layer}/beta"], (normal, deviation)


def forward(w, x, training):
    pixels = windows(x)
    conv = np.maximum(pixels @ w["conv/kernel"].reshape(27, 6) + w["conv/bias"], 0)
    conv_bn, conv_state = normalize(w, "conv_bn", conv, training)
    pools = quarters(conv_bn)
    flat = pools.max(-1).reshape(len(x), -1)
    fc = np.maximum(flat @ w["fc/kernel"] + w["fc/bias"], 0)
    fc_bn, fc_state = normalize(w, "fc_bn", fc, training)
    logits = fc_bn @ w["predictions/kernel"] + w["predictions/bias"]
    logits = logits - logits.max(1, keepdims=True)
    log_p = logits - np.log(np.exp(logits).sum(1, keepdims=True))
    return log_p, (pixels, conv, conv_state, pools, flat, fc, fc_state, fc_bn)


def gradients(w, x, y):
    log_p, (pixels, conv, conv_state, pools, flat, fc, fc_state, fc_bn) = forward(w, x, True)
    g = {}

    def normalized(d, layer, state):
        normal, deviation = state
        axes, count = axes_but_last(d), d.size / d.shape[-1]
        beta, gamma = d.sum(axes), (d * normal).sum(axes)
        g[f"{layer}/beta"], g[f"{layer}/gamma"] = beta, gamma
        return w[f"{layer}/gamma"] / deviation * (d - beta / count - normal * gamma / count)

    d = (np.exp(log_p) - y) / len(x)
    g["predictions/kernel"], g["predictions/bias"] = fc_bn.T @ d, d.sum(0)
    d = normalized(d @ w["predictions/kernel"].T, "fc_bn", fc_state) * (fc > 0)
    g["fc/kernel"], g["fc/bias"] = flat.T @ d, d.sum(0)
    d = (d @ w["fc/kernel"].T).reshape(-1, 4, 4, 6, 1)
    spread = np.zeros_like(pools)
    np.put_along_axis(spread, pools.argmax(-1)[..., None], d, -1)
    d = normalized(from_quarters(spread), "conv_bn", conv_state) * (conv > 0)
    g["conv/kernel"] = (pixels.reshape(-1, 27).T @ d.reshape(-1, 6)).reshape(3, 3, 3, 6)
    g["conv/bias"] = d.sum((0, 1, 2))
    return g


def sgd_momentum():
    velocity = dict.fromkeys(names, 0.0)

    def step(name, g, _):
        velocity[name] = 0.9 * velocity[name] - 0.05 * g
        return velocity[name]

    return step


def adamax():
    m, u = dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0)

    def step(name, g, t):
        m[name] += 0.1 * (g - m[name])
        u[name] = np.maximum(0.999 * u[name], abs(g))
        return -0.01 * m[name] / ((1 - 0.9**t) * (u[name] + 1e-7))

    return step


def nadam():
    m, v = dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0)
    beta = lambda t: 0.9 * (1 - 0.5 * 0.96**t)
    product = lambda t: np.prod([beta(i) for i in range(1, t + 1)])

    def step(name, g, t):
        m[name] += 0.1 * (g - m[name])
        v[name] += 0.001 * (g * g - v[name])
        m_hat = beta(t + 1) * m[name] / (1 - product(t + 1)) + (1 - beta(t)) * g / (1 - product(t))
        return -0.01 * m_hat / (np.sqrt(v[name] / (1 - 0.999**t)) + 1e-7)

    return step


def train(step):
    w = start_weights()
    for t in range(1, 13):
        batch = slice(8 * t - 8, 8 * t)
        for name, g in gradients(w, x[batch], y[batch]).items():
            w[name] = w[name] + step(name, g, t)
    return w


def evaluate(w):
    log_p, _ = forward(w, x, False)
    p = np.exp(log_p)
    return {
        "loss": -(y * log_p).sum(1).mean(),
        "accuracy": (p.argmax(1) == y.argmax(1)).mean(),
        "mse": ((p - y) ** 2).mean(),
    }


exact = {}
for name, step, figures in (
    ("sgd_momentum", sgd_momentum(), ["evaluation"]),
    ("adamax", adamax(), ["fc/bias", "evaluation"]),
    ("nadam", nadam(), ["fc/bias", "evaluation"]),
):
    recorded = golden["cases"][name]
    w = train(step)
    by_name = dict(zip(names, recorded["final_weights"]))
    for figure in figures:
        if figure == "evaluation":
            values = evaluate(w)
            pairs = [(values[k], record) for k, record in recorded["evaluate_after"].items()]
        else:
            pairs = list(zip(w[figure].ravel(), by_name[figure]))
        exact[f"{name} {figure}"] = [float(value) for value, _ in pairs]
        off = max(abs(value - record) / max(1, abs(value)) for value, record in pairs)
        print(f"{name} {figure}: the record is off by {off:.1e}")
json.dump(exact, open("exact-training.json", "w"), indent=1)

"""Writes affine.json: results of Keras' affine_transform for one image and the maps of its augmentations."""

import json
import math
from pathlib import Path

import numpy as np
from keras import ops

height, width = 4, 6
image = np.arange(height * width, dtype="float32").reshape(1, height, width, 1) ** 1.5
angle = 0.7
cos, sin = math.cos(angle), math.sin(angle)
maps = {
    "rotate": [
        cos,
        -sin,
        ((width - 1) - (cos * (width - 1) - sin * (height - 1))) / 2,
        sin,
        cos,
        ((height - 1) - (sin * (width - 1) + cos * (height - 1))) / 2,
    ],
    "zoom": [1.3, 0, -0.3 * (width - 1) / 2, 0, 1.3, -0.3 * (height - 1) / 2],
    "translate": [1, 0, -1.75, 0, 1, 2.25],
    "far": [1, 0, 20.5, 0, 1, -17.25],
}
cases = []
for name, map in maps.items():
    transform = np.array([[*map, 0, 0]], dtype="float32")
    result = ops.image.affine_transform(
        image, transform, interpolation="bilinear", fill_mode="reflect"
    )
    cases.append({"name": name, "map": map, "result": np.asarray(result).ravel().tolist()})
text = {"shape": image.shape, "image": image.ravel().tolist(), "cases": cases}
(Path(__file__).parent / "affine.json").write_text(json.dumps(text) + "\n")

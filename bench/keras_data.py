"""For each line `folder PATH` or `archive PATH`, read all its pictures once as Keras and as Pillow do: seconds of both."""

import multiprocessing
import os
import sys
import tarfile
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

SIZE = (32, 32)


def picture(path):
    import numpy
    from PIL import Image

    return numpy.asarray(Image.open(path).convert("RGB").resize(SIZE))


def with_keras(path):
    import keras

    pictures = keras.utils.image_dataset_from_directory(
        path, image_size=SIZE, batch_size=256, shuffle=False, verbose=False
    )
    for _ in pictures:
        pass


def with_pillow(path, pool):
    """As torchvision's ImageFolder in a DataLoader with a process for each core."""
    for _ in pool.imap(picture, sorted(Path(path).glob("*/*")), chunksize=256):
        pass


def timed(read, kind, path):
    start = time.perf_counter()
    if kind == "archive":
        with tempfile.TemporaryDirectory() as folder:
            with tarfile.open(path) as archive:
                archive.extractall(folder, filter="data")
            (inner,) = Path(folder).iterdir()
            read(inner)
            return time.perf_counter() - start
    read(path)
    return time.perf_counter() - start


if __name__ == "__main__":
    # Forked before TensorFlow has threads.
    pool = multiprocessing.get_context("fork").Pool()
    pool.map(picture, [])
    for line in sys.stdin:
        kind, path = line.rstrip("\n").split(" ", 1)
        keras = timed(with_keras, kind, path)
        pillow = timed(lambda path: with_pillow(path, pool), kind, path)
        print(keras, pillow, flush=True)

"""PyTorch, as a contestant: python torch_peer.py TASK. See protocol.py."""
import time
from pathlib import Path

import numpy as np
import torch
from protocol import fastest, serve, task
from torch import nn

from torch_models import build

TASK = task()
torch.set_num_threads(TASK["threads"])
CAFFE_MEAN = torch.tensor([123.68, 116.779, 103.939]).view(1, 3, 1, 1)


def autocast():
    return torch.autocast("cpu", torch.bfloat16, enabled=TASK.get("precision") == "bfloat16")


def channels_last(tensor):
    return tensor.to(memory_format=torch.channels_last) if tensor.dim() == 4 else tensor


def random_batch(shape):
    return channels_last(torch.rand(TASK["batch"], *shape)), torch.arange(TASK["batch"]) % 10


def trainer(model):
    # `fused`: Adam updates all weights in one kernel.
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], 1e-4, fused=True)
    loss = nn.CrossEntropyLoss()

    def run(x, y):
        optimizer.zero_grad(set_to_none=True)
        with autocast():
            logits = model(x)
            value = loss(logits, y)
        value.backward()
        optimizer.step()
        return value.detach(), (logits.detach().argmax(1) == y).sum()

    return run


def step(compile):
    model, shape = build(TASK["model"])
    model = model.to(memory_format=torch.channels_last).train()
    x, y = random_batch(shape)
    run = trainer(torch.compile(model) if compile else model)

    def work(steps):
        for _ in range(steps):
            value, _ = run(x, y)
        value.item()

    return work


def inference(compile):
    model, shape = build(TASK["model"])
    model = nn.Sequential(model, nn.Softmax(1)).to(memory_format=torch.channels_last).eval()
    if compile:
        model = torch.compile(model)
    x, _ = random_batch(shape)

    def work(passes):
        with torch.inference_mode(), autocast():
            for _ in range(passes):
                model(x)

    return work


def read(path):
    from PIL import Image

    return np.asarray(Image.open(path).convert("RGB"))


def files():
    folders = sorted(path for path in Path(TASK["folder"], "train").iterdir() if path.is_dir())
    return [(path, label) for label, folder in enumerate(folders) for path in sorted(folder.iterdir())]


def tensors(images, found):
    return torch.from_numpy(np.stack(list(images))), torch.tensor([label for _, label in found])


def images(pool):
    """Like a DataLoader over an ImageFolder with one process per thread, but without its queues."""
    found = files()
    return tensors(pool.imap(read, [path for path, _ in found], chunksize=64), found)


def prepared(x):
    return channels_last(x.permute(0, 3, 1, 2).float() - CAFFE_MEAN)


def frozen(pool):
    def work(epochs):
        x, y = images(pool)
        x = prepared(x)[: TASK["images"]]
        model, _ = build("vgg19")
        each = 0
        backbone = model[0].to(memory_format=torch.channels_last).eval()
        backbone.requires_grad_(False)
        if TASK["cached"]:
            begin = time.perf_counter()
            with torch.inference_mode(), autocast():
                x = torch.cat([backbone(part) for part in x.split(64)])
            each = (time.perf_counter() - begin) / len(x)
            x = x.clone()
        head = model[1].train()
        run = trainer(head if TASK["cached"] else nn.Sequential(backbone, head))
        for _ in range(epochs):
            begin = time.perf_counter()
            for indices in torch.randperm(len(x)).split(TASK["batch"]):
                value, _ = run(x[indices], y[indices])
            value.item()
        return {"last": time.perf_counter() - begin, "each": each}

    return work


def with_pool(work):
    import multiprocessing

    with multiprocessing.get_context("fork").Pool(TASK["threads"]) as pool:
        pool.map(abs, [0])
        work(pool)


def decoding(pool):
    def work(times):
        for _ in range(times):
            images(pool)

    serve("Pillow in processes", work)


def starting():
    found = files()
    batch = [found[i] for i in torch.randperm(len(found))[: TASK["batch"]]]
    x, y = tensors((read(path) for path, _ in batch), batch)
    model, _ = build("vgg19")
    trainer(model.to(memory_format=torch.channels_last))(prepared(x), y)[0].item()
    serve("", lambda _: None)


if __name__ == "__main__":
    kind = TASK["kind"]
    if kind == "frozen":
        with_pool(lambda pool: serve("", frozen(pool)))
    elif kind == "decode":
        with_pool(decoding)
    elif kind == "start":
        starting()
    else:
        make = {"step": step, "inference": inference}[kind]
        serve(*fastest({"": lambda: make(False), "torch.compile": lambda: make(True)}, TASK["variant"]))

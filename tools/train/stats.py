#!/usr/bin/env python3
"""Measures BatchNorm's statistics again for the averaged weights, and keeps them if the loss on new crops falls.

  ./stats.py --checkpoint run4/last.npz --out run4/final.npz --teacher yunet_n_640_640.onnx \
      --pictures pictures.tsv --hold-out 'test/*.jpg' --weights crowd=8,maskwearing=5

Reads the faces.pickle that train.py left beside the checkpoint's folder. Has the same requirements as train.py.
"""
import argparse
import os
import pickle

import numpy as np
import torch

import data
import fastnet
import train
from model import read_onnx

MEASURED, COMPARED = 60, 40  # batches
SIZE, BATCH = 320, 8
SEED = 4242  # other crops than those of the training


def flat(values):
    copy = fastnet.aligned(values.size)
    copy[:] = values
    return copy


def crops_like_those_of(checkpoint, pictures, weights):
    """A function that gives a batch; the faces to choose crops by are those that train.py found."""
    kept = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(checkpoint))), "faces.pickle")
    with open(kept, "rb") as f:
        names, faces = pickle.load(f)
    if names != [p.name for p in pictures]:
        raise SystemExit(f"{kept} is of other pictures: give the same --pictures and --hold-out as to train.py")
    by_group = {}
    for picture, found in zip(pictures, faces):
        picture.faces = found
        by_group.setdefault(picture.group, []).append(picture)
    crops = data.Augment(by_group, {g: weights.get(g, 1.0) for g in by_group}, SEED)
    return lambda: np.stack([crops.sample(SIZE)[0] for _ in range(BATCH)]).astype(np.float32)


def measure(batch, weights, begin):
    """BatchNorm's statistics of these weights: the mean over batches."""
    net, total = fastnet.FastNet(), 0
    for _ in range(MEASURED):
        stats = flat(begin)
        net.forward(batch(), weights, stats, True)
        total = total + stats.astype(np.float64)
    return flat((total / MEASURED).astype(np.float32))


def costs(batch, teacher, candidates):
    """The mean loss and its parts of each (weights, statistics), on the same batches."""
    taught, net = fastnet.FastNet(), fastnet.FastNet()
    sums = np.zeros((len(candidates), 5))
    for _ in range(COMPARED):
        x = batch()
        wanted = taught.forward(x, *teacher, False)
        for i, (weights, stats) in enumerate(candidates):
            out = torch.from_numpy(net.forward(x, weights, stats, False))
            total, parts = train.loss_of(out, wanted, None, 0)
            sums[i] += (float(total), *parts)
    return sums / COMPARED


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("checkpoint", "out", "teacher", "pictures"):
        a.add_argument("--" + name, required=True)
    a.add_argument("--hold-out", nargs="*", default=[])
    a.add_argument("--weights", default="", help="group=weight,... as given to train.py")
    args = a.parse_args()
    torch.set_num_threads(1)
    checkpoint = dict(np.load(args.checkpoint))
    pictures, _ = data.load(data.read_listing(args.pictures), args.hold_out)
    batch = crops_like_those_of(args.checkpoint, pictures, data.read_weights(args.weights))
    teacher = fastnet.to_flat(read_onnx(args.teacher))
    averaged, stats = flat(checkpoint["ema_p"]), flat(checkpoint["ema_s"])
    fresh = measure(batch, averaged, stats)
    names = ("averaged weights and statistics", "averaged weights, fresh statistics", "last weights and statistics")
    found = costs(batch, teacher, ((averaged, stats), (averaged, fresh), (flat(checkpoint["p"]), flat(checkpoint["s"]))))
    for name, cost in zip(names, found):
        print("%-36s loss %.4f  obj %.4f cls %.4f box %.4f kps %.4f" % (name, *cost))
    better = found[1, 0] < found[0, 0]
    checkpoint["stats"] = fresh if better else stats
    np.savez(args.out, **checkpoint)
    print("kept:", "fresh statistics" if better else "averaged statistics")


if __name__ == "__main__":
    main()

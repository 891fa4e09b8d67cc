#!/usr/bin/env python3
"""A checkpoint of train.py as an ONNX file with YuNet-n's outputs: ./export.py run1/last.npz vigia_n.onnx [--last]
The averaged weights (EMA) unless --last is given. BatchNorm and the input's scale are folded in; input BGR 0..255."""
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import fastnet
from model import HEADS, POOLED_AFTER, STRIDES, TAKEN_AFTER, read_onnx


def write(net, path, size=640, doc=""):
    nodes, consts = [], []

    def const(name, value):
        consts.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def conv(x, name, m, w=None, b=None):
        w = m.weight.detach().numpy().astype(np.float32) if w is None else w
        b = m.bias.detach().numpy().astype(np.float32) if b is None else b
        k = w.shape[2]
        nodes.append(helper.make_node(
            "Conv", [x, const(name + ".weight", w), const(name + ".bias", b)], [name], name=name,
            dilations=[1, 1], group=1 if m.groups == 1 else w.shape[0], kernel_shape=[k, k], pads=[k // 2] * 4, strides=list(m.stride)))
        return name

    def op(kind, inputs, name, **kw):
        nodes.append(helper.make_node(kind, inputs, [name], name=name, **kw))
        return name

    def pair(x, name, m):
        return op("Relu", [conv(conv(x, name + ".point", m.point), name + ".depth", m.depth)], name + ".relu")

    x = op("Relu", [conv("input", "first", net.first)], "first.relu")
    taken = []
    for i, m in enumerate(net.backbone):
        x = pair(x, f"backbone.{i}", m)
        if i in TAKEN_AFTER:
            taken.append(x)
        if i in POOLED_AFTER:
            x = op("MaxPool", [x], f"backbone.{i}.pool", ceil_mode=0, kernel_shape=[2, 2], pads=[0, 0, 0, 0], strides=[2, 2])
    const("twice", np.array([1, 1, 2, 2], np.float32))
    const("none", np.zeros(0, np.float32))
    features = [None] * 3
    features[2] = pair(taken[2], "neck.2", net.neck[2])
    for k in (1, 0):
        up = op("Resize", [features[k + 1], "none", "twice"], f"neck.{k}.up",
                coordinate_transformation_mode="asymmetric", mode="nearest", nearest_mode="floor")
        features[k] = pair(op("Add", [taken[k], up], f"neck.{k}.sum"), f"neck.{k}", net.neck[k])
    for _, channels in HEADS:
        if f"shape.{channels}" not in [c.name for c in consts]:
            const(f"shape.{channels}", np.array([1, -1, channels], np.int64))
    shared = [pair(features[k], f"shared.{k}", net.shared[k]) for k in range(3)]
    outputs, at = [], 0
    for kind, channels in HEADS:
        for k, stride in enumerate(STRIDES):
            name, m = f"{kind}_{stride}", net.heads[k]
            part = lambda t: t.detach().numpy().astype(np.float32)[at:at + channels]
            y = conv(shared[k], name + ".point", m.point, part(m.point.weight), part(m.point.bias))
            y = conv(y, name + ".depth", m.depth, part(m.depth.weight), part(m.depth.bias))
            y = op("Transpose", [y], name + ".transpose", perm=[0, 2, 3, 1])
            if channels == 1:
                y = op("Reshape", [y, f"shape.{channels}"], name + ".reshape")
                op("Sigmoid", [y], name)
            else:
                op("Reshape", [y, f"shape.{channels}"], name)
            outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, (size // stride) ** 2, channels]))
        at += channels
    graph = helper.make_graph(nodes, "vigia_n", [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, size, size])], outputs, consts, doc)
    model = helper.make_model(graph, producer_name="vigia", opset_imports=[helper.make_opsetid("", 11)])
    model.ir_version = 6
    onnx.checker.check_model(model)
    onnx.save(model, path)


def main():
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    z = np.load(sys.argv[1])
    last = "--last" in sys.argv
    p, s = (fastnet.aligned(z["p"].size), fastnet.aligned(z["s"].size))
    p[:], s[:] = (z["p"], z["s"]) if last else (z["ema_p"], z["stats"] if "stats" in z else z["ema_s"])
    net = fastnet.from_flat(p, s)
    write(net, sys.argv[2], doc="A face detector of YuNet-n's form; trained from random weights, see train.py")
    # read back, and compared with the passes that it was trained with
    back = fastnet.to_flat(read_onnx(sys.argv[2]))
    x = np.random.default_rng(1).integers(0, 256, (1, 320, 320, 3)).astype(np.float32)
    f = fastnet.FastNet()
    d = np.abs(f.forward(x, p, s, False) - f.forward(x, *back, False)).max()
    print(f"{sys.argv[2]}: step {int(z['step'])}, written and read back, largest difference {d:.1e}")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Trains a face detector of YuNet-n's form from random weights, with YuNet-n's outputs as the teacher.

  nice -n 10 ./train.py --teacher yunet_n_640_640.onnx --pictures pictures.tsv --hold-out 'test/*.jpg' \
      --out run1 --minutes 40 --threads 2 [--resume run1/last.npz]

pictures.tsv: kind (photo, voc: with boxes beside it, clip), group, path or pattern, licence, frames.
Each thread makes its own batches: pictures are cropped, altered and mosaicked (data.py); the teacher labels
every cell of them; the student's gradient (fastnet.py, C++) is applied at once (AdamW, cosine over the time
given). BatchNorm's statistics are those of a thread's batch. The result is an average of the weights (EMA).
Writes OUT/last.npz every two minutes, OUT/log.txt, OUT/used_files.tsv.
Needs: Debian's python3-torch, python3-opencv, python3-onnx, g++; without AVX-512 g++ emulates 64-byte vectors.
"""
import argparse
import csv
import ctypes
import os
import pickle
import threading
import time
import traceback

import numpy as np
import torch
import torch.nn.functional as F

import data
import fastnet
from model import YunetN, read_onnx

STRIDES = (8, 16, 32)

# Freed memory is kept: each page fault costs 15 us on a small virtual machine, a third of the time in all.
for option, value in ((-3, 1 << 30), (-1, (1 << 31) - 1), (-8, 2)):  # M_MMAP_THRESHOLD, M_TRIM_THRESHOLD, M_ARENA_MAX
    ctypes.CDLL(None).mallopt(option, value)


def cells(n, h, w):
    """Image, column, row and stride of each row of the outputs."""
    parts = []
    for s in STRIDES:
        i, y, x = np.meshgrid(np.arange(n), np.arange(h // s), np.arange(w // s), indexing="ij")
        parts.append(np.stack([i.ravel(), x.ravel(), y.ravel(), np.full(i.size, s)], 1))
    return np.concatenate(parts).astype(np.float32)


def decode(out, grid, threshold):
    """Faces by image: list of arrays [k][5]: x, y, w, h, score; suppressed at an overlap of 0.45."""
    score = np.sqrt(1 / (1 + np.exp(-np.clip(out[:, 0], -30, 30))) / (1 + np.exp(-np.clip(out[:, 1], -30, 30))))
    at = np.where(score > threshold)[0]
    o, g, s = out[at], grid[at], score[at]
    wh = np.exp(np.minimum(o[:, 4:6], 6)) * g[:, 3:]
    c = (g[:, 1:3] + o[:, 2:4]) * g[:, 3:]
    box = np.concatenate([c - wh / 2, wh, s[:, None]], 1)
    faces = []
    for i in range(int(grid[:, 0].max()) + 1):
        b = box[g[:, 0] == i]
        b = b[np.argsort(-b[:, 4])][:300]
        keep = []
        while len(b):
            keep.append(b[0])
            b = b[1:][overlap(b[1:], b[0]) < 0.45]
        faces.append(np.array(keep).reshape(-1, 5))
    return faces


def overlap(a, b):
    w = np.minimum(a[:, 0] + a[:, 2], b[0] + b[2]) - np.maximum(a[:, 0], b[0])
    h = np.minimum(a[:, 1] + a[:, 3], b[1] + b[3]) - np.maximum(a[:, 1], b[1])
    both = np.clip(w, 0, None) * np.clip(h, 0, None)
    return both / (a[:, 2] * a[:, 3] + b[2] * b[3] - both + 1e-9)


def loss_of(student, teacher, hand, hand_weight):
    """Sum of the losses over one batch, student a tensor that wants a gradient, both [cells][16].
    hand: (cell, x, y, log w, log h) of labelled faces that the teacher misses."""
    t = torch.from_numpy(teacher)
    t_obj, t_cls = torch.sigmoid(t[:, 1]), torch.sigmoid(t[:, 0])
    score = torch.sqrt(t_obj * t_cls)
    s_obj = torch.sigmoid(student[:, 1].detach())
    extra = None
    if hand is not None and len(hand):
        extra = torch.from_numpy(hand[:, 0].astype(np.int64))
        t_obj, t_cls = t_obj.clone(), t_cls.clone()
        t_obj[extra] = torch.clamp(t_obj[extra], min=hand_weight)
        t_cls[extra] = torch.clamp(t_cls[extra], min=hand_weight)
    mass = float(t_obj.sum()) + 20.0
    # Objectness: all cells; those already right count less (as quality focal loss does).
    bce = F.binary_cross_entropy_with_logits(student[:, 1], t_obj, reduction="none")
    l_obj = (bce * ((s_obj - t_obj).abs() + 0.03)).sum() / mass
    # Class: means something only where there may be an object.
    s_cls = torch.sigmoid(student[:, 0].detach())
    bce = F.binary_cross_entropy_with_logits(student[:, 0], t_cls, reduction="none")
    where = torch.maximum(t_obj, s_obj) + 0.01
    l_cls = (bce * ((s_cls - t_cls).abs() + 0.05) * where).sum() / mass
    # Boxes and landmarks: where the teacher sees a face, in units of its size.
    at = torch.where(score > 0.15)[0]
    l_box = l_kps = student.sum() * 0.0
    if len(at):
        weight = score[at]
        norm = weight.sum() + 5.0
        a, b = student[at], t[at]
        size = torch.exp(b[:, 4:6].clamp(-3, 6))
        d = torch.cat([(a[:, 2:4] - b[:, 2:4]) / size, a[:, 4:6] - b[:, 4:6]], 1)
        l_box = (F.smooth_l1_loss(d, torch.zeros_like(d), beta=0.02, reduction="none").sum(1) * weight).sum() / norm
        k = (a[:, 6:16] - b[:, 6:16]) / size.mean(1, keepdim=True)
        l_kps = (F.smooth_l1_loss(k, torch.zeros_like(k), beta=0.02, reduction="none").mean(1) * weight).sum() / norm
    if extra is not None:
        h = torch.from_numpy(hand[:, 1:5].astype(np.float32))
        a = student[extra]
        d = torch.cat([(a[:, 2:4] - h[:, :2]) / torch.exp(h[:, 2:4]), a[:, 4:6] - h[:, 2:4]], 1)
        l_box = l_box + 0.3 * F.smooth_l1_loss(d, torch.zeros_like(d), beta=0.1, reduction="none").sum(1).mean()
    total = 4 * l_obj + 2 * l_cls + 2 * l_box + 3 * l_kps
    return total, (float(l_obj), float(l_cls), float(l_box), float(l_kps))


def unseen(boxes, teacher, grid, size):
    """Hand-labelled faces to which the teacher gives a score below 0.3: their cell, and its targets."""
    score = np.sqrt(1 / (1 + np.exp(-np.clip(teacher[:, 0], -30, 30))) / (1 + np.exp(-np.clip(teacher[:, 1], -30, 30))))
    rows = []
    cx, cy = (grid[:, 1] + 0.5) * grid[:, 3], (grid[:, 2] + 0.5) * grid[:, 3]
    for i, bs in enumerate(boxes):
        mine = grid[:, 0] == i
        for x, y, w, h in bs:
            side = np.sqrt(w * h)
            if side < 9 or w < 5 or h < 5 or x < 0 or y < 0 or x + w > size or y + h > size:
                continue
            inside = mine & (cx > x) & (cx < x + w) & (cy > y) & (cy < y + h)
            if inside.any() and score[inside].max() > 0.3:
                continue
            s = 8 if side < 32 else 16 if side < 80 else 32
            c, r = int((x + w / 2) / s), int((y + h / 2) / s)
            at = np.where(mine & (grid[:, 3] == s) & (grid[:, 1] == c) & (grid[:, 2] == r))[0]
            if len(at):
                rows.append((at[0], (x + w / 2) / s - c, (y + h / 2) / s - r, np.log(w / s), np.log(h / s)))
    return np.array(rows, np.float64).reshape(-1, 5)


class Trainer:
    def __init__(self, args, pictures):
        self.args, self.lock = args, threading.Lock()
        self.teacher = fastnet.to_flat(read_onnx(args.teacher))
        self.step, self.images, self.sums, self.stop = 0, 0, [], False
        torch.manual_seed(args.seed)
        net = YunetN()
        net.init_random()
        net.input_scale = 1 / 64
        self.p, self.s = fastnet.to_flat(net)
        self.m, self.v = np.zeros_like(self.p), np.zeros_like(self.p)
        self.ema_p, self.ema_s = self.p.copy(), self.s.copy()
        # The first layer's values are input_scale times a usual layer's; so must its steps be.
        self.lr_of = np.ones_like(self.p)
        self.lr_of[:432] = 1 / 64
        if args.resume:
            z = np.load(args.resume)
            for k in ("p", "s", "m", "v", "ema_p", "ema_s"):
                getattr(self, k)[:] = z[k]
            self.step = int(z["step"])
        self.pictures = pictures
        self.find_faces()
        self.start = time.time()

    def find_faces(self):
        """Where the teacher sees faces in the pictures: only to choose crops. Kept in faces.pickle beside OUT."""
        kept = os.path.join(os.path.dirname(os.path.abspath(self.args.out)), "faces.pickle")
        names = [p.name for p in self.pictures]
        if os.path.exists(kept):
            with open(kept, "rb") as f:
                old, faces = pickle.load(f)
            if old == names:
                for p, f in zip(self.pictures, faces):
                    p.faces = f
                return
        net = fastnet.FastNet()
        total = 0
        for pic in self.pictures:
            im = pic.levels[0]
            k = max(0.25, min(2.0, 800 / max(im.shape[:2])))
            a = data.cv2.resize(im, None, fx=k, fy=k, interpolation=data.cv2.INTER_AREA if k < 1 else data.cv2.INTER_LINEAR)
            h, w = (-(-v // 32) * 32 for v in a.shape[:2])
            canvas = np.zeros((1, h, w, 3), np.float32)
            canvas[0, :a.shape[0], :a.shape[1]] = a
            out = net.forward(canvas, *self.teacher, False)
            pic.faces = [((x + bw / 2) / k, (y + bh / 2) / k, np.sqrt(bw * bh) / k) for x, y, bw, bh, _ in decode(out, cells(1, h, w), 0.5)[0]]
            pic.faces += [(x + bw / 2, y + bh / 2, np.sqrt(bw * bh)) for x, y, bw, bh in pic.boxes
                          if not any(abs(x + bw / 2 - f[0]) < f[2] / 2 and abs(y + bh / 2 - f[1]) < f[2] / 2 for f in pic.faces)]
            total += len(pic.faces)
        with open(kept, "wb") as f:
            pickle.dump((names, [p.faces for p in self.pictures]), f)
        self.log(f"{total} faces to choose crops by")

    def log(self, text):
        print(text, flush=True)
        with open(os.path.join(self.args.out, "log.txt"), "a") as f:
            f.write(text + "\n")

    def save(self):
        tmp = os.path.join(self.args.out, "tmp.npz")
        with self.lock:
            np.savez(tmp, p=self.p, s=self.s, m=self.m, v=self.v, ema_p=self.ema_p, ema_s=self.ema_s, step=self.step)
        os.replace(tmp, os.path.join(self.args.out, "last.npz"))

    def progress(self):
        return min(1.0, (time.time() - self.start) / (60 * self.args.minutes))

    def apply(self, grads, stats):
        """AdamW; the caller holds the lock."""
        self.step += 1
        n = self.step
        warm = min(1.0, n / 300)
        lr = self.args.lr * warm * (0.01 + 0.99 * 0.5 * (1 + np.cos(np.pi * self.progress())))
        if not np.isfinite(grads).all():
            return
        b1, b2 = 0.9, 0.99
        self.m += (1 - b1) * (grads - self.m)
        self.v += (1 - b2) * (grads * grads - self.v)
        c = np.sqrt(1 - b2 ** min(n, 5000)) / (1 - b1 ** min(n, 5000))
        self.p -= lr * c * self.lr_of * self.m / (np.sqrt(self.v) + 1e-8)
        self.s += 0.02 * (stats - self.s)
        d = min(self.args.ema, (1 + n) / (10 + n))
        self.ema_p += (1 - d) * (self.p - self.ema_p)
        self.ema_s += (1 - d) * (self.s - self.ema_s)

    def worker(self, seed):
        try:
            torch.set_num_threads(1)
            teacher, student = fastnet.FastNet(), fastnet.FastNet()
            by_group = {}
            for p in self.pictures:
                by_group.setdefault(p.group, []).append(p)
            weights = {g: self.args.weights.get(g, 1.0) for g in by_group}
            aug = data.Augment(by_group, weights, seed, self.args.big)
            params, stats, grads = (fastnet.aligned(len(a)) for a in (self.p, self.s, self.p))
            grids = {}
            while not self.stop and self.progress() < 1:
                size = aug.r.choices(*self.args.sizes)[0]
                n = max(4, round(self.args.batch * 320 * 320 / size / size))
                made = [aug.sample(size) for _ in range(n)]
                x = np.stack([a for a, _ in made]).astype(np.float32)
                t = teacher.forward(x, *self.teacher, False)
                if (n, size) not in grids:
                    grids[n, size] = cells(n, size, size)
                hand = unseen([b for _, b in made], t, grids[n, size], size) if self.args.hand > 0 else None
                params[:] = self.p
                y = torch.from_numpy(student.forward(x, params, stats, True)).requires_grad_(True)
                total, parts = loss_of(y, t, hand, self.args.hand)
                total.backward()
                grads[:] = 0
                student.backward(np.ascontiguousarray(y.grad.numpy()), params, grads)
                with self.lock:
                    self.apply(grads, stats)
                    self.images += n
                    self.sums.append((float(total), *parts, len(hand) if hand is not None else 0))
        except Exception:
            traceback.print_exc()
            self.stop = True

    def run(self):
        threads = [threading.Thread(target=self.worker, args=(self.args.seed * 100 + self.step + i,)) for i in range(self.args.threads)]
        for t in threads:
            t.start()
        saved = shown = time.time()
        while any(t.is_alive() for t in threads):
            time.sleep(1)
            if time.time() - shown > 30:
                with self.lock:
                    sums, self.sums = np.array(self.sums), []
                if len(sums):
                    self.log("%5.1f min  step %d  images %d  loss %.4f  obj %.4f cls %.4f box %.4f kps %.4f  hand %.1f" % (
                        (time.time() - self.start) / 60, self.step, self.images, *sums.mean(0)))
                shown = time.time()
            if time.time() - saved > 120:
                self.save()
                saved = time.time()
        self.save()


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--teacher", required=True)
    a.add_argument("--pictures", required=True)
    a.add_argument("--hold-out", nargs="*", default=[], help="pictures that must not be trained on: lookalikes are left out")
    a.add_argument("--out", required=True)
    a.add_argument("--minutes", type=float, default=40)
    a.add_argument("--threads", type=int, default=2)
    a.add_argument("--batch", type=int, default=8, help="pictures of 320x320 a batch and thread; more of smaller ones")
    a.add_argument("--lr", type=float, default=2e-3)
    a.add_argument("--ema", type=float, default=0.998)
    a.add_argument("--hand", type=float, default=0.6, help="target score for labelled faces that the teacher does not see; 0: none")
    a.add_argument("--weights", default="", help="group=weight,... how often a group is drawn (1)")
    a.add_argument("--sizes", default="192=0.1,256=0.3,320=0.4,384=0.15,448=0.05", help="sides of the crops, up to 640, and their shares")
    a.add_argument("--big", type=float, default=0.07, help="share of crops with one large face")
    a.add_argument("--seed", type=int, default=1)
    a.add_argument("--resume")
    args = a.parse_args()
    args.weights = data.read_weights(args.weights)
    args.sizes = tuple(zip(*((int(k), float(v)) for k, v in (w.split("=") for w in args.sizes.split(",")))))
    os.makedirs(args.out, exist_ok=True)
    pictures, used = data.load(data.read_listing(args.pictures), args.hold_out)
    if not pictures:
        raise SystemExit(f"{args.pictures}: none of its patterns is a picture here")
    with open(os.path.join(args.out, "used_files.tsv"), "w") as f:
        w = csv.writer(f, delimiter="\t")
        w.writerow(("file", "group", "licence claim", "use"))
        w.writerows(used)
    Trainer(args, pictures).run()


if __name__ == "__main__":
    main()

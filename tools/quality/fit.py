#!/usr/bin/env python3
"""Fits the weights of quality.total (src/shot/grade.cpp) to labelled faces, and says how good the fit is on held-out ones.

    fit.py LABELS.csv PARTS.csv [PARTS.csv ...] [--without-landmarks]

LABELS: file,frame,made,left,top,width,height,label,person,part; label: usable, unusable, unsure (left out); part: fit,
held-out. PARTS: the output of bench/face_parts, for several detectors. A detection gets the label whose box it overlaps
most, by at least half. Logistic regression with weights that are not negative (no part may count against a face); usable
and unusable faces have the same total weight, a made picture half that of a real one. Turned heads are rare in the labels,
so the rule itself is added: each usable face again with its frontality as of 55 degrees, unusable, and as of 35, usable.
Needs python3-numpy.
"""
import argparse
import collections
import csv
import os
import re

import numpy as np

PARTS = ["confidence", "frontality", "level", "proportion", "eyes", "sharpness", "exposure", "inside"]
UNKNOWN_WITHOUT_LANDMARKS = {"frontality", "level", "proportion", "eyes"}
MADE = re.compile(r"(.+)-(\d+)-((?:blur|moved|cut-|coarse|dim|dark|bright)[\w-]*)\.png$")
ENOUGH = {"frontality": 0.65}  # more makes nobody more usable; it only ranks higher
RIDGE = 0.003
MADE_WEIGHT = 0.5
TURNED = ((55, False), (35, True))  # degrees, usable
TURNED_WEIGHT = 0.25


def overlap(a, b):
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    both = max(0.0, width) * max(0.0, height)
    return both / (a[2] * a[3] + b[2] * b[3] - both)


def box(row):
    return tuple(float(row[name]) for name in ("left", "top", "width", "height"))


def read(labels, tables):
    """The labelled rows of the tables, each with its label."""
    marked = collections.defaultdict(list)
    for row in csv.DictReader(open(labels, encoding="utf-8")):
        marked[os.path.splitext(row["file"])[0], int(row["frame"]), row["made"]].append((box(row), row))
    found = []
    for table in tables:
        for row in csv.DictReader(open(table, encoding="utf-8")):
            made = MADE.match(row["file"])
            key = (made[1], int(made[2]), made[3]) if made else (os.path.splitext(row["file"])[0], int(row["frame"]), "")
            best = max(((overlap(box(row), there), label) for there, label in marked[key]), default=(0, None),
                       key=lambda pair: pair[0])
            if best[0] >= 0.5 and best[1]["label"] != "unsure":
                found.append({**row, **{k: best[1][k] for k in ("label", "person", "part", "made")}})
    return found


def kind(row):
    return re.sub(r"[\d-].*", "", row["made"]) or "as it was"


def fit(values, usable, counts):
    """Weights, the last is the constant: projected gradient descent on the ridge-penalised logistic loss."""
    x = np.hstack([values, np.ones((len(values), 1))])
    mean, spread = x[:, :-1].mean(0), x[:, :-1].std(0) + 1e-9
    z = x.copy()
    z[:, :-1] = (x[:, :-1] - mean) / spread
    w, speed = np.zeros(z.shape[1]), np.zeros(z.shape[1])
    counts = counts / counts.sum()
    for _ in range(12000):
        p = 1 / (1 + np.exp(-z @ w))
        slope = z.T @ (counts * (p - usable)) + RIDGE / 10 * np.append(w[:-1], 0)
        speed = 0.9 * speed - 0.5 * slope
        w = w + speed
        w[:-1] = np.maximum(w[:-1], 0)
    raw = w[:-1] / spread
    return np.append(raw, w[-1] - raw @ mean)


def turned(values, names, degrees):
    """The same faces, with the frontality of this turn."""
    out = values.copy()
    column = names.index("frontality")
    out[:, column] = np.minimum(out[:, column], 1 - degrees / 90)
    return out


def area(score, usable):
    """Area under the ROC curve: how often a usable face has the higher score; ties count half."""
    good, bad = np.sort(score[usable]), np.sort(score[~usable])
    below = (np.searchsorted(bad, good, "left") + np.searchsorted(bad, good, "right")) / 2
    return below.sum() / max(1, len(good) * len(bad))


def report(name, rows, total, usable):
    score = np.array([float(r["score"]) for r in rows])
    print(f"{name}: {len(rows)} detections, {usable.sum()} usable; area under the curve: score {area(score, usable):.4f}, "
          f"total {area(total, usable):.4f}; pass at 0.5: usable {100 * (total[usable] >= 0.5).mean():.1f} %, "
          f"unusable {100 * (total[~usable] >= 0.5).mean():.1f} %")
    for made in sorted({kind(r) for r in rows}):
        these = np.array([kind(r) == made for r in rows])
        parts = [f"{label} {(total[these & mask] >= 0.5).sum()} of {(these & mask).sum()}"
                 for label, mask in (("usable", usable), ("unusable", ~usable)) if (these & mask).any()]
        print(f"    {made:10} pass: {', '.join(parts)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labels")
    parser.add_argument("parts", nargs="+")
    parser.add_argument("--without-landmarks", action="store_true", help="of a detector that gives none")
    flags = parser.parse_args()
    rows = read(flags.labels, flags.parts)
    names = [n for n in PARTS if not (flags.without_landmarks and n in UNKNOWN_WITHOUT_LANDMARKS)]
    values = np.array([[min(float(r[n]), ENOUGH.get(n, 1)) for n in names] for r in rows])
    usable = np.array([r["label"] == "usable" for r in rows])
    fitted = np.array([r["part"] == "fit" for r in rows])
    counts = np.where([r["made"] != "" for r in rows], MADE_WEIGHT, 1.0)
    known = [(values[fitted], usable[fitted], counts[fitted])]
    if not flags.without_landmarks:
        good = fitted & usable
        known += [(turned(values[good], names, degrees), np.full(good.sum(), fine), TURNED_WEIGHT * counts[good])
                  for degrees, fine in TURNED]
    x, y, weight = (np.concatenate(column) for column in zip(*known))
    weight[y] *= weight[~y].sum() / weight[y].sum()
    weights = fit(x, y, weight)
    total = 1 / (1 + np.exp(-(values @ weights[:-1] + weights[-1])))
    print("constant {:.2f}, ".format(weights[-1]) + ", ".join(f"{n} {w:.2f}" for n, w in zip(names, weights)))
    report("fit", [r for r, f in zip(rows, fitted) if f], total[fitted], usable[fitted])
    report("held out", [r for r, f in zip(rows, fitted) if not f], total[~fitted], usable[~fitted])


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Makes pictures of bad faces from good ones: blurred, coarse, dark, bright, cut by the picture's edge.

    make_hard.py CSV OUT_DIR [FOLDER ...]     CSV: lines file,frame,left,top,width,height, a good face each

Files are looked for in the folders. Writes OUT_DIR/STEM-FRAME-HOW.png: HOW is what labels.csv calls `made`. The
same input gives the same pictures (the noise is seeded). Needs python3-opencv, python3-numpy.
"""
import csv
import os
import sys
import zlib

import cv2
import numpy as np


def read_frame(path, number):
    capture = cv2.VideoCapture(path)
    frame = None
    for _ in range(number + 1):
        fine, frame = capture.read()
        if not fine:
            sys.exit(f"{path}: has no frame {number}")
    return frame


def moved(image, length):
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1 / length
    return cv2.filter2D(image, -1, kernel, borderType=cv2.BORDER_REPLICATE)


def coarse(image, face_width):
    height, width = image.shape[:2]
    share = 12 / face_width
    small = cv2.resize(image, (max(8, int(width * share)), max(8, int(height * share))), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


def lit(image, gain, noise, seed):
    random = np.random.default_rng(seed)
    return np.clip(image.astype(np.float32) * gain + random.normal(0, noise, image.shape), 0, 255).astype(np.uint8)


def whole(image, width, seed):
    """Changes of the whole picture: (how, picture)."""
    for share in (3, 6, 10, 15):
        yield f"blur{share}", cv2.GaussianBlur(image, (0, 0), max(0.3, width * share / 100))
    for share in (12, 25, 40):
        yield f"moved{share}", moved(image, max(3, int(width * share / 100)) | 1)
    yield "coarse", coarse(image, width)
    yield "dim", lit(image, 0.3, 4, seed)
    yield "dark", lit(image, 0.08, 5, seed)
    yield "bright", lit(image, 3.5, 2, seed)


def cuts(image, box, number):
    """Crops so that the edge cuts this face: two of the twelve (side, lost share), in turn."""
    left, top, width, height = box
    for k in (number * 2, number * 2 + 5):
        side, lost = ("left", "right", "top", "bottom")[k % 4], (20, 35, 50)[k // 4 % 3]
        at = lost / 100
        if side == "left":
            part = image[:, int(left + width * at):]
        elif side == "right":
            part = image[:, :int(left + width * (1 - at))]
        elif side == "top":
            part = image[int(top + height * at):]
        else:
            part = image[:int(top + height * (1 - at))]
        yield f"cut-{side}{lost}-face{number}", part


def main(listing, out, folders):
    faces = {}
    for row in csv.DictReader(open(listing, encoding="utf-8")):
        box = tuple(float(row[k]) for k in ("left", "top", "width", "height"))
        faces.setdefault((row["file"], int(row["frame"])), []).append(box)
    os.makedirs(out, exist_ok=True)
    for (name, number), boxes in sorted(faces.items()):
        path = next((p for p in (os.path.join(f, name) for f in folders) if os.path.exists(p)), None)
        if path is None:
            sys.exit(f"{name}: is in none of the folders")
        image = read_frame(path, number)
        stem = f"{os.path.splitext(name)[0]}-{number}"
        width = float(np.median([box[2] for box in boxes]))
        made = list(whole(image, width, zlib.crc32(stem.encode())))
        for i, box in enumerate(boxes):
            made += list(cuts(image, box, i))
        for how, picture in made:
            cv2.imwrite(os.path.join(out, f"{stem}-{how}.png"), picture)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], sys.argv[3:] or ["."])

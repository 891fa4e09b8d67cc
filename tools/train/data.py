"""Training pictures and their augmentation. Every crop is new; the teacher labels it afterwards."""
import csv
import glob
import os
import random
import xml.etree.ElementTree as ET

import cv2
import numpy as np

cv2.setNumThreads(1)


class Picture:
    """A picture in up to four sizes (halves), with faces as (centre x, y, size) and hand boxes, at full size."""

    def __init__(self, image, group, name, boxes=()):
        self.group, self.name = group, name
        self.levels = [image]
        while min(self.levels[-1].shape[:2]) > 160 and len(self.levels) < 4:
            a = self.levels[-1]
            self.levels.append(cv2.resize(a, (a.shape[1] // 2, a.shape[0] // 2), interpolation=cv2.INTER_AREA))
        self.boxes = [b for b in boxes if min(b[2], b[3]) >= 6]  # x, y, w, h by hand
        self.faces = []


def read_listing(path):
    """The rows of pictures.tsv: kind, group, path or pattern, licence claim, frames."""
    with open(path, encoding="utf-8") as f:
        rows = [row for row in csv.reader(f, delimiter="\t") if row and not row[0].startswith("#")]
    return [(row + [""] * 5)[:5] for row in rows]


def read_weights(text):
    """"crowd=8,heads=2" as a dictionary."""
    return {group: float(weight) for group, weight in (w.split("=") for w in text.split(",") if w)}


def voc_boxes(path):
    out = []
    for o in ET.parse(path).getroot().iter("object"):
        b = o.find("bndbox")
        x0, y0, x1, y1 = (float(b.find(k).text) for k in ("xmin", "ymin", "xmax", "ymax"))
        out.append((x0, y0, x1 - x0, y1 - y0))
    return out


def clip_frames(path, count):
    """About `count` frames, evenly spread."""
    cap, frames = cv2.VideoCapture(path), []
    while len(frames) < 3000:
        ok, f = cap.read()
        if not ok:
            break
        frames.append(cv2.imencode(".jpg", f, [cv2.IMWRITE_JPEG_QUALITY, 95])[1])
    step = max(1, len(frames) // count)
    return [cv2.imdecode(f, 1) for f in frames[::step]][:count]


def signature(image):
    a = cv2.resize(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), (16, 16), interpolation=cv2.INTER_AREA).astype(np.float32)
    a -= a.mean()
    return a / (np.linalg.norm(a) + 1e-6)


def load(listing, held_out, log=print):
    """listing: rows (kind, group, path or pattern, licence, frames). Leaves out what looks like a held-out
    picture. Returns the pictures and rows (file, group, licence, use) for used_files.tsv."""
    tests = []
    for pattern in held_out:
        for f in sorted(glob.glob(pattern)):
            im = cv2.imread(f)
            if im is not None:
                tests.append(signature(im).ravel())
    tests = np.array(tests) if tests else np.zeros((0, 256), np.float32)

    def seen(image):
        for flip in (image, image[:, ::-1]):
            if len(tests) and (tests @ signature(flip).ravel()).max() > 0.93:
                return True
        return False

    pictures, used = [], []
    for kind, group, pattern, licence, frames in listing:
        for f in sorted(glob.glob(pattern)):
            if os.path.getsize(f) == 0:
                continue
            if kind == "clip":
                got = clip_frames(f, int(frames))
                pictures += [Picture(im, group, f) for im in got]
                used.append((f, group, licence, f"{len(got)} frames"))
                continue
            im = cv2.imread(f)
            if im is None:
                continue
            if seen(im):
                used.append((f, group, licence, "left out: looks like a test picture"))
                continue
            boxes = []
            if kind == "voc":
                x = glob.glob(os.path.join(os.path.dirname(os.path.dirname(f)), "*", os.path.splitext(os.path.basename(f))[0] + ".xml"))
                boxes = voc_boxes(x[0]) if x else []
            m = max(im.shape[:2])
            if m > 1600:
                s = 1600 / m
                im = cv2.resize(im, None, fx=s, fy=s, interpolation=cv2.INTER_AREA)
                boxes = [tuple(v * s for v in b) for b in boxes]
            pictures.append(Picture(im, group, f, boxes))
            used.append((f, group, licence, f"picture, {len(boxes)} boxes"))
    log(f"{len(pictures)} pictures, {sum('left out' in u[3] for u in used)} left out as too like a test picture")
    return pictures, used


class Augment:
    """Crops with teacher-sized faces; one per thread (it has its own random numbers)."""

    def __init__(self, by_group, weights, seed, big=0.07):
        self.big = big  # share of crops with one large face
        self.r = random.Random(seed)
        self.n = np.random.default_rng(seed)
        self.by_group, self.groups, self.weights = by_group, list(weights), list(weights.values())
        # of one shade, and coloured
        self.noise = [(self.n.normal(0, sigma, (672, 672, k)) * np.ones(3)).astype(np.int16)
                      for sigma in (2, 4, 6, 9, 13, 18) for k in (1, 3, 3)]

    def picture(self):
        return self.r.choice(self.by_group[self.r.choices(self.groups, self.weights)[0]])

    def view(self, w, h, pic=None):
        """A w x h view of some picture, and the hand boxes in it (x, y, w, h)."""
        r = self.r
        big = r.random() < self.big
        pic = pic or self.picture()
        side = min(w, h)
        size = side * r.uniform(0.4, 0.95) if big else np.exp(r.uniform(np.log(8), np.log(0.62 * side)))
        for _ in range(20 if big else 0):  # a face that is sharp at that size
            if any(f[2] > size / 2.5 for f in pic.faces):
                break
            pic = self.picture()
        ih, iw = pic.levels[0].shape[:2]
        if pic.faces and r.random() < 0.85:
            fx, fy, fs = max(pic.faces, key=lambda f: f[2]) if big else r.choice(pic.faces)
            scale = min(size / fs, 4.0)
            # the face anywhere in the view
            tx, ty = r.uniform(0.05, 0.95) * w, r.uniform(0.05, 0.95) * h
        else:
            scale = side / min(iw, ih) * np.exp(r.uniform(np.log(0.5), np.log(3)))
            scale = min(max(scale, 0.15), 4.0)
            fx, fy, tx, ty = r.uniform(0, iw), r.uniform(0, ih), w / 2, h / 2
        # do not leave most of the view empty: keep the picture in it where it is large enough
        if r.random() < 0.8:
            if iw * scale >= w:
                tx = min(max(tx, w - (iw - fx) * scale), fx * scale)
            if ih * scale >= h:
                ty = min(max(ty, h - (ih - fy) * scale), fy * scale)
        angle = r.gauss(0, 8) if r.random() < 0.5 else (r.uniform(-40, 40) if r.random() < 0.25 else 0.0)
        stretch = np.exp(r.gauss(0, 0.06))
        flip = -1.0 if r.random() < 0.5 else 1.0
        level = 0
        while level + 1 < len(pic.levels) and scale * 2 ** level < 0.6:
            level += 1
        c, s = np.cos(np.radians(angle)) * scale, np.sin(np.radians(angle)) * scale
        A = np.array([[c * stretch * flip, -s], [s * stretch * flip, c]])
        t = np.array([tx, ty]) - A @ np.array([fx, fy])
        src = pic.levels[level]
        k = np.array([iw / src.shape[1], ih / src.shape[0]])
        M = np.hstack([A * k, t[:, None]])
        border = r.choices((cv2.BORDER_CONSTANT, cv2.BORDER_REFLECT_101, cv2.BORDER_REPLICATE), (0.3, 0.5, 0.2))[0]
        value = (0, 0, 0) if r.random() < 0.7 else tuple(r.randrange(256) for _ in range(3))
        out = cv2.warpAffine(src, M, (w, h), flags=cv2.INTER_LINEAR, borderMode=border, borderValue=value)
        boxes = []
        if pic.boxes and abs(angle) < 20:
            for x, y, bw, bh in pic.boxes:
                p = A @ np.array([x + bw / 2, y + bh / 2]) + t
                q = np.array([bw * scale * stretch, bh * scale])
                if 0 < p[0] < w and 0 < p[1] < h:
                    boxes.append((p[0] - q[0] / 2, p[1] - q[1] / 2, q[0], q[1]))
        return out, boxes

    def paste(self, image):
        """Pastes a face, cut out by a soft ellipse, onto the picture."""
        r = self.r
        pic = self.picture()
        if not pic.faces:
            return
        h, w = image.shape[:2]
        fx, fy, fs = r.choice(pic.faces)
        size = np.exp(r.uniform(np.log(10), np.log(0.5 * min(h, w))))
        scale = min(size / fs, 4.0)
        p = int(fs * scale * r.uniform(1.3, 2.2))
        if p < 8 or p >= min(h, w):
            return
        level = 0
        while level + 1 < len(pic.levels) and scale * 2 ** level < 0.6:
            level += 1
        src = pic.levels[level]
        k = pic.levels[0].shape[1] / src.shape[1]
        M = np.array([[scale * k, 0, p / 2 - fx * scale], [0, scale * k, p / 2 - fy * scale]])
        patch = cv2.warpAffine(src, M, (p, p), borderMode=cv2.BORDER_REFLECT_101)
        if r.random() < 0.5:
            patch = patch[:, ::-1]
        mask = np.zeros((p, p), np.float32)
        cv2.ellipse(mask, (p // 2, p // 2), (int(p * 0.38), int(p * 0.46)), 0, 0, 360, 1.0, -1)
        mask = cv2.GaussianBlur(mask, (0, 0), max(0.6, p * 0.03))[..., None]
        x, y = r.randrange(w - p), r.randrange(h - p)
        part = image[y:y + p, x:x + p]
        part[:] = (part * (1 - mask) + patch * mask).astype(np.uint8)

    def light(self, im):
        r = self.r
        if r.random() < 0.08:
            im = self.infrared(im)
        elif r.random() < 0.08:
            im = cv2.cvtColor(cv2.cvtColor(im, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
        elif r.random() < 0.3:
            gray = cv2.cvtColor(cv2.cvtColor(im, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
            a = r.uniform(0.2, 1.7)
            im = cv2.addWeighted(im, a, gray, 1 - a, 0)
        if r.random() < 0.75:  # gamma, contrast, brightness, colour cast: one table a channel
            x = np.arange(256, dtype=np.float32) / 255
            g, c, b = np.exp(r.gauss(0, 0.25)), np.exp(r.gauss(0, 0.2)), r.gauss(0, 0.07)
            if r.random() < 0.1:
                c *= r.uniform(0.15, 0.6)  # dark
                b = -0.01
            y = (x ** g - 0.5) * c + 0.5 * min(c, 1.0) + b
            gains = np.exp(self.n.normal(0, 0.08, 3))
            lut = np.clip(y[:, None] * gains[None] * 255, 0, 255).astype(np.uint8)
            im = cv2.LUT(im, lut[None])
        return im

    def infrared(self, im):
        r = self.r
        w = np.array([r.uniform(0, 0.3), r.uniform(0.2, 0.4), r.uniform(0.4, 0.9)])
        g = cv2.transform(im, (w / w.sum())[None]).astype(np.float32)
        h, ww = g.shape
        yy, xx = np.ogrid[:h, :ww]
        d = np.hypot((yy - h * r.uniform(0.3, 0.7)) / h, (xx - ww * r.uniform(0.3, 0.7)) / ww).astype(np.float32)
        g = 255 * (g / 255) ** r.uniform(0.5, 1.1) * np.clip(1.25 - r.uniform(0.4, 1.4) * d, 0.1, 1.2)
        return cv2.merge([np.clip(g, 0, 255).astype(np.uint8)] * 3)

    def camera(self, im):
        """Simulates the effects of lenses, sensors and codecs."""
        r = self.r
        h, w = im.shape[:2]
        if r.random() < 0.12:
            k = r.uniform(0.35, 0.8)
            small = cv2.resize(im, (int(w * k), int(h * k)), interpolation=cv2.INTER_AREA)
            im = cv2.resize(small, (w, h), interpolation=r.choice((cv2.INTER_LINEAR, cv2.INTER_CUBIC)))
        if r.random() < 0.1:
            im = cv2.GaussianBlur(im, (0, 0), r.uniform(0.4, 1.6))
        elif r.random() < 0.08:
            n = r.randrange(3, 9)
            k = np.zeros((n, n), np.float32)
            a = r.uniform(0, np.pi)
            cv2.line(k, (int(n / 2 - np.cos(a) * n / 2), int(n / 2 - np.sin(a) * n / 2)), (int(n / 2 + np.cos(a) * n / 2), int(n / 2 + np.sin(a) * n / 2)), 1.0)
            im = cv2.filter2D(im, -1, k / max(k.sum(), 1))
        elif r.random() < 0.12:
            im = cv2.addWeighted(im, 1.7, cv2.GaussianBlur(im, (0, 0), 1.2), -0.7, 0)  # sharpening
        if r.random() < 0.22:
            y, x = r.randrange(0, 672 - h + 1), r.randrange(0, 672 - w + 1)
            im = cv2.add(im, r.choice(self.noise)[y:y + h, x:x + w], dtype=cv2.CV_8U)
        if r.random() < 0.25:
            im = cv2.imdecode(cv2.imencode(".jpg", im, [cv2.IMWRITE_JPEG_QUALITY, r.randrange(18, 90)])[1], 1)
        return im

    def sample(self, size):
        r = self.r
        if r.random() < 0.35:  # mosaic of four
            im = np.empty((size, size, 3), np.uint8)
            x, y = (int(size * r.uniform(0.35, 0.65)) for _ in range(2))
            boxes = []
            for x0, y0, x1, y1 in ((0, 0, x, y), (x, 0, size, y), (0, y, x, size), (x, y, size, size)):
                part, b = self.view(x1 - x0, y1 - y0)
                im[y0:y1, x0:x1] = self.light(part)
                boxes += [(bx + x0, by + y0, bw, bh) for bx, by, bw, bh in b]
        else:
            im, boxes = self.view(size, size)
            im = np.ascontiguousarray(im)
            if r.random() < 0.12:
                for _ in range(r.randrange(1, 6)):
                    self.paste(im)
                boxes = []
            if r.random() < 0.1:  # something in front
                other, _ = self.view(size, size)
                for _ in range(r.randrange(1, 5)):
                    bw, bh = (int(size * r.uniform(0.04, 0.3)) for _ in range(2))
                    x, y = r.randrange(size - bw), r.randrange(size - bh)
                    im[y:y + bh, x:x + bw] = other[y:y + bh, x:x + bw] if r.random() < 0.6 else self.n.integers(0, 256, 3)
                boxes = []
            im = self.light(im)
        return self.camera(im), boxes

"""What the peer scripts share: rules, MOT files, errors, stage times."""

import json
import math
import sys
import time
import tomllib
from pathlib import Path

import numpy as np

# COCO indices of what a counter counts.
CLASS_INDEX = {"person": 0, "bicycle": 1, "car": 2, "motorcycle": 3, "bus": 5, "truck": 7}
CLASS_NAME = {index: name for name, index in CLASS_INDEX.items()}

# MOT's class column to COCO; 100 + n is COCO class n. Others are not counted.
MOT_CLASS = {-1: 0, 1: 0, 2: 0, 7: 0, 3: 2, 4: 1, 5: 3}


class PeerError(Exception):
    """Something the user can put right; its text is one line."""


def run(main):
    """Calls `main`; an error that the user can put right is one line on standard error."""
    try:
        main()
    except PeerError as error:
        print(f"{Path(sys.argv[0]).name}: {error}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(1)


def positive(text):
    """An argparse type: a number above 0."""
    value = float(text)
    if not (math.isfinite(value) and value > 0):
        raise ValueError(text)
    return value


def read_lines(path):
    """The lines of a rules file: name, two points in 0..1, classes (COCO indices), anchor."""
    try:
        rules = tomllib.loads(Path(path).read_text())
    except OSError as error:
        raise PeerError(f"cannot read rules {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PeerError(f"rules {path} are not TOML: {error}") from error
    lines = []
    for rule in rules.get("line", []):
        name, points = rule.get("name"), rule.get("points", [])
        if not name:
            raise PeerError(f"rules {path}: a line has no name")
        if len(points) != 2:
            raise PeerError(f"line {name!r} has {len(points)} points; supervision's LineZone takes exactly 2")
        if points[0] == points[1]:
            raise PeerError(f"line {name!r} has no length: its two points are the same")
        unknown = [c for c in rule.get("classes", []) if c not in CLASS_INDEX]
        if unknown:
            raise PeerError(f"line {name!r}: unknown class {unknown[0]!r}; known are {', '.join(CLASS_INDEX)}")
        classes = [CLASS_INDEX[c] for c in rule.get("classes", CLASS_INDEX)]
        anchor = rule.get("anchor", "foot")
        if anchor not in ("foot", "centre", "head"):
            raise PeerError(f"line {name!r}: unknown anchor {anchor!r}; known are foot, centre, head")
        lines.append({"name": name, "points": points, "classes": classes, "anchor": anchor})
    if not lines:
        raise PeerError(f"rules {path} have no [[line]]: nothing to count")
    return lines


def read_mot(path):
    """Rows of a MOT file, [n, 8] float64: frame (from 1), id, x, y, w, h, confidence, COCO class.

    An absent or negative confidence is 1; boxes of classes that are not counted are left out.
    Ten columns are the older form, whose last three are a place in the world: they have no class.
    """
    rows = []
    try:
        text = Path(path).read_text()
    except OSError as error:
        raise PeerError(f"cannot read {path}: {error.strerror}") from error
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            values = [float(v) for v in line.split(",")]
        except ValueError as error:
            raise PeerError(f"{path}, line {number}: {error}") from error
        if len(values) < 6:
            raise PeerError(f"{path}, line {number}: {len(values)} columns; needed are frame,id,x,y,w,h")
        confidence = values[6] if len(values) > 6 and values[6] >= 0 else 1.0
        mot_class = int(values[7]) if 8 <= len(values) <= 9 else -1
        coco = mot_class - 100 if mot_class >= 100 else MOT_CLASS.get(mot_class)
        if coco is not None:
            rows.append([*values[:6], confidence, coco])
    if not rows:
        raise PeerError(f"{path} has no boxes")
    return np.array(rows, np.float64)


def frames_of(rows):
    """The rows of each frame, from frame 1 to the last, empty frames included."""
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    last = int(rows[-1, 0])
    bounds = np.searchsorted(rows[:, 0], np.arange(1, last + 2))
    return [rows[bounds[i]:bounds[i + 1]] for i in range(last)]


class Stages:
    """Seconds spent in each named stage."""

    def __init__(self):
        self.seconds = {}
        self._last = time.perf_counter()

    def start(self):
        self._last = time.perf_counter()

    def end(self, name):
        now = time.perf_counter()
        self.seconds[name] = self.seconds.get(name, 0.0) + now - self._last
        self._last = now


def report(frames, wall, stages, counts, path):
    """Prints what a run took and counted; writes it as JSON if a path is given."""
    stats = {
        "frames": frames,
        "wall_s": round(wall, 4),
        "fps": round(frames / wall, 2),
        "ms_per_frame": {k: round(v * 1000 / frames, 4) for k, v in stages.seconds.items()},
        "counts": counts,
    }
    print(f"{frames} frames in {wall:.2f} s: {stats['fps']} frames/s")
    print("ms a frame: " + ", ".join(f"{k} {v:.3f}" for k, v in stats["ms_per_frame"].items()))
    for name, count in counts.items():
        print(f"{name}: forward {count['forward']}, backward {count['backward']}")
    if path:
        write(path, json.dumps(stats, indent=1) + "\n")


def write(path, text):
    try:
        Path(path).write_text(text)
    except OSError as error:
        raise PeerError(f"cannot write {path}: {error.strerror}") from error

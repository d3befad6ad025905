#!/usr/bin/env python3
"""Makes detection files for a tracker from the MOT data that the PyPI package motmetrics ships.

  mot_detections.py OUT_FOLDER

For each sequence (TUD-Campus, TUD-Stadtmitte; 640x480, 25 frames/s) it writes
  SEQ/gt.txt        the truth, unchanged
  SEQ/given.txt     the boxes of the package's test.txt without their ids (output of an unknown
                    tracker: shorter boxes, many misses; a hard input)
  SEQ/perfect.txt   the truth's boxes without ids
  SEQ/noisy.txt     the truth's boxes with 10 % missing, 5 % jitter of place and size,
                    0.2 false boxes a frame, and made-up confidences; seeded
"""

import argparse
from pathlib import Path

import motmetrics
import numpy as np

from common import PeerError, read_mot, run, write

SEQUENCES = ("TUD-Campus", "TUD-Stadtmitte")
WIDTH, HEIGHT = 640, 480


def text(rows):
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    return "".join(f"{int(r[0])},-1,{r[2]:.2f},{r[3]:.2f},{r[4]:.2f},{r[5]:.2f},{r[6]:.3f},1\n" for r in rows)


def noisy(truth, seed, misses, jitter, false_boxes):
    """Misses, jitter in parts of the box's size, false boxes a frame of the truth's sizes."""
    random = np.random.default_rng(seed)
    rows = truth[random.random(len(truth)) >= misses].copy()
    size = rows[:, 4:6].copy()
    rows[:, 2:4] += random.normal(0, jitter, size.shape) * size
    rows[:, 4:6] *= np.clip(1 + random.normal(0, jitter, size.shape), 0.5, 1.5)
    # A detector is surer of real people than of false boxes, but not always.
    rows[:, 6] = np.clip(random.normal(0.8, 0.1, len(rows)), 0.36, 0.99)
    frames = int(truth[:, 0].max())
    count = random.poisson(false_boxes * frames)
    false = np.zeros((count, truth.shape[1]))
    false[:, 0] = random.integers(1, frames + 1, count)
    false[:, 4:6] = truth[random.integers(0, len(truth), count), 4:6]
    false[:, 2] = random.uniform(0, WIDTH, count) - false[:, 4] / 2
    false[:, 3] = random.uniform(0, HEIGHT, count) - false[:, 5] / 2
    false[:, 6] = random.uniform(0.36, 0.75, count)
    return np.vstack([rows, false])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="folder to write to")
    parser.add_argument("--seed", type=int, default=1, help="of the noise (1)")
    parser.add_argument("--misses", type=float, default=0.10, help="share of boxes left out (0.10)")
    parser.add_argument("--jitter", type=float, default=0.05, help="standard deviation in parts of the box (0.05)")
    parser.add_argument("--false-boxes", type=float, default=0.2, help="false boxes a frame (0.2)")
    options = parser.parse_args()

    data = Path(motmetrics.__file__).parent / "data"
    for index, name in enumerate(SEQUENCES):
        source = data / name
        if not (source / "gt.txt").is_file():
            raise PeerError(f"this motmetrics has no data for {name} in {data}: install the version in requirements.txt")
        folder = options.out / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PeerError(f"cannot make {folder}: {error.strerror}") from error
        truth = read_mot(source / "gt.txt")
        files = {
            "gt.txt": (source / "gt.txt").read_text(),
            "given.txt": text(read_mot(source / "test.txt")),
            "perfect.txt": text(truth),
            "noisy.txt": text(noisy(truth, [options.seed, index], options.misses, options.jitter, options.false_boxes)),
        }
        for file, content in files.items():
            write(folder / file, content)
        print(f"{folder}: {len(truth)} boxes of {len(set(truth[:, 1]))} people in {int(truth[:, 0].max())} frames")


if __name__ == "__main__":
    run(main)

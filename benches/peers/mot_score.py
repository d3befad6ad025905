#!/usr/bin/env python3
"""Scores MOT tracks against MOT truth with motmetrics; prints JSON.

  mot_score.py --truth gt.txt --tracks tracks.txt

A track's box matches a true box at an IoU of 0.5 or more (--iou).
"""

import argparse
import json

import motmetrics as mm
import numpy as np
import supervision as sv

from common import PeerError, read_mot, run, write

METRICS = {
    "idf1": "idf1", "mota": "mota", "num_switches": "id_switches", "num_fragmentations": "fragmentations",
    "num_misses": "misses", "num_false_positives": "false_positives", "precision": "precision",
    "recall": "recall", "num_unique_objects": "people", "num_frames": "frames",
}


def load(path):
    rows = read_mot(path)
    if (rows[:, 1] < 0).any():
        raise PeerError(f"{path} has boxes without a track id: these are detections, not tracks")
    keys, counts = np.unique(rows[:, :2], axis=0, return_counts=True)
    if counts.max() > 1:
        frame, track = keys[counts.argmax()].astype(int)
        raise PeerError(f"{path}: frame {frame} has track {track} twice")
    return rows


def distances(truth, tracks, least_iou):
    """1 - IoU, [truth, tracks]; NaN where the IoU is below the least: such a pair cannot match.

    motmetrics 1.4.0 has the same, but it needs a NumPy older than 2.
    """
    iou = sv.box_iou_batch(*(np.hstack([r[:, 2:4], r[:, 2:4] + r[:, 4:6]]) for r in (truth, tracks)))
    return np.where(iou >= least_iou, 1 - iou, np.nan)


def accumulate(truth, tracks, least_iou):
    pairs = mm.MOTAccumulator()
    for frame in np.unique(np.concatenate([truth[:, 0], tracks[:, 0]])):
        here, there = truth[truth[:, 0] == frame], tracks[tracks[:, 0] == frame]
        pairs.update(here[:, 1].astype(int), there[:, 1].astype(int),
                     distances(here, there, least_iou), frameid=int(frame))
    return pairs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--truth", required=True, help="MOT file of the truth")
    parser.add_argument("--tracks", required=True, help="MOT file of the tracks")
    parser.add_argument("--iou", type=float, default=0.5, help="least IoU of a match (0.5)")
    parser.add_argument("--out", help="write the JSON here too")
    options = parser.parse_args()

    pairs = accumulate(load(options.truth), load(options.tracks), options.iou)
    summary = mm.metrics.create().compute(pairs, metrics=list(METRICS), name="all").iloc[0]
    scores = {}
    for metric, name in METRICS.items():
        value = float(summary[metric])
        scores[name] = int(value) if value.is_integer() and metric.startswith("num_") else round(value, 4)
    text = json.dumps(scores)
    print(text)
    if options.out:
        write(options.out, text + "\n")


if __name__ == "__main__":
    run(main)

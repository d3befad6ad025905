#!/usr/bin/env python3
"""Tracks the boxes of a MOT file with the peer's ByteTrack and writes MOT tracks.

  bytetrack_mot.py detections.txt --fps 25 tracks.txt
"""

import argparse
import time

import numpy as np
import supervision as sv
from trackers import ByteTrackTracker

from common import frames_of, positive, read_mot, run, write


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("detections", help="MOT file: frame,id,x,y,w,h,conf,class")
    parser.add_argument("out", help="MOT file of tracks to write")
    parser.add_argument("--fps", type=positive, required=True, help="frames a second")
    parser.add_argument("--activation", type=float, default=0.7, help="track_activation_threshold (its default, 0.7)")
    parser.add_argument("--high", type=float, default=0.6, help="high_conf_det_threshold (its default, 0.6)")
    options = parser.parse_args()

    tracker = ByteTrackTracker(
        frame_rate=options.fps,
        track_activation_threshold=options.activation,
        high_conf_det_threshold=options.high,
    )
    frames = frames_of(read_mot(options.detections))
    lines, seconds = [], 0.0
    for number, rows in enumerate(frames, 1):
        detections = sv.Detections(
            xyxy=np.column_stack([rows[:, 2:4], rows[:, 2:4] + rows[:, 4:6]]),
            confidence=rows[:, 6],
            class_id=rows[:, 7].astype(int),
        )
        begun = time.perf_counter()
        tracked = tracker.update(detections)
        seconds += time.perf_counter() - begun
        for (x1, y1, x2, y2), track, confidence in zip(tracked.xyxy, tracked.tracker_id, tracked.confidence):
            # -1: not confirmed. MOT counts ids from 1.
            if track >= 0:
                lines.append(f"{number},{track + 1},{x1:.2f},{y1:.2f},{x2 - x1:.2f},{y2 - y1:.2f},{confidence:.3f},-1,-1,-1\n")
    write(options.out, "".join(lines))
    print(f"{len(frames)} frames, {len(lines)} boxes tracked, {seconds * 1000 / len(frames):.3f} ms a frame")


if __name__ == "__main__":
    run(main)

#!/usr/bin/env python3
"""Counts line crossings as a user of supervision would: the peer in the side by side benchmark.

OpenCV decodes, ONNX Runtime infers, `trackers` ByteTrack tracks, supervision's LineZone counts.
Library defaults everywhere but for the frame rate, the anchor, and the detector's thresholds.

  supervision_count.py VIDEO --rules RULES.toml --model model.onnx --threads 2 --events out.jsonl
  supervision_count.py --detections DET.txt --fps 10 --size 768x576 --rules RULES.toml --events out.jsonl
  supervision_count.py --self-check
"""

import argparse
import json
import math
import time

import cv2
import numpy as np
import supervision as sv
from trackers import ByteTrackTracker

from common import CLASS_NAME, PeerError, Stages, frames_of, positive, read_lines, read_mot, report, run, write
from nanodet import NanoDet

ANCHOR = {
    "foot": sv.Position.BOTTOM_CENTER,
    "centre": sv.Position.CENTER,
    "head": sv.Position.TOP_CENTER,
}


class Counter:
    """ByteTrack and one LineZone a line; collects crossing events."""

    def __init__(self, lines, width, height, fps, options):
        self.tracker = ByteTrackTracker(
            frame_rate=fps,
            track_activation_threshold=options.activation,
            high_conf_det_threshold=options.high,
        )
        self.lines = [(line, self._zone(line, width, height, options.crossing_frames)) for line in lines]
        self.events = []

    @staticmethod
    def _zone(line, width, height, crossing_frames):
        start, end = (sv.Point(x * width, y * height) for x, y in line["points"])
        return sv.LineZone(start, end, triggering_anchors=[ANCHOR[line["anchor"]]],
                           minimum_crossing_threshold=crossing_frames)

    def track(self, detections):
        return self.tracker.update(detections)

    def count(self, tracked, seconds):
        for line, zone in self.lines:
            seen = tracked
            if len(tracked):
                seen = tracked[np.isin(tracked.class_id, line["classes"])]
            crossed_in, crossed_out = zone.trigger(seen)
            # Supervision's "in" is right hand to left hand of start to end: backward here.
            for crossed, direction in ((crossed_out, "forward"), (crossed_in, "backward")):
                for class_id in seen.class_id[crossed] if len(seen) else ():
                    self.events.append({
                        "kind": "crossing", "rule": line["name"], "direction": direction,
                        "class": CLASS_NAME[int(class_id)], "stream_time_s": round(seconds, 3),
                    })

    def counts(self):
        return {line["name"]: {"forward": zone.out_count, "backward": zone.in_count}
                for line, zone in self.lines}


def count_video(options, lines):
    video = cv2.VideoCapture(options.video)
    if not video.isOpened():
        raise PeerError(f"cannot open video {options.video}")
    width = video.get(cv2.CAP_PROP_FRAME_WIDTH)
    height = video.get(cv2.CAP_PROP_FRAME_HEIGHT)
    fps = video.get(cv2.CAP_PROP_FPS)
    if not (math.isfinite(fps) and fps > 0):
        raise PeerError(f"{options.video} does not say its frame rate")
    classes = {c for line in lines for c in line["classes"]}
    detector = NanoDet(options.model, options.threads, classes, options.confidence, options.nms)
    counter = Counter(lines, width, height, fps / options.every, options)
    # The first inference allocates; it is not part of anyone's steady state.
    detector.infer()
    stages, frames, begun = Stages(), 0, time.perf_counter()
    stages.start()
    index = 0
    while video.grab():
        index += 1
        if (index - 1) % options.every:
            continue
        seconds = video.get(cv2.CAP_PROP_POS_MSEC) / 1000
        read, frame = video.retrieve()
        if not read:
            break
        stages.end("decode")
        detector.prepare(frame)
        stages.end("pre")
        outputs = detector.infer()
        stages.end("infer")
        detections = detector.detections(outputs)
        stages.end("post")
        tracked = counter.track(detections)
        stages.end("track")
        counter.count(tracked, seconds)
        stages.end("count")
        frames += 1
    if frames == 0:
        raise PeerError(f"{options.video} has no frame that can be decoded")
    return counter, frames, time.perf_counter() - begun, stages


def count_detections(options, lines):
    width, height = options.size
    frames = [
        sv.Detections(
            xyxy=np.column_stack([rows[:, 2:4], rows[:, 2:4] + rows[:, 4:6]]),
            confidence=rows[:, 6],
            class_id=rows[:, 7].astype(int),
        )
        for rows in frames_of(read_mot(options.detections))
    ]
    counter = Counter(lines, width, height, options.fps / options.every, options)
    stages, begun = Stages(), time.perf_counter()
    stages.start()
    for index, detections in list(enumerate(frames))[::options.every]:
        tracked = counter.track(detections)
        stages.end("track")
        counter.count(tracked, index / options.fps)
        stages.end("count")
    return counter, len(frames[::options.every]), time.perf_counter() - begun, stages


def self_check(options):
    """One walker down and one up across a line drawn left to right: forward, then backward."""
    lines = [{"name": "line", "points": [[0.1, 0.5], [0.9, 0.5]], "classes": [0], "anchor": "foot"}]
    for direction, feet in (("forward", range(300, 700, 10)), ("backward", range(700, 300, -10))):
        counter = Counter(lines, 1000, 1000, 10, options)
        for index, y in enumerate(feet):
            walker = sv.Detections(xyxy=np.array([[480.0, y - 100, 520, y]]),
                                   confidence=np.array([0.9]), class_id=np.array([0]))
            counter.count(counter.track(walker), index / 10)
        if [e["direction"] for e in counter.events] != [direction]:
            raise PeerError(f"a {direction} walk was counted as {counter.events}")
    print("directions are mapped rightly")


def size(text):
    width, height = (int(n) for n in text.lower().split("x"))
    if width <= 0 or height <= 0:
        raise ValueError(text)
    return width, height


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("video", nargs="?", help="video file")
    parser.add_argument("--rules", help="rules file (TOML)")
    parser.add_argument("--model", help="the bundled detector's model.onnx")
    parser.add_argument("--threads", type=int, default=1, help="ONNX Runtime's intra-op threads (1)")
    parser.add_argument("--confidence", type=float, default=0.35, help="detections below are dropped (0.35)")
    parser.add_argument("--nms", type=float, default=0.6, help="IoU above which NMS drops a box (0.6)")
    parser.add_argument("--activation", type=float, default=0.7,
                        help="ByteTrack's track_activation_threshold (its default, 0.7)")
    parser.add_argument("--high", type=float, default=0.6,
                        help="ByteTrack's high_conf_det_threshold (its default, 0.6)")
    parser.add_argument("--crossing-frames", type=int, default=1,
                        help="LineZone's minimum_crossing_threshold (its default, 1)")
    parser.add_argument("--detections", help="MOT file in place of video and detector")
    parser.add_argument("--fps", type=positive, help="frames a second of --detections")
    parser.add_argument("--size", type=size, help="WxH of the picture of --detections")
    parser.add_argument("--every", type=int, default=1, help="analyse only every n-th frame (1)")
    parser.add_argument("--events", help="crossings as JSON Lines")
    parser.add_argument("--stats", help="times and counts as JSON")
    parser.add_argument("--self-check", action="store_true", help="check the mapping of directions and exit")
    options = parser.parse_args()

    if options.self_check:
        return self_check(options)
    if options.every < 1 or options.threads < 1:
        parser.error("--every and --threads are 1 or more")
    if bool(options.video) == bool(options.detections):
        parser.error("give a video or --detections, not both")
    if not options.rules:
        parser.error("--rules is needed")
    if options.video and not options.model:
        parser.error("--model is needed with a video")
    if options.detections and not (options.fps and options.size):
        parser.error("--detections needs --fps and --size")
    lines = read_lines(options.rules)
    work = count_video if options.video else count_detections
    counter, frames, wall, stages = work(options, lines)
    if options.events:
        write(options.events, "".join(json.dumps(e) + "\n" for e in counter.events))
    report(frames, wall, stages, counter.counts(), options.stats)


if __name__ == "__main__":
    run(main)

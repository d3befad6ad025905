#!/usr/bin/env python3
"""Frames a second of ONNX Runtime on the model alone: the limit of any counter that uses it.

  bare_inference.py --model model.onnx --threads 2
"""

import argparse
import json
import statistics
import time

import numpy as np

from common import run, write
from nanodet import session


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="ONNX file with one input [batch, 3, h, w]")
    parser.add_argument("--threads", type=int, default=1, help="intra-op threads (1)")
    parser.add_argument("--runs", type=int, default=100, help="timed inferences, after 5 that are not (100)")
    parser.add_argument("--out", help="write the numbers as JSON")
    options = parser.parse_args()

    model = session(options.model, options.threads)
    image = model.get_inputs()[0]
    shape = [1, *image.shape[1:]]
    tensor = np.random.default_rng(1).uniform(0, 255, shape).astype(np.float32)
    times = []
    for index in range(options.runs + 5):
        begun = time.perf_counter()
        model.run(None, {image.name: tensor})
        if index >= 5:
            times.append(time.perf_counter() - begun)
    numbers = {
        "threads": options.threads,
        "runs": options.runs,
        "fps": round(len(times) / sum(times), 2),
        "median_ms": round(statistics.median(times) * 1000, 3),
    }
    print(json.dumps(numbers))
    if options.out:
        write(options.out, json.dumps(numbers) + "\n")


if __name__ == "__main__":
    run(main)

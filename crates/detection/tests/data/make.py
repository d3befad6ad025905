#!/usr/bin/env python3
"""Write the tiny models of this folder: python3 make.py (numpy==1.26.4 onnx==1.16.2).

Each has the inputs, outputs and shapes of its family's export, and gives the same two objects whatever it sees:
a person at 16..32 x 8..40 and a car at 32..64 x 32..48, in pixels of a 64x64 input.
"""
import os

import numpy as np
from onnx import TensorProto, helper, numpy_helper

HERE = os.path.dirname(os.path.abspath(__file__))
F, I = TensorProto.FLOAT, TensorProto.INT64
CENTRES = np.array([[24, 24, 16, 32], [48, 40, 32, 16]], np.float32)


def logit(p):
    return np.log(p / (1 - p))


def write(name, outputs, size_input=False, layout=(3, 64, 64)):
    """outputs: name -> constant of one image, float32 or int64."""
    nodes, inits = [], [numpy_helper.from_array(np.array(0, np.float32), "zero")]
    # Something of the image must go in, or a runtime drops the input: its mean, times zero.
    nodes.append(helper.make_node("ReduceMean", ["images"], ["mean"], keepdims=0))
    nodes.append(helper.make_node("Mul", ["mean", "zero"], ["nothing"]))
    infos = []
    for key, value in outputs.items():
        inits.append(numpy_helper.from_array(value[None], key + "_constant"))
        if value.dtype == np.int64:
            nodes.append(helper.make_node("Cast", ["nothing"], [key + "_nothing"], to=I))
            nodes.append(helper.make_node("Add", [key + "_constant", key + "_nothing"], [key]))
        elif size_input and key == "boxes":
            # Shares of the size that was asked for, as RT-DETR's own post-processing does.
            nodes.append(helper.make_node("Cast", ["orig_target_sizes"], ["size"], to=F))
            nodes.append(helper.make_node("Concat", ["size", "size"], ["sizes"], axis=1))
            nodes.append(helper.make_node("Unsqueeze", ["sizes", "axis"], ["sizes3"]))
            inits.append(numpy_helper.from_array(np.array([1], np.int64), "axis"))
            nodes.append(helper.make_node("Mul", [key + "_constant", "sizes3"], [key + "_scaled"]))
            nodes.append(helper.make_node("Add", [key + "_scaled", "nothing"], [key]))
        else:
            nodes.append(helper.make_node("Add", [key + "_constant", "nothing"], [key]))
        infos.append(helper.make_tensor_value_info(key, I if value.dtype == np.int64 else F, [1, *value.shape]))
    inputs = [helper.make_tensor_value_info("images", F, [1, *layout])]
    if size_input:
        inputs.append(helper.make_tensor_value_info("orig_target_sizes", I, [1, 2]))
    graph = helper.make_graph(nodes, name, inputs, infos, inits)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7)
    with open(os.path.join(HERE, name, "model.onnx"), "wb") as f:
        f.write(model.SerializeToString(deterministic=True))


def main():
    # YOLOX: offsets in grids of stride 8, 16, 32; objectness and classes are probabilities.
    rows = np.zeros((64 + 16 + 4, 7), np.float32)
    for row, (cx, cy, w, h), stride, column, line, scores in (
        (3 * 8 + 3, CENTRES[0], 8, 3, 3, [0.9, 0.1]),
        (64 + 2 * 4 + 3, CENTRES[1], 16, 3, 2, [0.2, 0.8]),
    ):
        rows[row] = [cx / stride - column, cy / stride - line, np.log(w / stride), np.log(h / stride), 0.9, *scores]
    write("yolox", {"output": rows})
    # YOLOv8: numbers before rows, no objectness, pixels; the first object is found twice.
    found = np.zeros((6, 84), np.float32)
    found[:, 10] = [*CENTRES[0], 0.85, 0.0]
    found[:, 11] = [*(CENTRES[0] + 1), 0.6, 0.0]
    found[:, 70] = [*CENTRES[1], 0.0, 0.75]
    write("yolov8", {"output0": found}, layout=(3, 64, 64))
    # DETR as Hugging Face exports it: logits and shares; NHWC here, to try that too.
    logits = np.full((10, 2), -8, np.float32)
    boxes = np.full((10, 4), 0.5, np.float32)
    logits[4], boxes[4] = [logit(0.9), -8], CENTRES[0] / 64
    logits[7], boxes[7] = [-8, logit(0.7)], CENTRES[1] / 64
    write("detr", {"logits": logits, "pred_boxes": boxes}, layout=(64, 64, 3))
    # RT-DETR's own export: labels, boxes, scores, scaled to a second input.
    shares = np.concatenate([CENTRES[:, :2] - CENTRES[:, 2:] / 2, CENTRES[:, :2] + CENTRES[:, 2:] / 2], 1) / 64
    write("rtdetr", {"labels": np.array([0, 1, 0], np.int64),
                     "boxes": np.concatenate([shares, shares[:1]]).astype(np.float32),
                     "scores": np.array([0.9, 0.7, 0.01], np.float32)}, size_input=True)


if __name__ == "__main__":
    main()

"""The bundled detector in Python: letterbox, ONNX Runtime, threshold and NMS, as its model.toml says."""

from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort
import supervision as sv

from common import PeerError


def session(path, threads):
    """An ONNX Runtime session on the CPU, with default settings but for the number of threads."""
    if not Path(path).is_file():
        raise PeerError(f"no model at {path}")
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    try:
        return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime has an exception type for each kind of failure.
        raise PeerError(f"cannot load model {path}: {str(error).splitlines()[0]}") from error


class NanoDet:
    """Detects the given classes in BGR frames of one size."""

    def __init__(self, path, threads, classes, confidence, iou):
        self.session = session(path, threads)
        size = self.session.get_inputs()[0].shape[2]
        # Letterbox: picture top left, the rest stays black. The buffer is made once.
        self.tensor = np.zeros((1, 3, size, size), np.float32)
        self.size = size
        self.classes = np.array(sorted(classes))
        self.confidence = confidence
        self.iou = iou
        self.scale = 1.0
        self.frame_size = (0, 0)

    def prepare(self, frame):
        height, width = frame.shape[:2]
        if (width, height) != self.frame_size:
            self.tensor.fill(0)
            self.frame_size = (width, height)
        self.scale = min(self.size / width, self.size / height)
        small = cv2.resize(frame, (int(width * self.scale), int(height * self.scale)))
        small = cv2.cvtColor(small, cv2.COLOR_BGR2RGB)
        self.tensor[0, :, :small.shape[0], :small.shape[1]] = small.transpose(2, 0, 1)

    def infer(self):
        return self.session.run(["scores", "boxes"], {"image": self.tensor})

    def detections(self, outputs):
        """`sv.Detections` in frame pixels, above the confidence, after class-agnostic NMS."""
        scores, boxes = outputs[0][0], outputs[1][0]
        best = scores.max(axis=1)
        rows = np.flatnonzero(best >= self.confidence)
        class_id = scores[rows].argmax(axis=1)
        width, height = self.frame_size
        found = sv.Detections(
            xyxy=np.clip(boxes[rows] / self.scale, 0, (width, height, width, height)),
            confidence=best[rows],
            class_id=class_id,
        ).with_nms(threshold=self.iou, class_agnostic=True)
        return found[np.isin(found.class_id, self.classes)]

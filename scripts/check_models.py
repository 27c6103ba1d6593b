"""Reads a model's files with PyTorch and onnxruntime; scripts/check_models.mjs writes them.

Fails where either is more than 1e-5 from the probabilities that the page read.
"""

import json
import re
import sys
from pathlib import Path

import numpy
import onnx
import onnxruntime
import torch
from safetensors import safe_open
from safetensors.torch import load_file

folder = Path(sys.argv[1])
pixels = numpy.frombuffer((folder / "model.pixels").read_bytes(), numpy.uint8)
pixels = pixels.reshape(-1, 784).astype(numpy.float32)
page = numpy.array(json.loads((folder / "probabilities.json").read_text()), numpy.float32)
page = page.reshape(-1, 10)


def in_torch():
    path = folder / "model.safetensors"
    with safe_open(path, "pt") as file:
        notes = file.metadata()
    # The metadata has the module as Python writes it, without its namespace.
    named = re.sub(r"([A-Z]\w+)\(", r"torch.nn.\1(", notes["module"])
    module = eval(named)  # noqa: S307, our own file
    module.load_state_dict(load_file(path))
    inputs = (pixels / 255 - float(notes["pixel_mean"])) / float(notes["pixel_std"])
    with torch.no_grad():
        return module.eval()(torch.tensor(inputs, dtype=torch.float32)).numpy()


def in_onnxruntime():
    path = folder / "model.onnx"
    onnx.checker.check_model(onnx.load(path), full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(["logits", "probabilities"], {"pixels": pixels})


def softmax(logits):
    powers = numpy.exp(logits - logits.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


torch_logits = in_torch()
onnx_logits, onnx_probabilities = in_onnxruntime()
distances = {
    f"torch {torch.__version__}": numpy.abs(softmax(torch_logits) - page).max(),
    f"onnxruntime {onnxruntime.__version__}": numpy.abs(onnx_probabilities - page).max(),
}
for reader, distance in distances.items():
    print(f"  {reader}: {len(page)} images, probabilities within {distance:.1e} of the page's")
print(f"  their logits within {numpy.abs(torch_logits - onnx_logits).max():.1e} of each other")
sys.exit(int(max(distances.values()) > 1e-5))

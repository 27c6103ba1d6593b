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
    module.eval()

    def logits(network, prefix=""):
        mean, std = (float(notes[f"{prefix}pixel_{key}"]) for key in ["mean", "std"])
        inputs = torch.tensor((pixels / 255 - mean) / std, dtype=torch.float32)
        with torch.no_grad():
            return network(inputs).numpy()

    if "members" not in notes:
        return softmax(logits(module))
    read = [softmax(logits(member, f"members.{at}.")) for at, member in enumerate(module)]
    return numpy.mean(read, axis=0)


def in_onnxruntime():
    path = folder / "model.onnx"
    onnx.checker.check_model(onnx.load(path), full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(["probabilities"], {"pixels": pixels})[0]


def softmax(logits):
    powers = numpy.exp(logits - logits.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


distances = {
    f"torch {torch.__version__}": numpy.abs(in_torch() - page).max(),
    f"onnxruntime {onnxruntime.__version__}": numpy.abs(in_onnxruntime() - page).max(),
}
for reader, distance in distances.items():
    print(f"  {reader}: {len(page)} images, probabilities within {distance:.1e} of the page's")
sys.exit(int(max(distances.values()) > 1e-5))

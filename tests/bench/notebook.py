"""The contenders outside the browser: the assignment's PyTorch notebook and
pandas.read_csv. Reads one JSON request a line and answers with one line each;
computes on one thread unless a request says more. Knows nothing of the other contenders.
"""

import itertools
import json
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

MEAN, DEVIATION = 0.1307, 0.3081


class Run:
    """A run that is measured piece by piece."""

    def __init__(self, images, labels, style, num_threads, hidden, batch_size, learning_rate):
        self.num_threads = num_threads
        torch.manual_seed(42)
        layers, width = [], 784
        for units in hidden:
            layers += [nn.Linear(width, units), nn.ReLU()]
            width = units
        self.model = nn.Sequential(*layers, nn.Linear(width, 10))
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=learning_rate)
        self.criterion = nn.CrossEntropyLoss()
        batches = notebook_batches if style == "notebook" else expert_batches
        self.batches = batches(images, labels, batch_size)
        self.loss = float("nan")

    def measure(self, min_secs):
        """Milliseconds a step, loss and accuracy kept as the notebook plots them."""
        torch.set_num_threads(self.num_threads)
        steps = num_samples = correct = 0
        loss_sum = 0.0
        start = time.perf_counter()
        while True:
            x, y = next(self.batches)
            self.optimizer.zero_grad()
            logits = self.model(x)
            loss = self.criterion(logits, y)
            loss.backward()
            self.optimizer.step()
            loss_sum += loss.item() * len(y)
            correct += (logits.argmax(1) == y).sum().item()
            num_samples += len(y)
            steps += 1
            secs = time.perf_counter() - start
            if secs >= min_secs:
                return {"step_ms": 1000 * secs / steps, "steps": steps, "loss": loss_sum / num_samples}


def notebook_batches(images, labels, batch_size):
    """As a student writes it."""
    loader = DataLoader(TensorDataset(images, labels), batch_size=batch_size, shuffle=True)
    return itertools.chain.from_iterable(itertools.repeat(loader))


def expert_batches(images, labels, batch_size):
    """Permuted once an epoch; a batch is then a view."""
    while True:
        order = torch.randperm(len(labels))
        yield from zip(images[order].split(batch_size), labels[order].split(batch_size))


def main():
    images = labels = None
    runs = {}
    for line in sys.stdin:
        request = json.loads(line)
        op = request.pop("op")
        answer = {}
        if op == "open":
            pixels = np.fromfile(request["pixels"], np.uint8).reshape(-1, 784)[: request["num_rows"]]
            classes = np.fromfile(request["labels"], np.uint8)[: request["num_rows"]]
            images = (torch.tensor(pixels, dtype=torch.float32) / 255 - MEAN) / DEVIATION
            labels = torch.tensor(classes, dtype=torch.long)
            answer = {"torch": torch.__version__}
        elif op == "prepare":
            run = runs[request["style"], request["num_threads"]] = Run(images, labels, **request)
            run.measure(0.3)
        elif op == "measure":
            run = runs[request["style"], request["num_threads"]]
            answer = run.measure(request["min_secs"])
        elif op == "csv":
            import pandas

            start = time.perf_counter()
            table = pandas.read_csv(request["path"])
            answer = {
                "secs": time.perf_counter() - start,
                "rows": len(table),
                "pandas": pandas.__version__,
            }
            del table
        else:
            raise ValueError(f"found the request {op!r}, expected open, prepare, measure or csv")
        print(json.dumps(answer), flush=True)


main()

#!/usr/bin/env python3
"""Write tests/fixtures/*.json: the numbers that Rust tests expect, from their oracles.

Over 400 lines: a function a fixture.

Owns the committed fixtures and nothing else. Each file names the library and
the version that gave its numbers. A fixture is one function below, registered
under its name with `@fixture`; it imports its oracle itself, so that one
fixture can be made again without installing the oracles of the others.

    python3 -m venv venv
    venv/bin/pip install scikit-learn==1.9.1 numpy torch onnx onnxruntime
    venv/bin/python scripts/make_fixtures.py rng split checksum
    venv/bin/python scripts/make_fixtures.py            # all of them

The real labels are read from ../shared/mnist/train.csv.gz (--mnist names
another folder); without them `split` keeps the hashes it already has.
"""

import argparse
import base64
import gzip
import hashlib
import json
import struct
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = {}


def fixture(make):
    """Register `make(arguments) -> dict` under its own name."""
    FIXTURES[make.__name__] = make
    return make


def f64_hex(values):
    """Exact bits of each float: JSON readers may round decimals."""
    return [struct.pack(">d", float(value)).hex() for value in values]


def sha256_u32(values):
    """SHA-256 of the values as little-endian 32-bit words."""
    return hashlib.sha256(struct.pack(f"<{len(values)}I", *map(int, values))).hexdigest()


@fixture
def rng(_arguments):
    """numpy's legacy generator: raw words, permutations, floats."""
    import numpy

    def draws(seed):
        state = numpy.random.RandomState(seed)
        raw = [int(word) for word in numpy.random.RandomState(seed)._bit_generator.random_raw(6)]
        return {
            "key": seed if isinstance(seed, list) else [seed],
            "by_array": isinstance(seed, list),
            "raw": raw,
            # One generator, in this order:
            "permutation_10": state.permutation(10).tolist(),
            "permutation_1000_sha256": sha256_u32(state.permutation(1000)),
            "random_sample": f64_hex(state.random_sample(4)),
            "uniform": f64_hex(state.uniform(-0.125, 0.375, 4)),
            "shuffled": shuffled(state, list(range(100, 107))),
            "permutation_1": state.permutation(1).tolist(),
            "permutation_0": state.permutation(0).tolist(),
            "after": f64_hex([state.random_sample()])[0],
        }

    def shuffled(state, values):
        values = numpy.array(values)
        state.shuffle(values)
        return values.tolist()

    seeds = [0, 1, 42, 2**31, 2**32 - 1, [42, 1, 0], [7], [0, 0, 0], [2**32 - 1, 3, 999]]
    return {"oracle": f"numpy {numpy.__version__} RandomState", "cases": [draws(s) for s in seeds]}


def round_robin(counts):
    """0, 1, …, 9, 0, 1, … where a digit that is used up is passed over."""
    left, labels = list(counts), []
    while any(left):
        for digit, count in enumerate(left):
            if count:
                labels.append(digit)
                left[digit] -= 1
    return labels


@fixture
def split(arguments):
    """scikit-learn's stratified train_test_split, index for index."""
    import numpy
    import sklearn
    from sklearn.model_selection import train_test_split

    def parts(labels, share, seed):
        rows = numpy.arange(len(labels))
        train, validation = train_test_split(
            rows, test_size=share, stratify=labels, random_state=seed
        )
        return train.tolist(), validation.tolist()

    def hashes(train, validation):
        return {
            "num_train": len(train),
            "num_validation": len(validation),
            "train_sha256": sha256_u32(train),
            "validation_sha256": sha256_u32(validation),
        }

    kaggle = [4132, 4684, 4177, 4351, 4072, 3795, 4137, 4401, 4063, 4188]
    mnist = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    large = []
    for counts in (kaggle, mnist, [500] * 10, [100, 2, 3, 5, 7, 11, 13, 17, 19, 23]):
        labels = numpy.array(round_robin(counts))
        for share in (0.1, 0.2, 0.25, 0.5):
            for seed in (0, 7, 42, 123456789, 2**32 - 1):
                case = {"counts": counts, "share": share, "seed": seed}
                large.append(case | hashes(*parts(labels, share, seed)))

    # Small ones in full, by hand and by chance, refusals among them.
    chance = numpy.random.RandomState(20)
    small = [
        ([0, 1, 2] * 10, 0.2, 42),
        ([3, 3, 8, 8], 0.5, 1),
        ([5] * 9, 0.3, 2),
        ([0, 0, 0, 1], 0.5, 0),
        ([0, 0, 1, 1, 2, 2], 0.2, 0),
        ([0, 0, 1, 1, 2, 2], 0.9, 0),
        (list(range(10)) * 2, 0.5, 3),
    ]
    for _ in range(60):
        length = int(chance.randint(4, 90))
        classes = int(chance.randint(1, 11))
        labels = chance.randint(0, classes, length).tolist()
        share = float(chance.choice([0.05, 0.1, 0.15, 0.2, 0.25, 1 / 3, 0.5, 0.7, 0.9]))
        small.append((labels, share, int(chance.randint(0, 2**31))))
    listed = []
    for labels, share, seed in small:
        case = {"labels": labels, "share": share, "seed": seed}
        try:
            train, validation = parts(labels, share, seed)
            case |= {"train": train, "validation": validation}
        except ValueError as refusal:
            case |= {"refused": str(refusal)}
        listed.append(case)

    def real():
        source = arguments.mnist / "train.csv.gz"
        if not source.exists():
            old = ROOT / "tests/fixtures/split.json"
            print(f"{source} is absent: the real labels' hashes stay as they are")
            return json.loads(old.read_text())["real"] if old.exists() else None
        with gzip.open(source, "rt") as lines:
            next(lines)
            labels = numpy.array([int(line.split(",", 1)[0]) for line in lines])
        cases = []
        for share in (0.1, 0.2, 0.25, 0.5):
            for seed in (0, 1, 42, 2026, 2**32 - 1):
                cases.append({"share": share, "seed": seed} | hashes(*parts(labels, share, seed)))
        return {
            "file": "train.csv.gz",
            "labels_sha256": sha256_u32(labels),
            "counts": numpy.bincount(labels, minlength=10).tolist(),
            "cases": cases,
        }

    return {
        "oracle": f"scikit-learn {sklearn.__version__} train_test_split(stratify=labels), "
        f"numpy {numpy.__version__}",
        "large_labels": "round robin over the digits that are left",
        "large": large,
        "small": listed,
        "real": real(),
    }


@fixture
def checksum(_arguments):
    """The data set's checksum, written a second time in plain Python."""

    def digest(pixels, labels):
        state = 0xCBF29CE484222325

        def step(word):
            nonlocal state
            state = ((state ^ word) * 0x100000001B3) & (2**64 - 1)
            state ^= state >> 32

        for part in (labels, pixels):
            step(len(part))
            for start in range(0, len(part), 8):
                step(int.from_bytes(part[start : start + 8], "little"))
        return f"{state:016x}"

    cases = []
    for rows, labelled in ((1, True), (1, False), (3, True), (11, True), (11, False)):
        pixels = bytes((37 * at + at // 784) % 256 for at in range(rows * 784))
        labels = bytes((7 * row + 3) % 10 for row in range(rows)) if labelled else b""
        cases.append({"rows": rows, "labelled": labelled, "checksum": digest(pixels, labels)})
    return {
        "oracle": "this script: the formula of DataSummary::checksum in plain Python",
        "pixels": "(37 at + at / 784) mod 256",
        "labels": "(7 row + 3) mod 10",
        "cases": cases,
    }


def sample_in_torch(num_rows):
    """Labels and normalised images of the sample's first rows."""
    import numpy
    import torch

    with gzip.open(ROOT / "data/sample.csv.gz", "rt") as lines:
        next(lines)
        table = numpy.array([next(lines).split(",") for _ in range(num_rows)], dtype=numpy.float32)
    labels = torch.tensor(table[:, 0].astype(numpy.int64))
    return labels, torch.tensor((table[:, 1:] / 255 - 0.1307) / 0.3081)


@fixture
def parity(_arguments):
    """PyTorch's losses over 200 steps, from Inkling's weights, order and masks."""
    import numpy
    import torch

    # As in crate/tests/parity.rs.
    num_rows, batch_size, num_steps, seed = 640, 32, 200, 7
    widths = [784, 32, 16, 10]
    # Purposes of the seed: crate/src/nn/mod.rs, Stream.
    weights_stream, shuffle_stream, dropout_stream = 1, 2, 3

    labels, images = sample_in_torch(num_rows)

    def philox(counter, key):
        """Philox4x32-10 (Salmon et al. 2011), a block for each column of `counter`."""
        word = numpy.uint64(0xFFFFFFFF)
        a, b, c, d = (part.astype(numpy.uint64) for part in counter)
        first, second = key
        for _ in range(10):
            left = a * numpy.uint64(0xD2511F53)
            right = c * numpy.uint64(0xCD9E8D57)
            a, b, c, d = (
                (right >> numpy.uint64(32)) ^ b ^ numpy.uint64(first),
                right & word,
                (left >> numpy.uint64(32)) ^ d ^ numpy.uint64(second),
                left & word,
            )
            first, second = (first + 0x9E3779B9) % 2**32, (second + 0xBB67AE85) % 2**32
        return numpy.stack([a, b, c, d], axis=1).reshape(-1)

    def mask(layer, step, shape, probability):
        count = shape[0] * shape[1]
        groups = numpy.arange((count + 3) // 4)
        full = numpy.full_like(groups, 0)
        words = philox([groups, full + layer, full + step, full], (seed, dropout_stream))[:count]
        kept = (words >> numpy.uint64(8)) >= round(probability * 2**24)
        return torch.tensor((kept / (1 - probability)).astype(numpy.float32).reshape(shape))

    optimisers = {
        "sgd": lambda parameters, momentum, **rule: torch.optim.SGD(
            parameters, momentum=momentum, **rule
        ),
        "nesterov": lambda parameters, momentum, **rule: torch.optim.SGD(
            parameters, momentum=momentum, nesterov=True, **rule
        ),
        "adam": lambda parameters, momentum, **rule: torch.optim.Adam(parameters, **rule),
        "adamw": lambda parameters, momentum, **rule: torch.optim.AdamW(parameters, **rule),
        "rmsprop": lambda parameters, momentum, **rule: torch.optim.RMSprop(
            parameters, momentum=momentum, **rule
        ),
        "adagrad": lambda parameters, momentum, **rule: torch.optim.Adagrad(parameters, **rule),
    }
    activations = {
        "relu": torch.nn.ReLU(),
        "leaky_relu": torch.nn.LeakyReLU(),
        "tanh": torch.nn.Tanh(),
        "sigmoid": torch.nn.Sigmoid(),
        "gelu": torch.nn.GELU(),
        "silu": torch.nn.SiLU(),
    }

    def drawn(initialisation, draws, inputs, outputs):
        """A layer's first weights `[inputs, outputs]` and biases, as crate/src/nn/weights.rs
        draws them."""
        shape = (inputs, outputs)
        if initialisation == "torch":
            bound = 1 / inputs**0.5
            return draws.uniform(-bound, bound, shape), draws.uniform(-bound, bound, outputs)
        if initialisation == "kaiming_normal":
            pairs = draws.random_sample(((inputs * outputs + 1) // 2, 2))
            radius, angle = numpy.sqrt(-2 * numpy.log(1 - pairs[:, 0])), 2 * numpy.pi * pairs[:, 1]
            normal = numpy.stack([radius * numpy.cos(angle), radius * numpy.sin(angle)], axis=1)
            weight = (2 / inputs) ** 0.5 * normal.ravel()[: inputs * outputs].reshape(shape)
        elif initialisation == "xavier":
            bound = (6 / (inputs + outputs)) ** 0.5
            weight = draws.uniform(-bound, bound, shape)
        else:
            weight = numpy.full(shape, 1 / inputs)
        return weight, numpy.zeros(outputs)

    def schedules(schedule, optimizer, rate, epochs, steps):
        """What moves the rate after each epoch and after each step."""
        schedulers = torch.optim.lr_scheduler
        return {
            "constant": lambda: (None, None),
            "cosine": lambda: (schedulers.CosineAnnealingLR(optimizer, T_max=epochs), None),
            "step": lambda: (schedulers.StepLR(optimizer, -(-epochs // 3), gamma=0.1), None),
            "one_cycle": lambda: (
                None,
                schedulers.OneCycleLR(
                    optimizer, rate, total_steps=epochs * steps, cycle_momentum=False
                ),
            ),
            "warm_up": lambda: (
                None,
                schedulers.LinearLR(optimizer, start_factor=1 / steps, total_iters=steps - 1),
            ),
        }[schedule]()

    def losses(
        learning_rate,
        optimiser="sgd",
        momentum=0.0,
        weight_decay=0.0,
        activation="relu",
        layer_norm=False,
        dropout=0.0,
        initialisation="torch",
        input_dropout=0.0,
        max_norm=0.0,
        label_smoothing=0.0,
        learning_rate_schedule="constant",
    ):
        draws = numpy.random.RandomState([seed, weights_stream])
        linears, norms = [], []
        for inputs, outputs in zip(widths, widths[1:]):
            linear = torch.nn.Linear(inputs, outputs)
            weight, bias = drawn(initialisation, draws, inputs, outputs)
            with torch.no_grad():
                linear.weight.copy_(torch.tensor(weight.astype(numpy.float32).T))
                linear.bias.copy_(torch.tensor(bias))
            linears.append(linear)
            norms.append(torch.nn.LayerNorm(outputs))
        modules = [*linears, *(norms[:-1] if layer_norm else [])]
        optimizer = optimisers[optimiser](
            [p for m in modules for p in m.parameters()],
            lr=learning_rate,
            momentum=momentum,
            weight_decay=weight_decay,
        )
        steps_per_epoch = num_rows // batch_size
        # A run's settings have ten epochs where nothing else is said.
        by_epoch, by_step = schedules(
            learning_rate_schedule, optimizer, learning_rate, 10, steps_per_epoch
        )
        found = []
        for step in range(num_steps):
            if step % steps_per_epoch == 0:
                key = [seed, shuffle_stream, step // steps_per_epoch + 1]
                order = numpy.random.RandomState(key).permutation(num_rows)
            rows = order[step % steps_per_epoch * batch_size :][:batch_size]
            x = images[rows]
            if input_dropout:
                x = x * mask(2**32 - 1, step, tuple(x.shape), input_dropout)
            for layer, linear in enumerate(linears):
                x = linear(x)
                if layer + 1 < len(linears):
                    x = activations[activation](norms[layer](x) if layer_norm else x)
                    if dropout:
                        x = x * mask(layer, step, tuple(x.shape), dropout)
            loss = torch.nn.functional.cross_entropy(
                x, labels[rows], label_smoothing=label_smoothing
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if max_norm:
                with torch.no_grad():
                    for linear in linears[:-1]:
                        linear.weight.copy_(linear.weight.renorm(2, 0, max_norm))
            if by_step:
                by_step.step()
            if by_epoch and step % steps_per_epoch == steps_per_epoch - 1:
                by_epoch.step()
            found.append(round(loss.item(), 7))
        return found

    # As a run's settings have them; what is not named stands at its default. Rates at which
    # PyTorch in double precision gives the same losses within 5e-6: above them RMSprop and
    # Adagrad, which divide by the root of almost nothing, blow roundings up.
    cases = [
        dict(learning_rate=0.05),
        dict(learning_rate=0.02, momentum=0.9, weight_decay=1e-3),
        dict(learning_rate=0.05, layer_norm=True),
        dict(learning_rate=0.05, dropout=0.25),
        # Each optimiser.
        dict(optimiser="nesterov", learning_rate=0.01, momentum=0.9),
        dict(optimiser="adam", learning_rate=0.001),
        dict(optimiser="adamw", learning_rate=0.001, weight_decay=0.01),
        dict(optimiser="rmsprop", learning_rate=0.0005),
        dict(optimiser="rmsprop", learning_rate=0.0003, momentum=0.9),
        dict(optimiser="adagrad", learning_rate=0.01),
        # Each activation.
        dict(activation="leaky_relu", learning_rate=0.05),
        dict(activation="tanh", learning_rate=0.05),
        dict(activation="sigmoid", learning_rate=0.5),
        dict(activation="gelu", learning_rate=0.05),
        dict(activation="silu", learning_rate=0.05),
        # Together.
        dict(optimiser="adam", activation="gelu", learning_rate=0.001, dropout=0.25),
        dict(
            optimiser="adamw",
            activation="silu",
            learning_rate=0.001,
            weight_decay=0.01,
            layer_norm=True,
        ),
        dict(
            optimiser="nesterov",
            activation="tanh",
            learning_rate=0.01,
            momentum=0.9,
            dropout=0.25,
        ),
        dict(
            optimiser="rmsprop",
            activation="leaky_relu",
            learning_rate=0.0003,
            layer_norm=True,
        ),
        dict(optimiser="adagrad", activation="sigmoid", learning_rate=0.02, weight_decay=1e-3),
        dict(optimiser="adam", activation="tanh", learning_rate=0.002, weight_decay=1e-3),
        dict(optimiser="adam", learning_rate=0.001, layer_norm=True, dropout=0.25),
        dict(
            optimiser="nesterov",
            activation="gelu",
            learning_rate=0.01,
            momentum=0.8,
            weight_decay=1e-3,
        ),
        dict(
            optimiser="rmsprop",
            activation="silu",
            learning_rate=0.0003,
            momentum=0.5,
            dropout=0.1,
        ),
        dict(
            optimiser="adamw",
            activation="leaky_relu",
            learning_rate=0.002,
            layer_norm=True,
            dropout=0.25,
        ),
        # Each initialisation, schedule and regulariser.
        dict(initialisation="kaiming_normal", learning_rate=0.02),
        dict(initialisation="xavier", activation="tanh", learning_rate=0.05),
        dict(initialisation="equal", learning_rate=0.05),
        dict(learning_rate_schedule="cosine", learning_rate=0.05),
        dict(learning_rate_schedule="step", learning_rate=0.05),
        dict(learning_rate_schedule="one_cycle", learning_rate=0.1),
        dict(learning_rate_schedule="warm_up", learning_rate=0.05),
        dict(input_dropout=0.2, learning_rate=0.05),
        dict(max_norm=0.5, learning_rate=0.05),
        dict(label_smoothing=0.1, learning_rate=0.05),
        # Together.
        dict(
            input_dropout=0.2,
            dropout=0.5,
            max_norm=0.8,
            learning_rate=0.05,
            momentum=0.5,
            learning_rate_schedule="cosine",
        ),
        dict(
            optimiser="adam",
            initialisation="kaiming_normal",
            label_smoothing=0.1,
            learning_rate=0.002,
            learning_rate_schedule="one_cycle",
        ),
        dict(
            optimiser="adamw",
            activation="gelu",
            initialisation="xavier",
            layer_norm=True,
            label_smoothing=0.2,
            max_norm=0.6,
            input_dropout=0.1,
            weight_decay=0.01,
            learning_rate=0.001,
            learning_rate_schedule="warm_up",
        ),
    ]
    torch.set_num_threads(1)
    return {
        "oracle": f"torch {torch.__version__.split('+')[0]}, torch.optim and cross_entropy",
        "cases": [{"settings": case, "losses": losses(**case)} for case in cases],
    }


@fixture
def inside(_arguments):
    """PyTorch's numbers inside two networks: sums, activations, losses, gradients, norms,
    the health of layers, input × gradient, distances in the last hidden layer."""
    import numpy
    import torch
    from sklearn.model_selection import train_test_split

    # As in crate/tests/inside.rs.
    num_rows, batch_size, seed = 640, 32, 7
    widths = [784, 32, 16, 10]
    # Purposes of the seed: crate/src/nn/mod.rs, Stream; the gains' is this fixture's own.
    weights_stream, shuffle_stream, norms_stream = 1, 2, 99

    labels, images = sample_in_torch(num_rows)
    order, _ = train_test_split(
        numpy.arange(num_rows), test_size=0.2, stratify=labels.numpy(), random_state=seed
    )
    numpy.random.RandomState([seed, shuffle_stream, 1]).shuffle(order)

    def rounded(values):
        return [float(f"{value:.8g}") for value in torch.as_tensor(values).detach().flatten().tolist()]

    def network(layer_norm):
        draws = numpy.random.RandomState([seed, weights_stream])
        others = numpy.random.RandomState([seed, norms_stream])
        linears, norms = [], []
        for inputs, outputs in zip(widths, widths[1:]):
            linear, norm = torch.nn.Linear(inputs, outputs), torch.nn.LayerNorm(outputs)
            bound = 1 / inputs**0.5
            with torch.no_grad():
                weight = draws.uniform(-bound, bound, (inputs, outputs)).astype(numpy.float32)
                linear.weight.copy_(torch.tensor(weight.T))
                linear.bias.copy_(torch.tensor(draws.uniform(-bound, bound, outputs)))
                if layer_norm and len(linears) + 2 < len(widths):
                    norm.weight.copy_(torch.tensor(others.uniform(0.5, 1.5, outputs)))
                    norm.bias.copy_(torch.tensor(others.uniform(-0.5, 0.5, outputs)))
            linears.append(linear)
            norms.append(norm)
        return linears, norms[:-1] if layer_norm else []

    def forward(linears, norms, x):
        """Of each layer w·x + b, what the activation is taken of, and the activation."""
        found = []
        for layer, linear in enumerate(linears):
            sums = before = linear(x)
            if layer + 1 < len(linears):
                sums = norms[layer](before) if norms else before
                x = torch.relu(sums)
            else:
                x = torch.softmax(sums, 1)
            found.append((before, sums, x))
        return found

    def case(layer_norm):
        linears, norms = network(layer_norm)
        # In the order of crate/src/nn/layout.rs, a list a layer.
        layers = [
            [linear.weight, linear.bias, *(norms[at].parameters() if at < len(norms) else [])]
            for at, linear in enumerate(linears)
        ]
        optimizer = torch.optim.SGD(
            [p for layer in layers for p in layer], lr=0.05, momentum=0.9, weight_decay=1e-3
        )

        def flat(layer, of):
            # Weights stand [in, out] in the flat buffer.
            return torch.cat([(p.T if p.dim() == 2 else p).flatten() for p in map(of, layer)])

        def losses(rows):
            logits = forward(linears, norms, images[rows])[-1][1]
            return torch.nn.functional.cross_entropy(logits, labels[rows], reduction="none")

        seen = [
            {name: rounded(part) for name, part in zip(("linear", "sums", "activations"), parts)}
            for parts in forward(linears, norms, images[:1])
        ]
        steps = []
        for step in range(2):
            rows = order[step * batch_size :][:batch_size]
            before = losses(rows)
            weights = [flat(layer, lambda p: p.detach().clone()) for layer in layers]
            optimizer.zero_grad()
            before.mean().backward()
            gradients = [flat(layer, lambda p: p.grad) for layer in layers]
            optimizer.step()
            moved = [flat(layer, lambda p: p.detach()) - w for layer, w in zip(layers, weights)]
            steps.append(
                {
                    "losses_before": rounded(before),
                    "losses_after": rounded(losses(rows)),
                    "gradient_norms": rounded([g.norm() for g in gradients]),
                    "weight_norms": rounded([w.norm() for w in weights]),
                    "update_norms": rounded([m.norm() for m in moved]),
                    # Every 97th, whichever layer it is of.
                    "gradient": rounded(torch.cat(gradients)[::97]),
                }
            )

        # Of the run as it stands now, on a batch that it has not trained on, the next update.
        rows = order[100:][:12]
        parts = forward(linears, norms, images[rows])
        # Hidden layers by what they pass on, the last one by its sums.
        values = [part[2] for part in parts[:-1]] + [parts[-1][1]]
        weights = [flat(layer, lambda p: p.detach().clone()) for layer in layers]
        saliency = []
        for label in (3, 8):
            x = images[:1].clone().requires_grad_()
            forward(linears, norms, x)[-1][1][0, label].backward()
            saliency.append(rounded(x * x.grad))
        hidden = forward(linears, norms, images[:200])[-2][2].detach()
        distances = torch.cdist(hidden[:1].double(), hidden.double())[0]
        optimizer.zero_grad()
        losses(rows).mean().backward()
        gradients = [flat(layer, lambda p: p.grad) for layer in layers]
        optimizer.step()
        moved = [flat(layer, lambda p: p.detach()) - w for layer, w in zip(layers, weights)]
        health = {
            "weight_norms": rounded([w.norm() for w in weights]),
            "gradient_norms": rounded([g.norm() for g in gradients]),
            "update_shares": rounded([m.norm() / w.norm() for m, w in zip(moved, weights)]),
            "num_silent": [int((v == 0).all(0).sum()) for v in values[:-1]],
            "means": rounded([v.mean() for v in values]),
            "deviations": rounded([v.std(correction=0) for v in values]),
        }
        return {
            "layers": seen,
            "steps": steps,
            "health": health,
            "saliency": saliency,
            "nearest": {
                "rows": distances.argsort(stable=True)[:8].tolist(),
                "distances": rounded(distances.sort()[0][:8]),
            },
        }

    torch.set_num_threads(1)
    return {
        "oracle": f"torch {torch.__version__.split('+')[0]}: Linear, LayerNorm, autograd, SGD",
        "plain": case(False),
        "layer_norm": case(True),
    }


@fixture
def evaluation(_arguments):
    """Figures of 300 made-up readings, none of them of a nine."""
    import numpy as np
    import sklearn
    from scipy.stats import norm
    from sklearn.metrics import confusion_matrix, log_loss, precision_recall_fscore_support

    rows = 300
    labels = np.array([(i * 3 + i // 7) % 9 for i in range(rows)])

    def weight(i, c):
        return (i * 7 + c * 13 + i * c % 11) % 23 + 1 + (i * 5 % 60 if c == labels[i] else 0)

    weights = np.array([[weight(i, c) for c in range(10)] for i in range(rows)], np.float32)
    probabilities = weights / weights.sum(1, keepdims=True)
    said = probabilities.argmax(1)
    precision, recall, f1, _ = precision_recall_fscore_support(
        labels, said, labels=range(10), zero_division=0
    )
    sure, right = probabilities.max(1).astype(float), said == labels
    bins, error = [], 0.0
    edges = np.linspace(0, 1, 16)
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (sure > low) & (sure <= high)
        if inside.any():
            confidence, accuracy = sure[inside].mean(), right[inside].mean()
            error += inside.mean() * abs(accuracy - confidence)
            bins.append([int(inside.sum()), float(confidence), float(accuracy)])
        else:
            bins.append([0, 0.0, 0.0])
    # Wilson 1927, as statsmodels' proportion_confint(method="wilson").
    z, p = norm.ppf(0.975), right.mean()
    centre = (p + z * z / (2 * rows)) / (1 + z * z / rows)
    half = z / (1 + z * z / rows) * np.sqrt(p * (1 - p) / rows + z * z / (4 * rows * rows))
    return {
        "oracle": f"scikit-learn {sklearn.__version__}; bins of Guo et al. 2017 by numpy",
        "num_rows": rows,
        "num_correct": int(right.sum()),
        "loss": float(log_loss(labels, probabilities.astype(float), labels=range(10))),
        "interval": [float(centre - half), float(centre + half)],
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "f1": f1.tolist(),
        "confusion": confusion_matrix(labels, said, labels=range(10)).ravel().tolist(),
        "calibration_error": float(error),
        "bins": bins,
    }


@fixture
def onnx(_arguments):
    """Models as onnx writes them, checked by it, and what onnxruntime reads with them."""
    import numpy
    import onnx as library
    import onnxruntime
    from onnx import TensorProto, checker, helper, numpy_helper

    version = "0.1.0"
    at = numpy.arange(784)
    images = numpy.stack([(37 * at) % 256, numpy.where(at % 7 == 0, (37 * at + 1) % 256, 0)])

    def parameters_of(count):
        places = numpy.arange(count)
        # A quotient of whole numbers and a power of two: the same in every language.
        return (((31 * places + 7919) * places % 2003 - 1001) / 2048).astype(numpy.float32)

    def count_of(hidden, layer_norm):
        widths = [784, *hidden, 10]
        return sum(i * o + o for i, o in zip(widths, widths[1:])) + 2 * sum(hidden) * layer_norm

    class Graph:
        """Nodes and tensors, from pixels to shares of full ink and on."""

        def __init__(self):
            self.tensors = {"pixel_max": numpy.float32(255)}
            self.nodes = [helper.make_node("Div", ["pixels", "pixel_max"], ["shares"], "shares")]

        def put_network(self, shape, parameters, prefix=""):
            """A network from shares to probabilities; gives the name of those."""
            hidden, layer_norm = shape["hidden"], shape["layer_norm"]
            activation = shape.get("activation", "relu")
            flow, end = "shares", 0

            def then(name, operator, *others, **attributes):
                nonlocal flow
                name = prefix + name
                node = helper.make_node(operator, [flow, *others], [name], name, **attributes)
                self.nodes.append(node)
                flow = name

            def parameter(name, *shape):
                nonlocal end
                start, end = end, end + int(numpy.prod(shape))
                self.tensors[prefix + name] = parameters[start:end].reshape(shape)
                return prefix + name

            def constant(name, value):
                self.tensors[prefix + name] = numpy.float32(value)
                return prefix + name

            def activate(layer):
                """From the operators of opset 17, which has no Gelu yet."""
                total, name = flow, f"activations.{layer}"
                match activation:
                    case "relu":
                        then(f"relus.{layer}", "Relu")
                    case "leaky_relu":
                        then(name, "LeakyRelu")
                    case "tanh":
                        then(name, "Tanh")
                    case "sigmoid":
                        then(name, "Sigmoid")
                    case "silu":
                        then(f"{name}.share", "Sigmoid")
                        then(name, "Mul", total)
                    case "gelu":
                        then(f"{name}.scaled", "Div", constant(f"{name}.root", 2**0.5))
                        then(f"{name}.erf", "Erf")
                        then(f"{name}.twice", "Add", constant(f"{name}.one", 1))
                        then(f"{name}.share", "Mul", constant(f"{name}.half", 0.5))
                        then(name, "Mul", total)

            then("centred", "Sub", constant("pixel_mean", shape.get("pixel_mean", 0.1307)))
            then("normalised", "Div", constant("pixel_std", shape.get("pixel_std", 0.3081)))
            widths = [784, *hidden, 10]
            for layer, sizes in enumerate(zip(widths, widths[1:])):
                is_last = layer == len(hidden)
                weight = parameter(f"linears.{layer}.weight", *sizes)
                bias = parameter(f"linears.{layer}.bias", sizes[1])
                then("logits" if is_last else f"linears.{layer}", "Gemm", weight, bias)
                if is_last:
                    break
                if layer_norm:
                    gamma = parameter(f"norms.{layer}.gamma", sizes[1])
                    beta = parameter(f"norms.{layer}.beta", sizes[1])
                    then(f"norms.{layer}", "LayerNormalization", gamma, beta, epsilon=1e-5)
                activate(layer)
            then("probabilities", "Softmax")
            return flow

        def read(self, outputs):
            """The file, checked, and what onnxruntime gives for the images."""

            def port(name, width):
                return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", width])

            tensors = self.tensors.items()
            graph = helper.make_graph(
                self.nodes,
                "inkling",
                [port("pixels", 784)],
                [port(name, 10) for name in outputs],
                [numpy_helper.from_array(numpy.asarray(v), name) for name, v in tensors],
            )
            model = helper.make_model(
                graph,
                producer_name="Inkling",
                producer_version=version,
                ir_version=8,
                opset_imports=[helper.make_opsetid("", 17)],
            )
            checker.check_model(model, full_check=True)
            file = model.SerializeToString(deterministic=True)
            session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
            read = session.run(outputs, {"pixels": images.astype(numpy.float32)})
            return {
                "onnx": base64.b64encode(file).decode(),
                **{name: values.ravel().tolist() for name, values in zip(outputs, read)},
            }

    def case(hidden, layer_norm, activation="relu"):
        shape = {"hidden": hidden, "layer_norm": layer_norm}
        if activation != "relu":
            shape["activation"] = activation
        graph = Graph()
        graph.put_network(shape, parameters_of(count_of(hidden, layer_norm)))
        return {**shape, **graph.read(["logits", "probabilities"])}

    def committee(members):
        """One graph of all: the Mean of what each member's Softmax gives."""
        graph, names, end = Graph(), [], 0
        counts = [count_of(member["hidden"], member["layer_norm"]) for member in members]
        parameters = parameters_of(sum(counts))
        for at, (member, count) in enumerate(zip(members, counts)):
            start, end = end, end + count
            own = parameters[start:end]
            names.append(graph.put_network(member, own, prefix=f"members.{at}."))
        mean = helper.make_node("Mean", names, ["probabilities"], "probabilities")
        graph.nodes.append(mean)
        return {"members": members, **graph.read(["probabilities"])}

    return {
        "oracle": f"onnx {library.__version__}, read by onnxruntime {onnxruntime.__version__}",
        "version": version,
        "parameters": "((31 at + 7919) at mod 2003 - 1001) / 2048",
        "pixels": "37 at mod 256; the second image's (37 at + 1) mod 256 where 7 divides at, else 0",
        "cases": [
            case([5, 4], True),
            case([3], False),
            *(
                case([1], False, activation)
                for activation in ["leaky_relu", "tanh", "sigmoid", "gelu", "silu"]
            ),
        ],
        "committee": committee(
            [
                {"hidden": [2], "layer_norm": False},
                {
                    "hidden": [3, 2],
                    "layer_norm": True,
                    "activation": "gelu",
                    "pixel_mean": 0.25,
                    "pixel_std": 0.5,
                },
            ]
        ),
    }


@fixture
def parquet(_arguments):
    """Parquet files: pictures as Hugging Face stores them, and what is not read."""
    import io

    import numpy
    import PIL
    import pyarrow
    from PIL import Image
    from pyarrow import parquet as library

    side, num_rows = 8, 40
    at, row = numpy.arange(side * side), numpy.arange(num_rows)[:, None]
    pixels = ((17 * at + 59 * row) % 256).astype(numpy.uint8)

    def png(image):
        file = io.BytesIO()
        Image.fromarray(image.reshape(side, side, -1).squeeze()).save(file, "png")
        return file.getvalue()

    def written(columns, **options):
        file = io.BytesIO()
        table = columns if isinstance(columns, pyarrow.Table) else pyarrow.table(columns)
        library.write_table(table, file, **options)
        return base64.b64encode(file.getvalue()).decode()

    pictures = [png(image) for image in pixels]
    kind = pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())])
    cells = [{"bytes": bytes, "path": f"{at}.png"} for at, bytes in enumerate(pictures)]
    numbers = pyarrow.array([at % 3 for at in range(num_rows)], pyarrow.int64())
    words = [["bag", "coat", "shirt"][at % 3] for at in range(num_rows)]
    image = pyarrow.array(cells, kind)
    # As the library datasets writes what the numbers stand for (datasets.ClassLabel).
    features = {"label": {"names": ["coat", "bag", "shirt"], "_type": "ClassLabel"}}
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    return {
        "oracle": f"pyarrow {pyarrow.__version__}, Pillow {PIL.__version__}",
        "pixels": "image row of 40, 8 × 8: (17 at + 59 row) mod 256",
        "labels": "row mod 3, or as words bag, coat, shirt",
        # Several groups of rows, as those of Hugging Face have.
        "hugging_face": written({"image": image, "label": numbers}, row_group_size=16),
        "named": written(
            pyarrow.table({"image": image, "label": numbers}).replace_schema_metadata(metadata)
        ),
        "plain_bytes": written(
            {"name": words, "target": words, "picture": pyarrow.array(pictures)},
            compression="gzip",
        ),
        # In colours that are grey.
        "coloured": written(
            {
                "image": pyarrow.array([png(numpy.repeat(image, 3)) for image in pixels]),
                "label": numbers,
            }
        ),
        "zstd": written({"image": image, "label": numbers}, compression="zstd"),
        "without_labels": written({"image": image}),
        "table": written(
            {"label": numbers, **{f"pixel{at}": pixels[:2, at].repeat(20) for at in range(16)}}
        ),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("names", nargs="*", choices=[[], *FIXTURES], metavar="NAME",
                        help=f"which fixtures to make: {', '.join(FIXTURES)} (all by default)")
    parser.add_argument("--mnist", type=Path, default=ROOT / "../shared/mnist",
                        help="folder of the real train.csv.gz")
    arguments = parser.parse_args()
    for name in arguments.names or FIXTURES:
        target = ROOT / "tests/fixtures" / f"{name}.json"
        # Made before the file is opened: a failing oracle leaves the old one.
        made = FIXTURES[name](arguments)
        target.parent.mkdir(parents=True, exist_ok=True)
        # One case a line: a change reads as a change.
        text = json.dumps(made, ensure_ascii=False)
        target.write_text(text.replace('}, {"', '},\n{"') + "\n")
        print(f"{target.relative_to(ROOT)}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()

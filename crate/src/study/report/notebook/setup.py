# Where Kaggle's train.csv lies. Empty: looked for in the usual places.
DATA_PATH = ""

import pathlib

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from sklearn.model_selection import train_test_split
from torch import nn
from torch.utils.data import BatchSampler, DataLoader, Sampler, SequentialSampler, TensorDataset
from tqdm.auto import tqdm

PLACES = [".", "..", "data", "/kaggle/input/digit-recognizer", "/content"]
NAMES = ["train.csv", "train.csv.gz", "mnist_train.csv", "train.csv.zip"]


def find_data():
    """The data set's path: DATA_PATH, or the first of the usual places."""
    if DATA_PATH:
        return pathlib.Path(DATA_PATH)
    found = [pathlib.Path(place, name) for place in PLACES for name in NAMES]
    found = [path for path in found if path.exists()]
    if not found:
        raise FileNotFoundError(f"none of {NAMES} in {PLACES}: set DATA_PATH to Kaggle's train.csv")
    return found[0]


def load(path):
    """Pixels (rows, SIDE * SIDE) from 0 to 255 and labels (rows,)."""
    has_header = not str(pd.read_csv(path, nrows=1, header=None).iloc[0, 0]).strip().isdigit()
    table = pd.read_csv(path, header=0 if has_header else None).to_numpy(dtype=np.uint8)
    return table[:, 1:], table[:, 0]


pixels, labels = load(find_data())
print(f"{len(labels):,} images")

# The first image of each class that there is.
shown = [at for at in range(len(CLASSES)) if (labels == at).any()]
lines = -(-len(shown) // 5)
figure, axes = plt.subplots(lines, 5, figsize=(8, 1.8 * lines), constrained_layout=True)
for axis in axes.flat[len(shown) :]:
    axis.remove()
for at, axis in zip(shown, axes.flat):
    first = pixels[np.argmax(labels == at)].reshape(SIDE, SIDE)
    axis.imshow(first, cmap="gray_r")
    ends = [0, SIDE - 1]
    axis.set(title=f"{NOUN} {CLASSES[at]}", xlabel="column", ylabel="row", xticks=ends, yticks=ends)
plt.show()

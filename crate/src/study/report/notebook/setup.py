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
    """Pixels (rows, 784) from 0 to 255 and labels (rows,)."""
    has_header = not str(pd.read_csv(path, nrows=1, header=None).iloc[0, 0]).strip().isdigit()
    table = pd.read_csv(path, header=0 if has_header else None).to_numpy(dtype=np.uint8)
    return table[:, 1:], table[:, 0]


pixels, labels = load(find_data())
print(f"{len(labels):,} images")

figure, axes = plt.subplots(2, 5, figsize=(8, 3.6), constrained_layout=True)
for digit, axis in enumerate(axes.flat):
    first = pixels[np.argmax(labels == digit)].reshape(28, 28)
    axis.imshow(first, cmap="gray_r")
    axis.set(title=f"digit {digit}", xlabel="column", ylabel="row", xticks=[0, 27], yticks=[0, 27])
plt.show()

# Where Kaggle's train.csv lies. Empty: looked for in the usual places.
DATA_PATH = ""

import copy
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

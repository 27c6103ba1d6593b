"""Runs the code of analysis.ipynb in this folder; scripts/check_notebook.mjs puts it there.

Fails where a run is more than 0.3 points from what Inkling measured, where a run that
finished there diverged here, or where an axis of a plot has no label. At a rate so large
that a run's accuracy still jumps by more than that in its last epoch, where it ends is up
to the rounding of sums: there the best epochs are compared, and that is said.
"""

import csv
import importlib.util
import json
import re
import sys
import time
from pathlib import Path

NEEDED = ["torch", "sklearn", "pandas", "matplotlib", "tqdm"]
missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
if missing:
    print(f"left out: this Python has no {', '.join(missing)}")
    sys.exit(0)

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt

MOST_POINTS = 0.3
unlabelled, num_axes = [], 0


def show():
    """In place of plt.show: notes axes without labels."""
    global num_axes
    for number in plt.get_fignums():
        for axis in plt.figure(number).axes:
            num_axes += 1
            if not (axis.get_xlabel() and axis.get_ylabel()):
                unlabelled.append(axis.get_title() or f"axis {num_axes}")
    plt.close("all")


plt.show = show
notebook = json.loads(Path("analysis.ipynb").read_text(encoding="utf-8"))
names = {"__name__": "__main__"}
begun = time.time()
for cell in notebook["cells"]:
    if cell["cell_type"] == "code":
        exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
print(f"{time.time() - begun:.0f} s, {num_axes} axes")

with open("metrics.csv", encoding="utf-8", newline="") as file:
    epochs = list(csv.DictReader(file))


def inkling_accuracies(row):
    """Validation accuracies (%) of a run's epochs in Inkling, by its study, value and seed."""
    study = re.sub(r"^\d+\. ", "", row["study"])
    # As the tables have it: "0.2, on" for what the notebook calls "0.2 with norm".
    value = row["value"].replace(" without norm", ", off").replace(" with norm", ", on")
    return [
        100 * float(epoch["validation_accuracy"])
        for epoch in epochs
        if (epoch["study"], epoch["value"], epoch["seed"]) == (study, value, str(row["seed"]))
    ]


def own_accuracies(row):
    """The same as PyTorch trained them here."""
    return [
        100 * epoch["validation_accuracy"]
        for epoch in names["results"]
        if all(epoch[key] == row[key] for key in ("study", "value", "seed"))
    ]


faults = [f"no label: {name}" for name in unlabelled]
for row in names["summary"]:
    here, there = row["PyTorch (%)"], row["Inkling (%)"]
    print(row["study"], row["value"], f"seed {row['seed']}", here, there, row["difference"])
    if there is None:
        continue
    inkling = inkling_accuracies(row)
    jumps = len(inkling) > 1 and abs(inkling[-1] - inkling[-2]) > MOST_POINTS
    if here is not None and jumps and abs(here - there) > MOST_POINTS:
        here, there = max(own_accuracies(row)), max(inkling)
        print(f"  jumps in its last epoch: the best epochs are {here:.2f} and {there:.2f}")
    if here is None or abs(here - there) > MOST_POINTS:
        faults.append(f"{row['study']} {row['value']}: found {here}, expected {there:.2f} ± {MOST_POINTS}")
for fault in faults:
    print(f"error: {fault}")
sys.exit(1 if faults else 0)

"""Runs the code of analysis.ipynb in this folder; scripts/check_notebook.mjs puts it there.

Fails where a run is more than 0.3 points from what Inkling measured, where a run that
finished there diverged here, or where an axis of a plot has no label.
"""

import importlib.util
import json
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

faults = [f"no label: {name}" for name in unlabelled]
for row in names["summary"]:
    here, there = row["PyTorch (%)"], row["Inkling (%)"]
    print(row["study"], row["value"], f"seed {row['seed']}", here, there, row["difference"])
    if there is not None and (here is None or abs(here - there) > MOST_POINTS):
        faults.append(f"{row['study']} {row['value']}: found {here}, expected {there:.2f} ± {MOST_POINTS}")
for fault in faults:
    print(f"error: {fault}")
sys.exit(1 if faults else 0)

# A dict an epoch of every run below: one frame at the end.
results = []
# A dict a run, with what Inkling measured beside it.
summary = []
# The last model of each study.
models = {}


def run_all(study, held, runs):
    """Trains a study's runs from scratch: what they share, and what each changes."""
    for run in runs:
        settings = {**held, **run}
        name = f"{study} {run['value']}".strip()
        models[study], history, kept = train(settings, name)
        key = {"study": study, "value": run["value"], "seed": settings["seed"]}
        results.extend({**key, **epoch} for epoch in history)
        pytorch = 100 * kept["validation_accuracy"] if kept else None
        inkling = None if run["inkling"] is None else 100 * run["inkling"]
        both = pytorch is not None and inkling is not None
        # Adding 0.0 turns -0.0 into 0.0.
        difference = round(pytorch - inkling, 2) + 0.0 if both else None
        summary.append({**key, "PyTorch (%)": pytorch, "Inkling (%)": inkling, "difference": difference})
    return compared(study)


def compared(study):
    """Final validation accuracies: here, as Inkling measured them, and the points between."""
    return pd.DataFrame([row for row in summary if row["study"] == study]).round(2)


CURVES = [
    ("train_loss", "training loss (nats)"),
    ("validation_loss", "validation loss (nats)"),
    ("train_accuracy", "training accuracy (%)"),
    ("validation_accuracy", "validation accuracy (%)"),
]


def plot_curves(study):
    """The four curves of a study's runs, as PyTorch trained them here."""
    frame = pd.DataFrame([row for row in results if row["study"] == study])
    groups = list(frame.groupby(["value", "seed"], sort=False)) if len(frame) else []
    colours = plt.cm.viridis(np.linspace(0, 0.85, max(1, len(groups))))
    figure, axes = plt.subplots(2, 2, figsize=(11, 7), constrained_layout=True)
    for axis, (column, label) in zip(axes.flat, CURVES):
        scale = 100 if column.endswith("accuracy") else 1
        for ((value, seed), rows), colour in zip(groups, colours):
            name = f"{value} (seed {seed})"
            axis.plot(rows["epoch"], scale * rows[column], color=colour, marker="o", label=name)
        axis.set(xlabel="epoch", ylabel=label)
        if column.endswith("loss"):
            axis.set_yscale("log")
        axis.grid(alpha=0.3)
    if groups and len(groups) > 1:
        axes[0, 1].legend(fontsize="small")
    figure.suptitle(study)
    plt.show()


def plot_accuracy(study, factor):
    """Final validation accuracies of a study's values, here and as Inkling measured them."""
    frame = compared(study)
    figure, axis = plt.subplots(figsize=(8, 4), constrained_layout=True)
    axis.plot(frame["value"], frame["PyTorch (%)"].astype(float), "o", label="PyTorch, here")
    axis.plot(frame["value"], frame["Inkling (%)"].astype(float), "x", label="what Inkling measured")
    axis.set(xlabel=factor, ylabel="final validation accuracy (%)", title=study)
    axis.grid(alpha=0.3)
    axis.legend()
    plt.show()

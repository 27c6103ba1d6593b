from decimal import ROUND_HALF_UP, Decimal


def percent(share):
    """Two decimals, halves rounded up, as Inkling writes its figures."""
    if share is None:
        return "–"
    return f"{Decimal(100 * share).quantize(Decimal('0.01'), ROUND_HALF_UP)} %"


def rerun(runs):
    """Trains the runs anew and sets their final accuracies beside Inkling's."""
    rows = []
    for run in runs:
        history = train(run)
        finished = len(history) == run["epochs"]
        run["history"] = history
        run["pytorch"] = history[-1]["validation_accuracy"] if finished else None
        both = run["pytorch"] is not None and run["inkling"] is not None
        rows.append(
            {
                "value": run["value"],
                "seed": run["seed"],
                "Inkling": percent(run["inkling"]),
                "PyTorch": percent(run["pytorch"]) if finished else "diverged",
                "difference (points)": f"{100 * (run['pytorch'] - run['inkling']):+.2f}" if both else "–",
            }
        )
        print(rows[-1])
    return pd.DataFrame(rows)


def plot(runs, title):
    """The four curves of all runs, as PyTorch trained them here."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(2, 2, figsize=(11, 7), constrained_layout=True)
    figures = ["train_loss", "validation_loss", "train_accuracy", "validation_accuracy"]
    colours = plt.cm.viridis(np.linspace(0, 0.85, len(runs)))
    for axis, name in zip(axes.flat, figures):
        for run, colour in zip(runs, colours):
            epochs = [epoch["epoch"] for epoch in run["history"]]
            values = [epoch[name] for epoch in run["history"]]
            axis.plot(epochs, values, color=colour, label=f"{run['value']} (seed {run['seed']})")
        axis.set(title=name.replace("_", " "), xlabel="epoch")
    axes[0, 1].legend(fontsize="small")
    figure.suptitle(title)
    plt.show()

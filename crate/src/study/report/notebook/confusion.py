# What the baseline's model makes of each digit of the validation part.
_, validation_loader = loaders(baseline)
model = models["Baseline"].eval()
with torch.no_grad():
    read = [(y, model(x).argmax(1)) for x, y in validation_loader]
truth, said = (torch.cat(parts).numpy() for parts in zip(*read))
counts = np.zeros((10, 10), dtype=int)
np.add.at(counts, (truth, said), 1)
figure, axis = plt.subplots(figsize=(6, 5), constrained_layout=True)
axis.imshow(np.log1p(counts), cmap="Blues")
for row in range(10):
    for column in range(10):
        colour = "white" if row == column else "black"
        axis.text(column, row, counts[row, column], ha="center", va="center", color=colour, fontsize=8)
axis.set(xlabel="read as", ylabel="digit", xticks=range(10), yticks=range(10), title="Confusion matrix")
plt.show()

# What the baseline's model makes of each class of the validation part.
_, validation_loader = loaders(baseline)
model = models["Baseline"].eval()
with torch.no_grad():
    read = [(y, model(x).argmax(1)) for x, y in validation_loader]
truth, said = (torch.cat(parts).numpy() for parts in zip(*read))
count = len(CLASSES)
counts = np.zeros((count, count), dtype=int)
np.add.at(counts, (truth, said), 1)
size = max(5, 0.35 * count)
figure, axis = plt.subplots(figsize=(size + 1, size), constrained_layout=True)
axis.imshow(np.log1p(counts), cmap="Blues")
for row in range(count):
    for column in range(count):
        colour = "white" if row == column else "black"
        axis.text(column, row, counts[row, column], ha="center", va="center", color=colour, fontsize=8)
axis.set(xlabel="read as", ylabel=NOUN, title="Confusion matrix")
axis.set_xticks(range(count), CLASSES, rotation=90 if max(map(len, CLASSES)) > 2 else 0)
axis.set_yticks(range(count), CLASSES)
plt.show()

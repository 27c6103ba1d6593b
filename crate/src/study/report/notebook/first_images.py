pixels, labels = load(find_data())
print(f"{len(labels):,} images")
if np.bincount(labels, minlength=len(CLASSES)).tolist() != COUNTS:
    print("These are not the images that Inkling trained on: its figures will not come out again.")

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

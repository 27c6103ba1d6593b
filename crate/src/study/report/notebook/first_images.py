pixels, labels = load(find_data())
print(f"{len(labels):,} images")

figure, axes = plt.subplots(2, 5, figsize=(8, 3.6), constrained_layout=True)
for digit, axis in enumerate(axes.flat):
    first = pixels[np.argmax(labels == digit)].reshape(28, 28)
    axis.imshow(first, cmap="gray_r")
    axis.set(title=f"digit {digit}", xlabel="column", ylabel="row", xticks=[0, 27], yticks=[0, 27])
plt.show()

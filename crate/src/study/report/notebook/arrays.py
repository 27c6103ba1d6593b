def load(path):
    """Pixels (rows, SIDE * SIDE) from 0 to 255 and labels (rows,), as the page read them."""
    with np.load(path) as arrays:
        images, truth = (arrays[name] for name in ARRAYS)
    pixels = images.reshape(len(images), SIDE * SIDE).astype(np.float64)
    pixels = np.rint(pixels / FULL_INK * 255).astype(np.uint8)
    if truth.size > len(truth):
        truth = truth.argmax(axis=1)
    classes = {name: at for at, name in enumerate(LABELS)}
    labels = [classes[label_of(label)] for label in truth.ravel()]
    return pixels, np.array(labels, dtype=np.uint8)

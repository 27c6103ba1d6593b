def changed(pixels, labels):
    """What was done in the page once the file was read."""
    for change in CHANGES:
        if change == "invert":
            pixels = 255 - pixels
        if change == "stretch":
            pixels = np.rint(pixels / pixels.max() * 255).astype(np.uint8)
        if change == "transpose":
            images = pixels.reshape(-1, SIDE, SIDE)
            pixels = images.transpose(0, 2, 1).reshape(len(images), -1)
        if change == "drop_repeats":
            kept = ~pd.DataFrame(pixels).duplicated().to_numpy()
            pixels, labels = pixels[kept], labels[kept]
        if change == "drop_singles":
            kept = np.bincount(labels)[labels] > 1
            pixels, labels = pixels[kept], labels[kept]
            if not ARE_DIGITS:
                labels = np.unique(labels, return_inverse=True)[1].astype(np.uint8)
    return pixels, labels

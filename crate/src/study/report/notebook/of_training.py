

def normalisation(train_rows):
    """Mean and standard deviation of the training part's pixels, as shares of full ink."""
    counts = np.bincount(pixels[train_rows].ravel(), minlength=256)
    levels = np.arange(256) / 255
    mean = (counts * levels).sum() / counts.sum()
    return mean, np.sqrt((counts * (levels - mean) ** 2).sum() / counts.sum())

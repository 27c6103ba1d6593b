def split(split_seed, validation_share):
    """The stratified split: the very rows that Inkling trained and validated on."""
    rows = np.arange(len(labels))
    return train_test_split(
        rows, test_size=validation_share, stratify=labels, random_state=split_seed
    )


def dataset(rows, train_rows):
    """Normalised pixels and labels of some rows."""
    mean, deviation = normalisation(train_rows)
    x = torch.tensor(pixels[rows], dtype=torch.float32)
    x = (x / 255 - mean) / deviation
    return TensorDataset(x, torch.tensor(labels[rows], dtype=torch.long))

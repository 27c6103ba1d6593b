def load(path):
    """Pixels (rows, SIDE * SIDE) from 0 to 255 and labels (rows,)."""
    first = pd.read_csv(path, nrows=1, header=None).iloc[0, 0]
    has_header = pd.isna(pd.to_numeric(first, errors="coerce"))
    table = pd.read_csv(path, header=0 if has_header else None).to_numpy(dtype=np.uint8)
    return table[:, 1:], table[:, 0]

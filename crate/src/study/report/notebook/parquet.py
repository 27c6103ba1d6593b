def load(path):
    """Pixels (rows, SIDE * SIDE) from 0 to 255 and labels (rows,), as the page read them."""
    image, label = PICTURE_COLUMNS
    rows = pd.read_parquet(path, columns=PICTURE_COLUMNS)
    files = [cell["bytes"] if isinstance(cell, dict) else cell for cell in rows[image]]
    pixels = grey([io.BytesIO(file) for file in files]).astype(np.float64)
    pixels = np.rint(pixels / FULL_INK * 255).astype(np.uint8)
    classes = {name: at for at, name in enumerate(LABELS)}
    return pixels, np.array([classes[label_of(text)] for text in rows[label]], dtype=np.uint8)

def load(path):
    """Pixels (rows, SIDE * SIDE) from 0 to 255 and labels (rows,): a folder is a class."""
    classes = {name: at for at, name in enumerate(LABELS)}
    files, labels = [], []
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            folder, _, last = name.removeprefix(ROOT).partition("/")
            is_picture = re.fullmatch(r"(?!\._)[^/]+\.(png|jpe?g|gif|bmp|webp)", last, re.IGNORECASE)
            if name.startswith(ROOT) and is_picture:
                files.append(io.BytesIO(archive.read(name)))
                labels.append(classes[label_of(folder)])
    pixels = grey(files).astype(np.float64)
    return np.rint(pixels / FULL_INK * 255).astype(np.uint8), np.array(labels, dtype=np.uint8)

def image_in_header(names):
    """The image that a program took for names: it numbered the values that came again."""
    if all(name.startswith("X") for name in names if name.strip()):
        names = [name[1:] for name in names]
    seen, image = {}, []
    for name in names:
        base, _, number = name.rpartition(".")
        if base in seen and number == str(seen[base]):
            seen[base] += 1
            image.append(base)
        else:
            seen[name] = 1
            image.append(name)
    return image


def read_table(path):
    """The table's columns by their place, the label's as text."""
    options = dict(sep=TABLE["separator"], header=None, skipinitialspace=True)
    label = TABLE["label_column"]
    kinds = {} if label is None else {label: str}
    before = TABLE["num_lines_before"]
    skipped = before + (1 if TABLE["has_header"] or TABLE["is_first_mangled"] else 0)
    rows = pd.read_csv(
        path,
        decimal=TABLE["decimal"],
        skiprows=skipped,
        dtype=kinds,
        encoding="utf-8-sig",
        encoding_errors="replace",
        low_memory=False,
        **options,
    )
    if not TABLE["is_first_mangled"]:
        return rows
    options.update(nrows=1, skiprows=before, dtype=str, keep_default_na=False)
    names = pd.read_csv(path, **options).iloc[0]
    first = pd.DataFrame([image_in_header(list(names))])
    numbers = [column for column in first if column != label and first[column][0] != ""]
    first[numbers] = first[numbers].astype(float)
    return pd.concat([first, rows], ignore_index=True)


def load(path):
    """Pixels (rows, SIDE * SIDE) from 0 to 255 and labels (rows,), as the page read them."""
    rows = read_table(path)
    first, order = TABLE["first_pixel"], TABLE["pixel_columns"]
    columns = order or list(range(first, first + SIDE * SIDE))
    pixels = rows[columns].to_numpy(dtype=np.float64)
    pixels = np.rint(pixels / FULL_INK * 255).astype(np.uint8)
    if TABLE["one_hot_columns"]:
        columns = TABLE["one_hot_columns"]
        there = [at for at, column in enumerate(columns) if column is not None]
        ones = rows[[columns[at] for at in there]].to_numpy(dtype=np.uint8)
        labels = np.array(there)[ones.argmax(axis=1)]
    else:
        classes = {name: at for at, name in enumerate(LABELS)}
        labels = rows[TABLE["label_column"]].map(lambda text: classes[label_of(text)])
        labels = labels.to_numpy()
    return pixels, labels.astype(np.uint8)

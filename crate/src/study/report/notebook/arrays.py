def array_of(data):
    """An array out of the bytes of NumPy's file or an IDX file, packed or not."""
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    if data[:2] == b"PK":
        with np.load(io.BytesIO(data)) as arrays:
            return arrays[arrays.files[0]]
    if data[:6] == b"\x93NUMPY":
        return np.load(io.BytesIO(data))
    num_axes = data[3]
    shape = np.frombuffer(data, ">u4", num_axes, offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * num_axes).reshape(shape)


def load(path):
    """Pixels (rows, SIDE * SIDE) from 0 to 255 and labels (rows,), as the page read them."""
    if IS_ARCHIVE:
        with zipfile.ZipFile(path) as archive:
            parts = [archive.read(name) for name in FILES]
    else:
        parts = [path.with_name(name).read_bytes() for name in FILES]
    images, truth = map(array_of, parts)
    pixels = images.reshape(len(images), SIDE * SIDE).astype(np.float64)
    pixels = np.rint(pixels / FULL_INK * 255).astype(np.uint8)
    if truth.size > len(truth):
        truth = truth.argmax(axis=1)
    classes = {name: at for at, name in enumerate(LABELS)}
    labels = [classes[label_of(label)] for label in truth.ravel()]
    return pixels, np.array(labels, dtype=np.uint8)

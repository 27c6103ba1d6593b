def opened(path):
    """The table's file: of an archive, the table that is trained on; else the file itself."""
    if not zipfile.is_zipfile(path):
        return path
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if not name.startswith("__MACOSX/")]
        tables = [name for name in names if re.search(r"\.(csv|tsv)$", name, re.IGNORECASE)]
        for pattern in [r"(^|/)train\.csv$", r"train[^/]*$", ""]:
            found = [name for name in tables if re.search(pattern, name, re.IGNORECASE)]
            if len(found) == 1:
                return io.BytesIO(archive.read(found[0]))
    raise ValueError(f"no table to train on among {names}")

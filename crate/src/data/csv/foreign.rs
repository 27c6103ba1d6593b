//! Files that are no CSV, told by how they begin.

use super::SHAPE;
use crate::error::{Error, Result};

/// Refuses a file whose first line shows that it is no CSV at all.
pub(super) fn refuse_foreign_file(first_line: &[u8]) -> Result<()> {
    let Some(kind) = foreign_kind(first_line) else {
        return Ok(());
    };
    let remedy = REMEDIES
        .iter()
        .find(|(start, _)| first_line.starts_with(start))
        .map_or("", |(_, remedy)| remedy);
    let expected = format!("a CSV file with {SHAPE}{remedy}");
    Err(Error::data("row 1", kind, expected))
}

/// What to do with what packs others.
const UNPACK: &str = ": unpack it, and pick what was in it";

/// What to do with files that hold pictures in another form.
const REMEDIES: [(&[u8], &str); 10] = [
    (b"\x28\xb5\x2f\xfd", UNPACK),
    (b"\xfd7zXZ", UNPACK),
    (b"BZh", UNPACK),
    (b"7z\xbc\xaf", UNPACK),
    (b"Rar!", UNPACK),
    (
        b"PAR1",
        ": in Python, read it with pandas.read_parquet and save its images and labels as \
         x_train and y_train with numpy.savez",
    ),
    (
        b"\xd0\xcf\x11\xe0",
        ": in Excel, save the sheet as CSV UTF-8",
    ),
    (
        b"\x89HDF",
        ": in Python, read it with h5py and save its images and labels as x_train and y_train \
         with numpy.savez",
    ),
    (
        b"MATLAB",
        ": in Python, read it with scipy.io.loadmat and save its images and labels as x_train \
         and y_train with numpy.savez",
    ),
    (
        b"\x80",
        ": in Python, load it with pickle and save its images and labels as x_train and y_train \
         with numpy.savez",
    ),
];

/// What a file is that begins with `start` and is no CSV; `None` if it may be one.
fn foreign_kind(start: &[u8]) -> Option<String> {
    const MAGIC: [(&[u8], &str); 21] = [
        (b"\x1f\x8b", "a gzip file"),
        (b"PK\x03\x04", "a zip archive (or an Excel workbook)"),
        (b"PK\x05\x06", "an empty zip archive"),
        (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
        (b"7z\xbc\xaf", "a 7-Zip archive"),
        (b"Rar!", "a RAR archive"),
        (b"BZh", "a bzip2 file"),
        (b"\xfd7zXZ", "an xz file"),
        (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
        (b"\x89PNG", "a PNG image"),
        (b"\xff\xd8\xff", "a JPEG image"),
        (b"GIF8", "a GIF image"),
        (b"%PDF", "a PDF document"),
        (b"PAR1", "a Parquet file"),
        (b"ARROW1", "an Arrow file"),
        (b"\x89HDF", "an HDF5 file"),
        (b"MATLAB", "a MATLAB file"),
        (b"\x80\x03", "a Python pickle"),
        (b"\x80\x04", "a Python pickle"),
        (b"\x80\x05", "a Python pickle"),
        (
            b"version https://git-lfs",
            "a Git LFS pointer, not the file it stands for",
        ),
    ];
    if let Some((_, kind)) = MAGIC.iter().find(|(magic, _)| start.starts_with(magic)) {
        return Some((*kind).to_owned());
    }
    if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
        return Some("text in UTF-16: save it as UTF-8".to_owned());
    }
    if let Some(at) = start
        .iter()
        .position(|&byte| byte < b' ' && !b"\t\n\r".contains(&byte))
    {
        return Some(format!(
            "binary data (byte 0x{:02x} at position {})",
            start[at],
            at + 1
        ));
    }
    let text = start
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(start)
        .trim_ascii_start();
    match text.first() {
        Some(b'<') => Some("a web page or XML".to_owned()),
        Some(b'{' | b'[') => Some("JSON".to_owned()),
        _ => None,
    }
}

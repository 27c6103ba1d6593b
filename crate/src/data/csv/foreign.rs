//! Files that are no CSV, told by how they begin.

use super::columns::SHAPE;
use crate::error::{Error, Result};

/// Refuses a file whose first line that holds anything, line `row`, shows that it is no CSV
/// at all.
pub(super) fn refuse_foreign_file(first_line: &[u8], row: u64) -> Result<()> {
    let Some(kind) = foreign_kind(first_line) else {
        return Ok(());
    };
    let remedy = REMEDIES.iter().find(|(named, _)| kind.contains(named));
    let remedy = remedy.map_or("", |(_, remedy)| remedy);
    let expected = format!("a CSV file with {SHAPE}{remedy}");
    Err(Error::data(format!("row {row}"), kind, expected))
}

/// What to do with what packs others.
const UNPACK: &str = ": unpack it, and pick what was in it";
/// What to do with files of tables that pandas reads: how is said before.
macro_rules! by_pandas {
    ($read:literal) => {
        concat!(
            ": in Python, save pandas.",
            $read,
            ".to_csv(\"train.csv\", index=False)"
        )
    };
}
/// What to do with files of arrays: how they are read is said before.
macro_rules! as_arrays {
    ($read:literal) => {
        concat!(
            ": in Python, ",
            $read,
            " and save its images and labels as x_train and y_train with numpy.savez"
        )
    };
}

/// What to do with files that hold pictures in another form, by what they are called.
const REMEDIES: [(&str, &str); 19] = [
    ("a gzip file", ": it is packed twice, unpack it once"),
    ("Zstandard", UNPACK),
    ("an xz file", UNPACK),
    ("bzip2", UNPACK),
    ("7-Zip", UNPACK),
    ("RAR", UNPACK),
    ("a tar archive", UNPACK),
    (
        "data of R",
        ": in R, save the table with write.csv(table, \"train.csv\", row.names = FALSE)",
    ),
    (
        "UTF-16",
        ": in Excel, save the sheet as CSV UTF-8; in an editor, save the file as UTF-8",
    ),
    ("Parquet", as_arrays!("read it with pandas.read_parquet")),
    ("old Excel", ": in Excel, save the sheet as CSV UTF-8"),
    ("HDF5", as_arrays!("read it with h5py")),
    ("MATLAB", as_arrays!("read it with scipy.io.loadmat")),
    ("pickle", as_arrays!("load it with pickle")),
    (
        "ARFF",
        by_pandas!("DataFrame(scipy.io.arff.loadarff(path)[0])"),
    ),
    ("Arrow", by_pandas!("read_feather(path)")),
    ("JSON", as_arrays!("read it with pandas.read_json")),
    (
        "web page",
        ": where it was downloaded, sign in and download it again",
    ),
    ("Git LFS", ": download the file itself"),
];

/// What a file is that begins with `start` and is no CSV; `None` if it may be one.
fn foreign_kind(start: &[u8]) -> Option<String> {
    const MAGIC: [(&[u8], &str); 24] = [
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
        (b"FEA1", "an Arrow file"),
        (b"RDX2", "data of R"),
        (b"RDX3", "data of R"),
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
    if start.get(257..262) == Some(b"ustar") {
        return Some("a tar archive".to_owned());
    }
    // Each letter of the first names has a zero beside it.
    let has_zeros = |first: usize| {
        let zeros = start.iter().skip(first).step_by(2).take(8);
        start.len() >= 16 && zeros.copied().eq([0; 8])
    };
    let is_marked = start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff");
    if is_marked || has_zeros(0) || has_zeros(1) {
        return Some("text in UTF-16".to_owned());
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
    let is_arff = text
        .get(..9)
        .is_some_and(|word| word.eq_ignore_ascii_case(b"@relation"));
    match text.first() {
        _ if is_arff => Some("an ARFF file".to_owned()),
        Some(b'<') => Some("a web page or XML".to_owned()),
        Some(b'{' | b'[') => Some("JSON".to_owned()),
        _ => None,
    }
}

//! Data sets from files: plain, gzip or zip, told by their first bytes, and of an archive
//! the entries that the page would take (`www/worker/archive.js`).

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use zip::ZipArchive;

use super::fault::{Fault, Result};
use super::gzip::Members;
use crate::data::Dataset;
use crate::data::csv::Outcome;
use crate::data::reader::DatasetReader;
use crate::message::DataSummary;

/// No MNIST-like file comes near this; a bomb does.
const MAX_UNPACKED_BYTES: u64 = 2 << 30;
const CHUNK: usize = 1 << 20;

/// A data set and its summary, which knows what was understood of the file.
pub(super) struct Loaded {
    pub(super) dataset: Dataset,
    pub(super) summary: DataSummary,
}

/// Reads one file, or two of images and labels. `label_column` answers what a table may
/// ask: the column of the labels from 1, 0 for none.
pub(super) fn load(
    paths: &[String],
    wants_test: bool,
    label_column: Option<u32>,
) -> Result<Loaded> {
    let first = paths
        .first()
        .ok_or_else(|| Fault::found("--data", "no file", "one or two"))?;
    let mut reader = DatasetReader::new(name_of(first));
    if let Some(column) = label_column {
        reader.answer(column);
    }
    let mut entries = Vec::new();
    let mut left_out = Vec::new();
    let mut is_first = true;
    for path in paths {
        let mut file = open(path)?;
        let mut magic = Vec::new();
        let head = (&mut file).take(4).read_to_end(&mut magic);
        head.map_err(|error| Fault::file(path, &error))?;
        if !magic.starts_with(b"PK\x03\x04") && !magic.starts_with(b"PK\x05\x06") {
            if !is_first {
                reader.next_file(name_of(path))?;
            }
            is_first = false;
            let whole = magic.as_slice().chain(file);
            if magic.starts_with(&[0x1f, 0x8b]) {
                push(&mut reader, Members::new(whole), path, "gzip")?;
            } else {
                push(&mut reader, whole, path, "")?;
            }
            continue;
        }
        let broken = |error: zip::result::ZipError| Fault::input(format!("{path}: {error}"));
        let mut archive = ZipArchive::new(open(path)?).map_err(broken)?;
        let names: Vec<String> = archive.file_names().map(Into::into).collect();
        let chosen = chosen_entries(&names, wants_test)
            .map_err(|why| Fault::input(format!("{path}, {why}")))?;
        if !wants_test {
            left_out.extend(left_out_note(&names, &chosen));
        }
        // Two files of one archive are called after it, as one is.
        if is_first && chosen.len() > 1 {
            reader.call_it(name_of(path));
            entries.clone_from(&chosen);
        }
        for name in &chosen {
            if !is_first {
                reader.next_file(name.as_str())?;
            }
            is_first = false;
            let entry = archive.by_name(name).map_err(broken)?;
            push(&mut reader, entry, path, "zip")?;
        }
    }
    match reader.finish_or_ask()? {
        Outcome::Read(dataset, mut source) => {
            source.entries = entries;
            source.understood.extend(left_out);
            let summary = DataSummary {
                source: *source,
                ..dataset.summary()
            };
            Ok(Loaded { dataset, summary })
        }
        Outcome::Asked(question) => {
            let words: Vec<String> = question
                .readings
                .iter()
                .map(|reading| {
                    format!(
                        "--label-column {} for {}",
                        reading.label_column, reading.words
                    )
                })
                .collect();
            Err(Fault::input(format!(
                "{first}: its labels may stand in several places; say which with {}",
                words.join(", or ")
            )))
        }
    }
}

fn open(path: &str) -> Result<BufReader<File>> {
    let file = File::open(path).map_err(|error| Fault::file(path, &error))?;
    Ok(BufReader::with_capacity(CHUNK, file))
}

/// A path's last part, which data sets are called by.
pub(super) fn name_of(path: &str) -> String {
    let name = Path::new(path).file_name();
    name.map_or(path.into(), |name| name.to_string_lossy().into_owned())
}

/// `packed` is what packs the file; empty where nothing does.
fn push(reader: &mut DatasetReader, from: impl Read, path: &str, packed: &str) -> Result<()> {
    let mut from = from.take(MAX_UNPACKED_BYTES + 1);
    let mut chunk = vec![0; CHUNK];
    let mut num_bytes = 0;
    loop {
        let count = match from.read(&mut chunk) {
            Ok(0) => return Ok(()),
            Ok(count) => count,
            Err(error) if packed.is_empty() => return Err(Fault::file(path, &error)),
            Err(error) => return Err(broken_packing(path, packed, &error)),
        };
        num_bytes += count as u64;
        if num_bytes > MAX_UNPACKED_BYTES {
            let expected = format!("at most {MAX_UNPACKED_BYTES}; MNIST as a table is 77 MB");
            return Err(Fault::found(path, "more bytes once unpacked", &expected));
        }
        reader.push(&chunk[..count])?;
        if reader.is_asking() {
            return Ok(());
        }
    }
}

/// What is wrong with packed data, in the page's words.
fn broken_packing(path: &str, packed: &str, error: &std::io::Error) -> Fault {
    let is_cut = error.kind() == std::io::ErrorKind::UnexpectedEof
        || error.to_string().contains("incomplete");
    let (found, state) = match is_cut {
        true => (
            format!("the end of the file inside the {packed} data"),
            "incomplete",
        ),
        false => (format!("broken {packed} data ({error})"), "damaged"),
    };
    let expected = format!("{packed} data to its end; the file is {state}, download it again");
    Fault::found(path, &found, &expected)
}

/// What is said of the data in an archive that are not read.
fn left_out_note(names: &[String], chosen: &[String]) -> Option<String> {
    let is_data = |name: &&String| {
        let is_table = [".csv", ".tsv", ".npy", ".parquet"];
        let lower = name.to_ascii_lowercase();
        let is_data = is_idx(name) || is_table.iter().any(|ending| lower.ends_with(ending));
        is_data && !name.starts_with("__MACOSX/") && !chosen.contains(name)
    };
    let others: Vec<&String> = names.iter().filter(is_data).collect();
    let first = name_of(others.first()?);
    Some(match others.len() {
        1 => format!("{first} left out"),
        2 => format!("{first} and 1 other file left out"),
        count => format!("{first} and {} other files left out", count - 1),
    })
}

/// What of an archive is read: one table, or one or two files of images and labels.
fn chosen_entries(names: &[String], wants_test: bool) -> std::result::Result<Vec<String>, String> {
    let is_data = |name: &&String| !name.starts_with("__MACOSX/") && !name.ends_with('/');
    let entries: Vec<&String> = names.iter().filter(is_data).collect();
    let ends = |name: &str, ending: &str| name.to_ascii_lowercase().ends_with(ending);
    let tables: Vec<&String> = entries
        .iter()
        .filter(|name| ends(name, ".csv") || ends(name, ".tsv"))
        .copied()
        .collect();
    if tables.is_empty() {
        for is_kind in [is_npy as fn(&str) -> bool, is_idx] {
            let files: Vec<&str> = entries
                .iter()
                .map(|name| name.as_str())
                .filter(|name| is_kind(name))
                .collect();
            if let Some(pair) = pair_of(&files, wants_test) {
                return Ok(pair);
            }
        }
    }
    let half = if wants_test { "test" } else { "train" };
    let base = |name: &str| name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    let exact = |name: &&&String| base(name) == format!("{half}.csv");
    let alike = |name: &&&String| base(name).contains(half);
    let lists: [Vec<&&String>; 3] = [
        tables.iter().filter(exact).collect(),
        tables.iter().filter(alike).collect(),
        tables.iter().collect(),
    ];
    match lists.iter().find(|list| list.len() == 1) {
        Some(list) => Ok(vec![(**list[0]).clone()]),
        None => {
            let sheets = ["xl/workbook.xml", "content.xml"];
            if entries.iter().any(|name| sheets.contains(&name.as_str())) {
                return Err("file: found a spreadsheet, expected its sheet as CSV UTF-8".into());
            }
            let shown: Vec<&str> = entries.iter().take(5).map(|name| name.as_str()).collect();
            Err(format!(
                "archive: found the entries {}, expected train.csv, or one .csv file, or arrays \
                 as in Keras' mnist.npz; folders of pictures are for the page",
                shown.join(", ")
            ))
        }
    }
}

fn is_npy(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".npy")
}

fn is_idx(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let kinds = ["idx1-ubyte", "idx3-ubyte", "idx1.ubyte", "idx3.ubyte"];
    kinds.iter().any(|kind| name.ends_with(kind))
}

/// Images and their labels, of the wanted half where there are two; as `archive.js` tells
/// them by their names.
fn pair_of(files: &[&str], wants_test: bool) -> Option<Vec<String>> {
    const IMAGES: [&str; 9] = [
        "x", "img", "imgs", "image", "images", "data", "pixels", "features", "arr0",
    ];
    const LABELS: [&str; 7] = [
        "y", "label", "labels", "target", "targets", "classes", "arr1",
    ];
    if let [one] = files {
        return Some(vec![(*one).into()]);
    }
    let parts = |name: &str| -> Vec<String> {
        let base = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
        let stem = base.replace("arr_", "arr").replace(".npy", "");
        stem.split(['_', '-', '.']).map(Into::into).collect()
    };
    let is_test = |name: &str| {
        let words = parts(name);
        words
            .iter()
            .any(|word| ["test", "t10k", "testing"].contains(&&**word))
    };
    let is_train = |name: &str| {
        let words = parts(name);
        words
            .iter()
            .any(|word| ["train", "training"].contains(&&**word))
    };
    let has = |name: &str, among: &[&str], kind: &str| {
        let words = parts(name);
        words
            .iter()
            .any(|word| among.contains(&&**word) || word.starts_with(kind))
    };
    let has_halves = files.iter().any(|name| is_test(name) || is_train(name));
    let of_half = |test: bool| -> Vec<&str> {
        let wanted =
            |name: &&&str| !has_halves || if test { is_test(name) } else { is_train(name) };
        files.iter().filter(wanted).copied().collect()
    };
    let wanted = of_half(wants_test);
    let wanted = if wanted.is_empty() {
        of_half(false)
    } else {
        wanted
    };
    let is_labels = |name: &str| has(name, &LABELS, "idx1");
    let labels: Vec<&str> = wanted
        .iter()
        .filter(|name| is_labels(name))
        .copied()
        .collect();
    let images: Vec<&str> = wanted
        .iter()
        .filter(|name| !is_labels(name) && has(name, &IMAGES, "idx3"))
        .copied()
        .collect();
    (images.len() == 1 && labels.len() <= 1).then(|| {
        images
            .iter()
            .chain(&labels)
            .map(|&name| name.into())
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(names: &[&str], wants_test: bool) -> std::result::Result<Vec<String>, String> {
        let names: Vec<String> = names.iter().map(|&name| name.into()).collect();
        chosen_entries(&names, wants_test)
    }

    #[test]
    fn packed_data_that_are_cut_or_broken_are_told_apart() {
        use std::io::Write;
        let table = format!("7{},0\n", ",9".repeat(783));
        let packed = |text: &str| {
            let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            writer.write_all(text.as_bytes()).unwrap();
            writer.finish().unwrap()
        };
        let read = |bytes: &[u8]| {
            let mut reader = DatasetReader::new("a.gz");
            push(&mut reader, Members::new(bytes), "a.gz", "gzip")
                .map_err(|fault| fault.to_string())?;
            Ok::<usize, String>(reader.finish().unwrap().num_rows())
        };
        let one = packed(&table);
        assert_eq!(read(&[&one[..], &packed(&table)].concat()), Ok(2));
        // As gzip(1) reads it.
        for count in [1, 8, 2000] {
            let padded = [&one[..], &one, &vec![0; count]].concat();
            assert_eq!(read(&padded), Ok(2), "{count} zeros");
        }
        let within = read(&[&one[..], &[0; 5], &one].concat()).unwrap_err();
        assert!(
            within.starts_with("a.gz: found broken gzip data ("),
            "{within}"
        );
        let cut = "a.gz: found the end of the file inside the gzip data, expected gzip data to its \
                   end; the file is incomplete, download it again";
        for length in [one.len() / 2, one.len() - 5] {
            assert_eq!(read(&one[..length]).unwrap_err(), cut, "{length} bytes");
        }
        let junk = read(&[&one[..], b"junk and more junk"].concat()).unwrap_err();
        assert!(junk.starts_with("a.gz: found broken gzip data ("), "{junk}");
        assert!(
            junk.ends_with("the file is damaged, download it again"),
            "{junk}"
        );
    }

    // The cases of tests/unit/archive.test.mjs, in kind.
    #[test]
    fn an_archive_gives_the_entries_that_the_page_takes() {
        let keras = ["x_test.npy", "x_train.npy", "y_train.npy", "y_test.npy"];
        assert_eq!(
            chosen(&keras, false).unwrap(),
            ["x_train.npy", "y_train.npy"]
        );
        assert_eq!(chosen(&keras, true).unwrap(), ["x_test.npy", "y_test.npy"]);
        let kaggle = [
            "test.csv",
            "sample_submission.csv",
            "train.csv",
            "__MACOSX/train.csv",
        ];
        assert_eq!(chosen(&kaggle, false).unwrap(), ["train.csv"]);
        assert_eq!(chosen(&kaggle, true).unwrap(), ["test.csv"]);
        let left = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|&name| name.into()).collect();
            left_out_note(&names, &chosen_entries(&names, false).unwrap())
        };
        assert_eq!(left(&["x.npy", "y.npy"]), None);
        assert_eq!(
            left(&["x.npy", "y.npy", "ids.npy"]).as_deref(),
            Some("ids.npy left out")
        );
        assert_eq!(
            left(&kaggle).as_deref(),
            Some("test.csv and 1 other file left out")
        );
        let mnist = [
            "t10k-images.idx3-ubyte",
            "t10k-labels.idx1-ubyte",
            "train-images-idx3-ubyte",
            "train-labels-idx1-ubyte",
        ];
        assert_eq!(chosen(&mnist, false).unwrap(), mnist[2..]);
        assert_eq!(chosen(&mnist, true).unwrap(), mnist[..2]);
        assert_eq!(chosen(&["arr_0.npy", "arr_1.npy"], false).unwrap().len(), 2);
        assert!(
            chosen(&["a.csv", "b.csv"], false)
                .unwrap_err()
                .contains("a.csv, b.csv")
        );
    }
}

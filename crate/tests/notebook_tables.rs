//! The notebook's loader reads what the page read: the cell that reads the data, run with
//! pandas on each of the tables, gives the page's pixels and labels. Where there is no
//! Python with pandas, its text alone is looked at, and that is said.
//!
//! Over 400 lines: a kind of file a test, each with the script that writes it.
#![cfg(not(target_family = "wasm"))]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use inkling::data::csv::{CsvReader, Outcome};
use inkling::data::{Dataset, change::changed};
use inkling::message::{DataChange, DataSource, DataSummary, Factor};
use inkling::study::report::write_report;
use serde_json::Value;

use crate::table_files::{Expected, files};

/// What the page makes of a table; a question is answered by its likeliest reading.
fn read(text: &[u8]) -> Option<(Dataset, DataSource)> {
    let outcome = |answer: Option<u32>| {
        let mut reader = CsvReader::new("table.csv");
        if let Some(answer) = answer {
            reader.answer(answer);
        }
        reader.push(text).ok()?;
        reader.finish_or_ask().ok()
    };
    match outcome(None)? {
        Outcome::Read(data, source) => Some((data, *source)),
        Outcome::Asked(question) => match outcome(Some(question.readings[0].label_column))? {
            Outcome::Read(data, source) => Some((data, *source)),
            Outcome::Asked(_) => None,
        },
    }
}

/// The notebook's first cell of code up to where it draws, for these data.
fn loading_cell(data: &Dataset, source: DataSource) -> String {
    let summary = data.summary();
    loading_cell_of(DataSummary { source, ..summary })
}

fn loading_cell_of(data: DataSummary) -> String {
    let mut record = crate::studies::study(Factor::LearningRate, "0.1, 0.2");
    record.data = data;
    let notebook = write_report(&crate::studies::request(record)).analysis_ipynb;
    let notebook: Value = serde_json::from_str(&notebook).unwrap();
    let cells = notebook["cells"].as_array().unwrap();
    let code = cells.iter().find(|cell| cell["cell_type"] == "code");
    let lines = code.unwrap()["source"].as_array().unwrap();
    let text: String = lines.iter().map(|line| line.as_str().unwrap()).collect();
    let (text, _) = text.split_once("print(f\"{len(labels)").unwrap();
    // Neither is needed to read a table, and neither may be there.
    let needed = text.lines().filter(|line| {
        !["matplotlib", "torch", "sklearn", "tqdm"]
            .iter()
            .any(|name| line.contains(name))
    });
    needed.map(|line| line.to_owned() + "\n").collect()
}

/// Python with pandas, from INKLING_PYTHON or the path.
fn python() -> Option<String> {
    let names = [std::env::var("INKLING_PYTHON").ok(), Some("python3".into())];
    names.into_iter().flatten().find(|name| {
        let found = Command::new(name).args(["-c", "import pandas"]).output();
        found.is_ok_and(|output| output.status.success())
    })
}

fn run(python: &str, folder: &Path, cell: &str) -> Vec<u8> {
    let print = "\nimport sys\nassert pixels.dtype == np.uint8\nsys.stdout.buffer.write(\
                 bytes(np.asarray(labels, dtype=np.uint8)) + np.ascontiguousarray(pixels).tobytes())\n";
    fs::write(folder.join("cell.py"), format!("{cell}{print}")).unwrap();
    let output = Command::new(python)
        .arg("cell.py")
        .current_dir(folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}\n{cell}");
    output.stdout
}

fn new_folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("inkling-tables-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn the_notebook_reads_each_table_as_the_page_did() {
    let python = python();
    if python.is_none() {
        println!("no Python with pandas here: the cells are not run, only looked at");
    }
    let folder = new_folder();
    let mut num_read = 0;
    for (name, text, expected) in files() {
        if matches!(expected, Expected::Bare(_) | Expected::Refused(_)) {
            continue;
        }
        let (data, source) = read(&text).unwrap_or_else(|| panic!("{name} is read"));
        if !data.has_labels() {
            continue;
        }
        num_read += 1;
        let cell = loading_cell(&data, source.clone());
        let is_usual = cell.contains("has_header = pd.isna(");
        let is_by_columns = cell.contains("TABLE = dict(");
        assert!(
            is_usual != is_by_columns,
            "{name}: one way of reading\n{cell}"
        );
        let table = source.table.unwrap();
        if let (true, Some(column)) = (is_by_columns, table.label_column) {
            assert!(
                cell.contains(&format!("label_column={column},")),
                "{name}\n{cell}"
            );
        }
        if let Some(python) = &python {
            fs::write(folder.join("table.csv"), &text).unwrap();
            let found = run(python, &folder, &cell);
            fs::remove_file(folder.join("table.csv")).unwrap();
            assert!(
                found == [data.labels(), data.pixels()].concat(),
                "{name}\n{cell}"
            );
        }
    }
    fs::remove_dir_all(&folder).unwrap();
    assert!(num_read >= 60, "{num_read} tables");
}

#[test]
fn the_notebook_changes_what_the_page_changed() {
    let Some(python) = python() else {
        println!("no Python with pandas here: nothing is run");
        return;
    };
    let folder = new_folder().join("changes");
    fs::create_dir_all(&folder).unwrap();
    let (_, text, _) = files()
        .into_iter()
        .find(|(name, ..)| *name == "Fashion-MNIST")
        .unwrap();
    let text = String::from_utf8(text).unwrap();
    let twice = format!("{text}{}", text.split_once('\n').unwrap().1);
    let (data, mut source) = read(twice.as_bytes()).unwrap();
    fs::write(folder.join("table.csv"), &twice).unwrap();
    let mut data = data;
    for change in [
        DataChange::Invert,
        DataChange::Transpose,
        DataChange::DropRepeats,
    ] {
        data = changed(&data, change).unwrap();
        source.changes.push(change);
        let cell = loading_cell(&data, source.clone());
        assert!(run(&python, &folder, &cell) == [data.labels(), data.pixels()].concat());
    }
    // Pixels that are counted to 15.
    let (header, rows) = text.split_once('\n').unwrap();
    let faint = |line: &str| {
        let (label, pixels) = line.split_once(',').unwrap();
        let pixels = pixels
            .split(',')
            .map(|pixel| pixel.parse::<u32>().unwrap() / 17);
        let pixels: Vec<String> = pixels.map(|pixel| pixel.to_string()).collect();
        format!("{label},{}\n", pixels.join(","))
    };
    let text = format!("{header}\n{}", rows.lines().map(faint).collect::<String>());
    let (data, mut source) = read(text.as_bytes()).unwrap();
    fs::write(folder.join("table.csv"), &text).unwrap();
    let data = changed(&data, DataChange::Stretch).unwrap();
    assert_eq!(data.pixels().iter().max(), Some(&255));
    source.changes.push(DataChange::Stretch);
    assert!(run(&python, &folder, &loading_cell(&data, source)) == all_of(&data));
    fs::remove_dir_all(&folder).unwrap();
}

/// The cell for a file of another name than `table.csv`.
fn cell_of(name: &str, data: &Dataset, source: &DataSource, files: &[&str]) -> String {
    loading_cell_of(DataSummary {
        name: name.into(),
        source: DataSource {
            files: files.iter().map(|name| name.to_string()).collect(),
            ..source.clone()
        },
        ..data.summary()
    })
}

/// Arrays as IDX and as NumPy's own, beside each other and in archives; tables in archives.
const ARRAYS: &str = r#"
import gzip, zipfile
import numpy as np

pixels = np.fromfile("pixels.bin", dtype=np.uint8).reshape(-1, 28, 28)
labels = np.fromfile("labels.bin", dtype=np.uint8)

def idx(array):
    sizes = np.array(array.shape, dtype=">u4").tobytes()
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()

open("set-images-idx3-ubyte", "wb").write(idx(pixels))
gzip.open("set-labels-idx1-ubyte.gz", "wb").write(idx(labels))
np.save("x.npy", pixels)
np.save("y.npy", labels)
np.savez("one.npz", pixels)
np.savez("two.npz", x_train=pixels, y_train=labels)
with zipfile.ZipFile("idx.zip", "w") as archive:
    archive.writestr("set/train-images-idx3-ubyte", idx(pixels))
    archive.writestr("set/train-labels-idx1-ubyte", idx(labels))
table = open("rows.csv").read()
with zipfile.ZipFile("digit-recognizer.zip", "w") as archive:
    archive.writestr("__MACOSX/train.csv", "a shadow")
    archive.writestr("sample_submission.csv", "ImageId,Label\n1,0\n")
    archive.writestr("test.csv", "pixel0\n1\n")
    archive.writestr("train.csv", table)
gzip.open("rows.csv.gz", "wt").write(table)
"#;

#[test]
fn the_notebook_reads_pairs_and_archives_under_their_own_names() {
    let Some(python) = python() else {
        println!("no Python with pandas here: nothing is run");
        return;
    };
    let folder = new_folder().join("arrays");
    fs::create_dir_all(&folder).unwrap();
    let kaggles = |(name, ..): &(&str, Vec<u8>, Expected)| *name == "Kaggle's train.csv";
    let (_, text, _) = files().into_iter().find(kaggles).unwrap();
    let (data, source) = read(&text).unwrap();
    fs::write(folder.join("rows.csv"), &text).unwrap();
    fs::write(folder.join("pixels.bin"), data.pixels()).unwrap();
    fs::write(folder.join("labels.bin"), data.labels()).unwrap();
    fs::write(folder.join("write.py"), ARRAYS).unwrap();
    let wrote = Command::new(&python)
        .arg("write.py")
        .current_dir(&folder)
        .output()
        .unwrap();
    assert!(wrote.status.success(), "{wrote:?}");
    let arrays = DataSource {
        labels: source.labels.clone(),
        ..DataSource::default()
    };
    let within = |entries: [&str; 2]| DataSource {
        entries: entries.map(String::from).to_vec(),
        ..arrays.clone()
    };
    let idx = ["set-images-idx3-ubyte", "set-labels-idx1-ubyte.gz"];
    let in_zip = ["set/train-images-idx3-ubyte", "set/train-labels-idx1-ubyte"];
    for (name, cell) in [
        ("idx", cell_of(idx[0], &data, &arrays, &idx)),
        ("npy", cell_of("x.npy", &data, &arrays, &["x.npy", "y.npy"])),
        (
            "npz of one",
            cell_of("one.npz", &data, &arrays, &["one.npz", "y.npy"]),
        ),
        (
            "npz",
            cell_of(
                "two.npz",
                &data,
                &within(["x_train.npy", "y_train.npy"]),
                &[],
            ),
        ),
        (
            "idx in a zip",
            cell_of("idx.zip", &data, &within(in_zip), &[]),
        ),
        (
            "tables in a zip",
            cell_of("digit-recognizer.zip", &data, &source, &[]),
        ),
        (
            "a table packed",
            cell_of("rows.csv.gz", &data, &source, &[]),
        ),
        (
            "a table unpacked since",
            cell_of("table.csv.gz", &data, &source, &[]),
        ),
    ] {
        if name == "a table unpacked since" {
            fs::write(folder.join("table.csv"), &text).unwrap();
        }
        assert!(
            run(&python, &folder, &cell) == all_of(&data),
            "{name}\n{cell}"
        );
    }
    fs::remove_dir_all(&folder).unwrap();
}

/// Writes a zip of PNGs in a folder a class from `pixels.bin` (28 × 28 bytes an image) and
/// `labels.bin`, with what else such archives hold.
const PICTURES: &str = r#"
import io, zipfile
import numpy as np
from PIL import Image

pixels = np.fromfile("pixels.bin", dtype=np.uint8).reshape(-1, 28, 28)
labels = np.fromfile("labels.bin", dtype=np.uint8)
with zipfile.ZipFile("table.csv", "w") as archive:
    archive.writestr("set/readme.txt", "pictures")
    for half in ["train", "test"]:
        for at, (image, label) in enumerate(zip(pixels, labels)):
            file = io.BytesIO()
            Image.fromarray(image if half == "train" else 255 - image).save(file, "png")
            archive.writestr(f"set/{half}/{label}/{at}.png", file.getvalue())
    archive.writestr("set/train/3/._0.png", "a shadow")
"#;

#[test]
fn the_notebook_reads_folders_of_pictures() {
    let Some(python) = python_with("PIL") else {
        return;
    };
    let folder = new_folder().join("pictures");
    fs::create_dir_all(&folder).unwrap();
    let (data, source) = fashion();
    let source = DataSource {
        labels: source.labels,
        folders: Some("set/train/".into()),
        ..DataSource::default()
    };
    assert!(read_back(&python, &folder, &data, source, PICTURES) == all_of(&data));
    fs::remove_dir_all(&folder).unwrap();
}

/// White ink that alpha alone carries, and a picture without any among the others.
const CLEAR: &str = r#"
import io
import zipfile
import numpy as np
from PIL import Image

pixels = np.fromfile("pixels.bin", dtype=np.uint8).reshape(-1, 28, 28)
labels = np.fromfile("labels.bin", dtype=np.uint8)
with zipfile.ZipFile("table.csv", "w") as archive:
    for at, (image, label) in enumerate(zip(pixels, labels)):
        file = io.BytesIO()
        clear = np.stack([np.full_like(image, 255)] * 3 + [image], axis=-1)
        picture = Image.fromarray(clear) if at else Image.fromarray(image)
        picture.save(file, "png")
        archive.writestr(f"{label}/{at}.png", file.getvalue())
"#;

#[test]
fn the_notebook_lays_light_ink_on_black() {
    let Some(python) = python_with("PIL") else {
        return;
    };
    let folder = new_folder().join("clear");
    fs::create_dir_all(&folder).unwrap();
    let (data, source) = fashion();
    let source = DataSource {
        labels: source.labels,
        folders: Some(String::new()),
        ..DataSource::default()
    };
    assert!(read_back(&python, &folder, &data, source, CLEAR) == all_of(&data));
    fs::remove_dir_all(&folder).unwrap();
}

/// A Python with pandas and what else is asked for; said where there is none.
fn python_with(modules: &str) -> Option<String> {
    let has_all = |python: &String| {
        let import = format!("import {modules}");
        let output = Command::new(python).args(["-c", &import]).output();
        output.is_ok_and(|output| output.status.success())
    };
    let found = python().filter(has_all);
    if found.is_none() {
        println!("no Python with pandas, {modules} here: nothing is run");
    }
    found
}

/// Images in the form of Fashion-MNIST, and how they were read.
fn fashion() -> (Dataset, DataSource) {
    let (_, text, _) = files()
        .into_iter()
        .find(|(name, ..)| *name == "Fashion-MNIST")
        .unwrap();
    read(&text).unwrap()
}

fn all_of(data: &Dataset) -> Vec<u8> {
    [data.labels(), data.pixels()].concat()
}

/// What the cell reads once a script has written a file of these data.
fn read_back(
    python: &str,
    folder: &Path,
    data: &Dataset,
    source: DataSource,
    script: &str,
) -> Vec<u8> {
    fs::write(folder.join("pixels.bin"), data.pixels()).unwrap();
    fs::write(folder.join("labels.bin"), data.labels()).unwrap();
    fs::write(folder.join("write.py"), script).unwrap();
    let wrote = Command::new(python)
        .arg("write.py")
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(wrote.status.success(), "{wrote:?}");
    run(python, folder, &loading_cell(data, source))
}

/// Writes a Parquet file as Hugging Face stores `ylecun/mnist`.
const PARQUET: &str = r#"
import io
import numpy as np
import pandas as pd
from PIL import Image

pixels = np.fromfile("pixels.bin", dtype=np.uint8).reshape(-1, 28, 28)
labels = np.fromfile("labels.bin", dtype=np.uint8)

def png(image):
    file = io.BytesIO()
    Image.fromarray(image).save(file, "png")
    return {"bytes": file.getvalue(), "path": None}

frame = pd.DataFrame({"image": [png(image) for image in pixels], "label": labels.astype("int64")})
frame.to_parquet("table.csv")
"#;

#[test]
fn the_notebook_reads_parquet() {
    let Some(python) = python_with("PIL, pyarrow") else {
        return;
    };
    let folder = new_folder().join("parquet");
    fs::create_dir_all(&folder).unwrap();
    let (data, source) = fashion();
    let source = DataSource {
        labels: source.labels,
        columns: vec!["image".into(), "label".into()],
        ..DataSource::default()
    };
    assert!(read_back(&python, &folder, &data, source, PARQUET) == all_of(&data));
    fs::remove_dir_all(&folder).unwrap();
}

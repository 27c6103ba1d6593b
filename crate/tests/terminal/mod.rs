//! The program called as in a terminal, in a folder of a test's own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use inkling::data::{NUM_PIXELS, sample};

/// A folder of a test's own, empty.
pub fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("program")
        .join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

/// Digits drawn by a program, as Kaggle's table has them.
pub fn table(num_rows: usize, has_labels: bool) -> String {
    let (pixels, labels) = sample::generate(num_rows, 5);
    let mut text: String = if has_labels { "label," } else { "" }.into();
    let names: Vec<String> = (0..NUM_PIXELS).map(|n| format!("pixel{n}")).collect();
    text += &(names.join(",") + "\n");
    for (image, label) in pixels.chunks_exact(NUM_PIXELS).zip(&labels) {
        if has_labels {
            text += &format!("{label},");
        }
        let levels: Vec<String> = image.iter().map(u8::to_string).collect();
        text += &(levels.join(",") + "\n");
    }
    text
}

/// A folder that holds `train.csv`.
pub fn with_data(name: &str) -> PathBuf {
    let folder = folder(name);
    fs::write(folder.join("train.csv"), table(400, true)).unwrap();
    folder
}

/// Calls the program in a folder, with words that have no blanks in them.
pub fn call(folder: &Path, words: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_inkling"))
        .args(words.split(' '))
        .current_dir(folder)
        .output()
        .unwrap()
}

pub fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

pub fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

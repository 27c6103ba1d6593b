//! How hand-ins are packed: which entries of a zip are read, and what is said of one that
//! holds no report, or of a file that is no zip. Names and bytes are anyone's.

use super::printable;
use crate::message::HandInLimits;

/// A hand-in has some fifty pictures and nine texts.
pub const LIMITS: HandInLimits = HandInLimits {
    most_entries: 2000,
    most_packed: 256 << 20,
    most_unpacked: 64 << 20,
};

/// Names of the texts that are read, in the order of [`crate::message::HandInFiles`]' fields.
const TEXTS: [&str; 6] = [
    "metrics.json",
    "summary.csv",
    "metrics.csv",
    "analysis.ipynb",
    "report.md",
    "settings.json",
];

/// The folder in which a zip's report lies, such as `report/`: none where its files lie at
/// the top, or where several may be meant. Whoever packs a folder anew has one.
pub fn root_of(names: &[String]) -> &str {
    if names.iter().any(|name| name == TEXTS[0]) {
        return "";
    }
    match folders_of(names).as_slice() {
        [one] => one,
        _ => "",
    }
}

/// The folders that hold a report.
fn folders_of(names: &[String]) -> Vec<&str> {
    let main = TEXTS[0];
    // macOS puts a shadow of each file into an archive; older packers of Windows part a path
    // with `\`.
    let is_ours = |name: &&String| !name.starts_with("__MACOSX/");
    let folder = |name| str::strip_suffix(name, main).filter(|root| root.ends_with(['/', '\\']));
    let ours = names.iter().filter(is_ours);
    ours.filter_map(|name| folder(name.as_str())).collect()
}

/// The paths of the texts that are read, by those of all entries.
pub fn texts(names: &[String]) -> [String; 6] {
    let root = root_of(names);
    TEXTS.map(|name| format!("{root}{name}"))
}

/// Why a zip with these entries has no report, in words.
pub(super) fn no_report(names: &[String]) -> String {
    const EXPECTED: &str = "expected a report as Inkling makes it";
    let folders = folders_of(names);
    let zip = names.iter().find(|name| name.ends_with(".zip"));
    if folders.len() > 1 {
        let all: Vec<String> = folders.iter().take(3).map(|one| printable(one)).collect();
        let (num, all) = (folders.len(), all.join(", "));
        format!("found {num} reports ({all}), expected one a zip")
    } else if let Some(zip) = zip {
        let zip = printable(zip);
        format!("found no metrics.json but another zip, {zip}: unpack it and check that")
    } else {
        format!("found no metrics.json, {EXPECTED}")
    }
}

/// What files are called, each otherwise: by its name, or as much of its path as it takes.
pub fn distinct_names(paths: &[String]) -> Vec<String> {
    let parts: Vec<Vec<&str>> = paths
        .iter()
        .map(|path| {
            path.split(['/', '\\'])
                .filter(|part| !part.is_empty())
                .collect()
        })
        .collect();
    let tail = |at: usize, length: usize| {
        let all = &parts[at];
        all[all.len().saturating_sub(length)..].join("/")
    };
    let mut lengths = vec![1; paths.len()];
    loop {
        let names: Vec<String> = (0..paths.len()).map(|at| tail(at, lengths[at])).collect();
        let mut counts = std::collections::BTreeMap::<&str, usize>::new();
        for name in &names {
            *counts.entry(name).or_default() += 1;
        }
        let mut has_longer = false;
        for (at, name) in names.iter().enumerate() {
            if counts[name.as_str()] > 1 && lengths[at] < parts[at].len() {
                lengths[at] += 1;
                has_longer = true;
            }
        }
        if !has_longer {
            return names;
        }
    }
}

/// What a file is that is no zip, in words, by its size and how it begins.
pub fn no_zip(size: u64, head: &[u8]) -> String {
    let found = match head {
        [b'P', b'K', 3 | 5, 4 | 6, ..] => {
            return "found no whole zip: it begins as one, and is cut off or damaged; ask for it \
                    again"
                .into();
        }
        _ if size == 0 => "an empty file",
        [b'%', b'P', b'D', b'F', ..] => "a PDF",
        [b'R', b'a', b'r', b'!', ..] => "a RAR archive",
        [b'7', b'z', 0xbc, 0xaf, ..] => "a 7z archive",
        [0x1f, 0x8b, ..] => "a gzip file",
        [b'<', ..] => "a web page",
        [b'{', ..] => "JSON",
        _ => "a file of another kind, or a damaged one",
    };
    format!("found no whole zip but {found}, expected the zip that Inkling makes")
}

/// A text without the mark that some editors put before one.
pub(super) fn unmarked(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn strings(all: &[&str]) -> Vec<String> {
        all.iter().map(|one| (*one).into()).collect()
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_report_may_lie_in_one_folder() {
        let names = |all: &[&str]| texts(&strings(all))[0].clone();
        assert_eq!(names(&["a/metrics.json", "metrics.json"]), "metrics.json");
        let packed = [
            "r/metrics.json",
            "__MACOSX/r/metrics.json",
            "r/my_metrics.json",
        ];
        assert_eq!(names(&packed), "r/metrics.json");
        assert_eq!(names(&["a/metrics.json", "b/metrics.json"]), "metrics.json");
        assert_eq!(names(&["my_metrics.json"]), "metrics.json");
        assert_eq!(names(&["r\\metrics.json", "r\\a.csv"]), "r\\metrics.json");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_holds_no_report_is_named() {
        let why = |names: &[&str]| no_report(&strings(names));
        assert_eq!(
            why(&["a/metrics.json", "b/metrics.json"]),
            "found 2 reports (a/, b/), expected one a zip"
        );
        assert!(why(&["in/1004.zip"]).contains("another zip, in/1004.zip: unpack it"));
        assert!(why(&[]).starts_with("found no metrics.json, expected"));
        for (head, words) in [
            (&b""[..], "but an empty file, expected"),
            (b"%PDF-1.4", "but a PDF"),
            (b"PK\x03\x04..", "cut off or damaged; ask for it again"),
            (b"hello", "a file of another kind"),
        ] {
            let found = no_zip(head.len() as u64, head);
            assert!(
                found.starts_with("found no whole zip") && found.contains(words),
                "{found}"
            );
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn files_are_called_by_as_much_of_their_path_as_it_takes() {
        let paths = [
            "c/ann/r.zip",
            "c/ben/r.zip",
            "c/ann/1.zip",
            "d/ann/r.zip",
            "x.zip",
        ];
        let expected = ["c/ann/r.zip", "ben/r.zip", "1.zip", "d/ann/r.zip", "x.zip"];
        assert_eq!(distinct_names(&strings(&paths)), strings(&expected));
        let twice = strings(&["r.zip", "r.zip"]);
        assert_eq!(distinct_names(&twice), twice);
    }
}

//! What `inkling check` has trained so far, beside its results: a call that was cut short goes
//! on with what is missing. A line a run, appended as soon as it is over.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, create_dir_all};
use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::fault::{Fault, Result};
use super::files::read;
use crate::math::NUMERICS_VERSION;
use crate::message::TrainedAgain;

/// Of a run: trained on which data, to which bits, and what came of it.
#[derive(Serialize, Deserialize)]
struct Line {
    data: String,
    numerics_version: u32,
    again: TrainedAgain,
}

/// Runs that were trained again, by their keys, and where they are kept, if anywhere.
pub(super) struct Kept {
    data: String,
    file: Option<File>,
    pub(super) by_key: BTreeMap<String, TrainedAgain>,
}

impl Kept {
    /// Those of a folder that are of these data and bits; none without a folder.
    pub(super) fn open(folder: Option<&Path>, data: &str) -> Result<Self> {
        let mut kept = Self {
            data: data.into(),
            file: None,
            by_key: BTreeMap::new(),
        };
        let Some(folder) = folder else {
            return Ok(kept);
        };
        let path = folder.join("trained.jsonl");
        let shown = path.to_string_lossy();
        create_dir_all(folder).map_err(|error| Fault::file(&shown, &error))?;
        if path.exists() {
            let text = String::from_utf8_lossy(&read(&shown)?).into_owned();
            // A line that was cut off is a run that is trained again.
            let lines = text
                .lines()
                .filter_map(|line| serde_json::from_str(line).ok());
            let is_of_these =
                |line: &Line| line.data == data && line.numerics_version == NUMERICS_VERSION;
            for line in lines.filter(is_of_these) {
                kept.by_key.insert(line.again.key.clone(), line.again);
            }
        }
        let file = OpenOptions::new().create(true).append(true).open(&path);
        let mut file = file.map_err(|error| Fault::file(&shown, &error))?;
        // After one that was cut off the next begins on a line of its own.
        writeln!(file).map_err(|error| Fault::file(&shown, &error))?;
        kept.file = Some(file);
        Ok(kept)
    }

    /// Takes one more; only what came out is kept, for what failed may come out another time.
    pub(super) fn take(&mut self, again: TrainedAgain) -> Result<()> {
        if let (Some(file), Some(_)) = (&mut self.file, &again.result) {
            let line = Line {
                data: self.data.clone(),
                numerics_version: NUMERICS_VERSION,
                again: again.clone(),
            };
            let text = serde_json::json!(line).to_string();
            writeln!(file, "{text}").map_err(|error| Fault::file("trained.jsonl", &error))?;
        }
        self.by_key.insert(again.key.clone(), again);
        Ok(())
    }
}

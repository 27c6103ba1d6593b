//! The zip of a hand-in: its entries, and the texts that are judged. Anyone may have made
//! it: entries and sizes are bounded, and nothing of it is written anywhere.

use std::fs::File;
use std::io::{BufReader, Read, Seek};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::check::{LIMITS, no_zip, texts};
use crate::message::HandInFiles;

/// Reads a zip, which is to be called `name`.
///
/// # Errors
/// A sentence's second half: what was found and what was expected.
pub(super) fn read(path: &str, name: &str) -> Result<HandInFiles, String> {
    let said = |error: std::io::Error| error.to_string();
    let mut file = File::open(path).map_err(said)?;
    let size = file.metadata().map_err(said)?.len();
    let (most_packed, most_entries) = (LIMITS.most_packed, LIMITS.most_entries);
    if size > u64::from(most_packed) {
        return Err(format!(
            "found {size} bytes, expected at most {most_packed}"
        ));
    }
    let mut head = Vec::new();
    file.by_ref().take(8).read_to_end(&mut head).map_err(said)?;
    file.rewind().map_err(said)?;
    let archive = ZipArchive::new(BufReader::new(file));
    let mut archive = archive.map_err(|_| no_zip(size, &head))?;
    if archive.len() > most_entries as usize {
        let found = archive.len();
        return Err(format!(
            "found {found} entries, expected at most {most_entries}"
        ));
    }
    let names: Vec<String> = archive.file_names().map(String::from).collect();
    let wanted = texts(&names);
    let mut text = |at: usize| text_of(&mut archive, &wanted[at]);
    Ok(HandInFiles {
        zip: name.into(),
        metrics_json: text(0)?,
        summary_csv: text(1)?,
        metrics_csv: text(2)?,
        analysis_ipynb: text(3)?,
        report_md: text(4)?,
        settings_json: text(5)?,
        names,
    })
}

fn text_of(
    archive: &mut ZipArchive<BufReader<File>>,
    name: &str,
) -> Result<Option<String>, String> {
    let most = LIMITS.most_unpacked;
    let entry = match archive.by_name(name) {
        Ok(entry) => entry,
        Err(ZipError::FileNotFound) => return Ok(None),
        Err(ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED)) => {
            return Err(format!(
                "{name}: found an encrypted entry, expected one without password"
            ));
        }
        Err(ZipError::CompressionMethodNotSupported(method)) => {
            return Err(format!(
                "{name}: found compression method {method}, expected 0 (stored) or 8 (deflate)"
            ));
        }
        Err(error) => return Err(format!("{name}: {error}")),
    };
    let mut bytes = Vec::new();
    // The size that a zip claims is anyone's: what comes is counted.
    let read = entry.take(u64::from(most) + 1).read_to_end(&mut bytes);
    if read.is_err() {
        return Err(format!(
            "{name}: found damaged bytes; ask for the zip again"
        ));
    }
    if bytes.len() > most as usize {
        return Err(format!(
            "{name}: found more than {most} bytes once unpacked"
        ));
    }
    // Remarks that another editor kept in an encoding of its own spoil no figure.
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

//! What JavaScript calls to read files, and what it is asked on the way.

use std::rc::Rc;

use js_sys::Uint8Array;
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use super::Thrown;
use super::dataset::Dataset;
use crate::data::csv::Outcome;
use crate::data::question::Question;
use crate::data::reader;
use crate::error::Error;
use crate::message::ReadingChoice;

/// Images of a reading that are shown.
const MAX_SHOWN: usize = 10;

/// Reads files pushed in chunks: a table, or images and labels one after the other.
#[wasm_bindgen]
pub struct DatasetReader {
    inner: Option<reader::DatasetReader>,
    question: Option<Question>,
}

#[wasm_bindgen]
impl DatasetReader {
    /// A reader for a file of this name.
    #[wasm_bindgen(constructor)]
    pub fn new(name: &str) -> Self {
        Self {
            inner: Some(reader::DatasetReader::new(name)),
            question: None,
        }
    }

    /// Names the data set after the archive that holds its files.
    pub fn call_it(&mut self, name: &str) -> Result<(), Thrown> {
        self.inner()?.call_it(name);
        Ok(())
    }

    /// Answers, before the first bytes, what a table would ask: the column of the labels
    /// from 1, or 0 where there are none.
    pub fn answer(&mut self, label_column: u32) -> Result<(), Thrown> {
        self.inner()?.answer(label_column);
        Ok(())
    }

    /// Says how many bytes will come, unpacked, where that is known: memory is
    /// then set aside once.
    pub fn expect_bytes(&mut self, total_bytes: f64) -> Result<(), Thrown> {
        self.inner()?.expect_bytes(total_bytes as u64);
        Ok(())
    }

    /// Takes the next bytes; returns the rows read so far.
    pub fn push(&mut self, chunk: &[u8]) -> Result<u32, Thrown> {
        Ok(self.inner()?.push(chunk)?)
    }

    /// Whether there is a question already: more bytes change nothing.
    pub fn is_asking(&self) -> bool {
        self.inner
            .as_ref()
            .is_some_and(reader::DatasetReader::is_asking)
    }

    /// Begins the second of two files.
    pub fn next_file(&mut self, name: &str) -> Result<(), Thrown> {
        Ok(self.inner()?.next_file(name)?)
    }

    /// The data set, once all bytes are pushed; none where there is a question.
    pub fn finish(&mut self) -> Result<Option<Dataset>, Thrown> {
        let reader = self.inner.take().ok_or_else(finished)?;
        Ok(match reader.finish_or_ask()? {
            Outcome::Read(dataset, source) => Some(Dataset(Rc::new(dataset), *source)),
            Outcome::Asked(question) => {
                self.question = Some(question);
                None
            }
        })
    }

    /// The choices of the question that came in place of a data set; the likeliest first.
    pub fn choices(&self) -> Result<Vec<Ts<ReadingChoice>>, Thrown> {
        let readings = self.question.iter().flat_map(|asked| &asked.readings);
        let choices = readings.map(|reading| {
            let task = reading.sample.task();
            let labels = reading.sample.labels().iter().take(MAX_SHOWN);
            ReadingChoice {
                label_column: reading.label_column,
                words: reading.words.clone(),
                side: task.side() as u32,
                labels: labels
                    .map(|&label| task.classes()[usize::from(label)].clone())
                    .collect(),
            }
        });
        Ok(choices
            .map(|choice| choice.into_ts())
            .collect::<Result<_, _>>()?)
    }

    /// The first images as choice `index` would have them, side² pixels each.
    pub fn choice_pixels(&self, index: usize) -> Uint8Array {
        let question = self.question.as_ref();
        let Some(reading) = question.and_then(|asked| asked.readings.get(index)) else {
            return Uint8Array::new_with_length(0);
        };
        let num_bytes = MAX_SHOWN * reading.sample.task().num_pixels();
        let pixels = reading.sample.pixels();
        Uint8Array::from(&pixels[..pixels.len().min(num_bytes)])
    }

    fn inner(&mut self) -> Result<&mut reader::DatasetReader, Thrown> {
        self.inner.as_mut().ok_or_else(finished)
    }
}

fn finished() -> Thrown {
    Error::State("this reader has been finished".into()).into()
}

//! What the program says while it works: bars on a terminal, or a line of JSON an event.

use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use serde::Serialize;
use serde_json::{Value, json};

use crate::message::{EpochRecord, Event, RunResult};

/// Where reports go. Bars are drawn on stderr, and only where that is a terminal.
pub(super) struct Told {
    is_json: bool,
    bars: MultiProgress,
}

impl Told {
    pub(super) fn new(is_json: bool) -> Self {
        let bars = MultiProgress::new();
        if is_json {
            bars.set_draw_target(indicatif::ProgressDrawTarget::hidden());
        }
        Self { is_json, bars }
    }

    pub(super) fn is_json(&self) -> bool {
        self.is_json
    }

    /// A result, for a person or for a program.
    pub(super) fn say(&self, words: &str, value: &impl Serialize) {
        if self.is_json {
            self.line(&json!(value));
        } else if !words.is_empty() {
            self.bars.suspend(|| println!("{words}"));
        }
    }

    fn line(&self, value: &Value) {
        println!("{value}");
    }

    /// A bar alone, for work whose result is told in the end.
    pub(super) fn bar(&self, label: String) -> RunTold<'_> {
        RunTold {
            is_quiet: true,
            ..self.run(None, label)
        }
    }

    /// The report of a run; `run` counts from 1 within a study.
    pub(super) fn run(&self, run: Option<usize>, label: String) -> RunTold<'_> {
        let bar = self.bars.add(ProgressBar::new(0));
        let style = ProgressStyle::with_template("{prefix} {bar:30} {percent:>3} % {msg} {eta}");
        bar.set_style(style.expect("the template is one"));
        bar.set_prefix(label);
        bar.enable_steady_tick(Duration::from_millis(250));
        RunTold {
            told: self,
            run,
            bar,
            is_quiet: false,
        }
    }
}

/// The report of one run.
pub(super) struct RunTold<'a> {
    told: &'a Told,
    run: Option<usize>,
    bar: ProgressBar,
    /// Whether its events are nobody's but the bar's.
    is_quiet: bool,
}

impl RunTold<'_> {
    pub(super) fn hear(&self, event: &Event) {
        if self.told.is_json && !self.is_quiet {
            let mut value = json!(event);
            if let (Some(run), Some(fields)) = (self.run, value.as_object_mut()) {
                fields.insert("run".into(), run.into());
            }
            self.told.line(&value);
        }
        match event {
            Event::Progress(progress) => {
                self.bar.set_length(u64::from(progress.num_steps));
                self.bar.set_position(u64::from(progress.step));
            }
            Event::Epoch(epoch) => self.bar.set_message(epoch_words(epoch)),
            Event::Ended(_) => self.bar.finish_and_clear(),
        }
    }
}

fn epoch_words(epoch: &EpochRecord) -> String {
    format!(
        "epoch {}, validation {:.2} %",
        epoch.epoch,
        100.0 * epoch.validation_accuracy
    )
}

/// A run's end in a line.
pub(super) fn result_words(result: &RunResult) -> String {
    let outcome = match result.reason.as_str() {
        "" => format!("{:?}", result.outcome),
        reason => reason.into(),
    };
    format!(
        "{outcome} after {} steps: validation accuracy {:.2} %, loss {}, weights {}",
        result.num_steps,
        100.0 * result.validation_accuracy,
        result.validation_loss,
        result.weights_checksum
    )
}

//! From the figures of a study to a table and to sentences.
//!
//! Rules, not judgement: each sentence is a template that fires on a condition,
//! and carries the numbers it rests on. One value is called better than another
//! only where their difference exceeds the noise (see [`Noise`]), and the sentence says
//! which sources of chance were weighed.

mod crossed;
mod curves;
mod factors;
mod gap;
mod grid;
mod health;
mod next;
mod ranking;
mod sources;

pub(super) use sources::EXPLANATIONS;

use crate::message::{Factor, Insight, InsightNumber, StudyReading, StudyRecord};

use super::final_test;
use super::noise::{Comparison, Noise};
use super::record::derived;
use super::value::{Value, collect, figures};
use super::words::list;

/// The table and the sentences of a study as it stands; runs that have not
/// finished are left out of both and named.
pub fn read_study(record: &StudyRecord) -> StudyReading {
    let record = &derived(record);
    let values = collect(record);
    let ranked = ranked(&values);
    let noise = Noise::of(&ranked);
    let figures: Vec<_> = values
        .iter()
        .map(|value| figures(record, value, &noise))
        .collect();
    let winner = final_test::winner(record, &figures);
    let reader = Reader {
        record,
        factor: record.plan.factor,
        values: &values,
    };
    StudyReading {
        figures,
        insights: reader.read(&ranked, &noise),
        winner,
        final_test: final_test::sentences(record),
    }
}

/// The values that can be ranked, best first. One of which a run diverged, or stayed at
/// the chance level where another learned, has a mean of the lucky ones only.
fn ranked<'v, 'a>(values: &'v [Value<'a>]) -> Vec<&'v Value<'a>> {
    let mut ranked: Vec<(&Value<'a>, f64)> = values
        .iter()
        .filter(|value| value.num_diverged == 0 && value.num_stuck == 0)
        .filter_map(|value| Some((value, value.accuracy()?)))
        .collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    ranked.into_iter().map(|(value, _)| value).collect()
}

struct Reader<'v, 'a> {
    record: &'a StudyRecord,
    factor: Factor,
    values: &'v [Value<'a>],
}

impl<'a> Reader<'_, 'a> {
    fn read(&self, ranked: &[&Value<'a>], noise: &Noise) -> Vec<Insight> {
        let mut insights = Vec::new();
        self.winner(ranked, noise, &mut insights);
        self.swing(ranked, noise, &mut insights);
        self.selection(ranked, noise, &mut insights);
        self.noise(ranked, noise, &mut insights);
        self.divergence(&mut insights);
        self.health(ranked, noise, &mut insights);
        self.learning_curves(ranked, noise, &mut insights);
        match self.factor {
            Factor::LearningRate => self.rate_scaling(ranked, &mut insights),
            Factor::BatchSize => self.batch_size(noise, &mut insights),
            Factor::Dropout
            | Factor::InputDropout
            | Factor::WeightDecay
            | Factor::LabelSmoothing => self.regulariser(noise, &mut insights),
            Factor::LayerNorm => self.layer_norm(noise, &mut insights),
            Factor::HiddenLayers => self.size(noise, &mut insights),
            Factor::DropoutLayerNorm => self.crossed(noise, &mut insights),
            Factor::Optimiser | Factor::Momentum | Factor::Schedule => {
                self.at_one_rate(&mut insights);
            }
            Factor::TwoFactors => self.grid(noise, &mut insights),
            Factor::Activation | Factor::Initialisation | Factor::MaxNorm => {
                self.costs(&mut insights);
            }
        }
        self.missing(&mut insights);
        self.next(ranked, noise, &mut insights);
        insights
    }

    /// What a value is, as in "no single best …".
    fn one_of_them(&self) -> &'static str {
        match self.factor {
            Factor::TwoFactors => "pair",
            factor => factor.name(),
        }
    }

    /// A value within a list.
    fn tag(&self, value: &Value<'_>) -> String {
        match self.factor {
            Factor::HiddenLayers => format!("[{}]", value.label),
            Factor::DropoutLayerNorm => match value.label.split_once(", ") {
                Some((rate, "on")) => format!("dropout {rate} with normalisation"),
                Some((rate, _)) => format!("dropout {rate} without normalisation"),
                None => value.label.into(),
            },
            Factor::TwoFactors => format!("({})", value.label),
            _ => value.label.into(),
        }
    }

    /// A value as the subject of a sentence.
    fn subject(&self, value: &Value<'_>) -> String {
        self.factor.subject(value.label)
    }

    fn tags(&self, values: &[&Value<'_>]) -> String {
        list(
            &values
                .iter()
                .map(|value| self.tag(value))
                .collect::<Vec<_>>(),
        )
    }

    /// What the noise of a comparison weighs, as a sentence that can be repeated.
    fn weighed(&self, comparison: &Comparison) -> String {
        let seeds = match comparison.num_seeds {
            0 | 1 if comparison.is_short => "other training seeds, foretold widely since neither \
                                             one seed a value nor one or two epochs can show them"
                .into(),
            0 | 1 => "other training seeds, foretold from how the last epochs swing and climb \
                      since one seed a value cannot show them"
                .into(),
            count if self.record.plan.vary_split => {
                format!(
                    "other training seeds, each with a split of its own ({count} pairs of runs)"
                )
            }
            count => format!("other training seeds ({count} pairs of runs)"),
        };
        let images = if comparison.is_by_image {
            "other images (right or wrong was compared image by image)"
        } else {
            "other images (as if each value had its own: which ones it read right is not known)"
        };
        format!("Weighed: {seeds}, and {images}.")
    }
}

fn number(name: impl Into<String>, value: f64) -> InsightNumber {
    InsightNumber {
        name: name.into(),
        value,
    }
}

#[cfg(test)]
mod tests;

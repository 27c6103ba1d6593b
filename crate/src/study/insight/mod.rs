//! From the figures of a study to a table and to sentences.
//!
//! Rules, not judgement: each sentence is a template that fires on a condition,
//! and carries the numbers it rests on. One value is called better than another
//! only where their difference exceeds the noise (see [`Noise`]).

mod curves;
mod factors;
mod next;
mod ranking;

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
    let figures: Vec<_> = values.iter().map(|value| figures(record, value)).collect();
    let winner = final_test::winner(record, &figures);
    let reader = Reader {
        record,
        factor: record.plan.factor,
        values,
    };
    StudyReading {
        figures,
        insights: reader.read(),
        winner,
        final_test: final_test::sentences(record),
    }
}

struct Reader<'a> {
    record: &'a StudyRecord,
    factor: Factor,
    values: Vec<Value<'a>>,
}

impl<'a> Reader<'a> {
    fn read(&self) -> Vec<Insight> {
        // A value of which a run diverged has a mean of the lucky ones only.
        let mut ranked: Vec<&Value<'a>> = self
            .values
            .iter()
            .filter(|value| value.num_diverged == 0 && value.accuracy().is_some())
            .collect();
        ranked.sort_by(|a, b| b.accuracy().unwrap().total_cmp(&a.accuracy().unwrap()));
        let noise = Noise::of(&ranked);
        let mut insights = Vec::new();
        self.winner(&ranked, &noise, &mut insights);
        self.noise(&ranked, &noise, &mut insights);
        self.divergence(&mut insights);
        self.learning_curves(&ranked, &noise, &mut insights);
        match self.factor {
            Factor::LearningRate => self.rate_scaling(&ranked, &mut insights),
            Factor::BatchSize => self.batch_size(&noise, &mut insights),
            Factor::Dropout => self.dropout(&noise, &mut insights),
            Factor::LayerNorm => self.layer_norm(&noise, &mut insights),
            Factor::HiddenLayers => self.size(&noise, &mut insights),
            Factor::DropoutLayerNorm => self.crossed(&noise, &mut insights),
        }
        self.missing(&mut insights);
        self.next(&ranked, &noise, &mut insights);
        insights
    }

    /// A value within a list.
    fn tag(&self, value: &Value<'_>) -> String {
        match self.factor {
            Factor::HiddenLayers => format!("[{}]", value.label),
            Factor::DropoutLayerNorm => format!("({})", value.label),
            _ => value.label.into(),
        }
    }

    /// A value as the subject of a sentence.
    fn subject(&self, value: &Value<'_>) -> String {
        match self.factor {
            Factor::LearningRate => format!("a learning rate of {}", value.label),
            Factor::BatchSize => format!("a batch size of {}", value.label),
            Factor::Dropout => format!("a dropout of {}", value.label),
            Factor::LayerNorm => format!("layer normalisation {}", value.label),
            Factor::HiddenLayers => format!("the shape [{}]", value.label),
            Factor::DropoutLayerNorm => match value.label.split_once(", ") {
                Some((rate, switch)) => {
                    format!("a dropout of {rate} with layer normalisation {switch}")
                }
                None => value.label.into(),
            },
        }
    }

    fn tags(&self, values: &[&Value<'_>]) -> String {
        list(
            &values
                .iter()
                .map(|value| self.tag(value))
                .collect::<Vec<_>>(),
        )
    }

    fn compare(&self, a: &Value<'_>, b: &Value<'_>, noise: &Noise) -> Option<Comparison> {
        Some(Comparison {
            difference: a.accuracy()? - b.accuracy()?,
            noise: noise.between(a, b),
        })
    }
}

fn number(name: impl Into<String>, value: f64) -> InsightNumber {
    InsightNumber {
        name: name.into(),
        value,
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::message::{InsightKind, RunState};
    use crate::study::testing::{FALLING, SETTLED, diverge, finish, settled, study};

    fn sentences(record: &StudyRecord, kind: InsightKind) -> Vec<String> {
        let insights = read_study(record).insights;
        insights
            .into_iter()
            .filter(|i| i.kind == kind)
            .map(|i| i.sentence)
            .collect()
    }

    fn has(record: &StudyRecord, kind: InsightKind) -> bool {
        !sentences(record, kind).is_empty()
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_clear_lead_is_named_with_its_noise() {
        let record = settled(
            Factor::LearningRate,
            "0.001, 0.01, 0.1, 0.3",
            &[0.70, 0.90, 0.975, 0.94],
        );
        let noise = {
            // Two proportions, unpooled; six pairs: statsmodels' formula with
            // scipy.stats.norm.ppf(1 - 0.05 / 12) = 2.638257.
            let part = |p: f64| p * (1.0 - p) / 8400.0;
            2.638257 * (part(0.975) + part(0.94)).sqrt()
        };
        assert_eq!(
            sentences(&record, InsightKind::Winner),
            [format!(
                "A learning rate of 0.1 came out best: 97.50 % final validation accuracy, \
                 3.50 points above 0.3, the next. That exceeds the noise between the two (±{:.2} \
                 points).",
                100.0 * noise
            )]
        );
        assert_eq!(
            sentences(&record, InsightKind::Ranking),
            [
                "Behind 0.1 by more than the noise: 0.3 (by 3.50 points), 0.01 (by 7.50 points) and \
              0.001 (by 27.50 points)."
            ]
        );
        assert!(!has(&record, InsightKind::NoWinner));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_lead_inside_the_noise_is_no_win() {
        let record = settled(
            Factor::LearningRate,
            "0.01, 0.1, 0.3",
            &[0.80, 0.9710, 0.9731],
        );
        assert!(!has(&record, InsightKind::Winner));
        let sentence = sentences(&record, InsightKind::NoWinner).remove(0);
        assert!(
            sentence.starts_with(
                "No single best learning rate: 0.3 has the highest figure (97.31 %), but 0.1 lies \
                 0.21 points behind it, inside the noise (±"
            ),
            "{sentence}"
        );
        assert_eq!(
            sentences(&record, InsightKind::Ranking),
            ["Behind 0.3 by more than the noise: 0.01 (by 17.31 points)."]
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn the_same_value_under_other_seeds_has_no_winner() {
        // Accuracies of one setting drawn 200 times: normal around 94.5 % with the
        // deviation of a proportion of 8,400 images, by a fixed generator.
        let mut state = 1_u64;
        let mut draw = || {
            let mut uniform = || {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                ((state >> 33) as f64 + 0.5) / (1_u64 << 31) as f64
            };
            let (a, b) = (uniform(), uniform());
            let normal = (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos();
            0.945 + normal * (0.945 * 0.055 / 8400.0_f64).sqrt()
        };
        let mut claims = 0;
        for _ in 0..200 {
            let accuracies: Vec<f64> = (0..6).map(|_| draw()).collect();
            let record = settled(Factor::LearningRate, "", &accuracies);
            claims += usize::from(has(&record, InsightKind::Winner));
            claims += usize::from(has(&record, InsightKind::Ranking));
        }
        // 5 % of 200 studies would be 10.
        assert!(claims <= 10, "{claims} claims where there is no difference");

        let mut record = study(Factor::LearningRate, "0.01", 5);
        for run in 0..5 {
            finish(&mut record, run, draw(), &SETTLED);
        }
        assert!(!has(&record, InsightKind::Winner));
        assert!(!has(&record, InsightKind::Ranking));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn seeds_decide_what_one_run_cannot() {
        let one = settled(Factor::Dropout, "0, 0.2", &[0.970, 0.974]);
        assert!(!has(&one, InsightKind::Winner));
        let mut ten = study(Factor::Dropout, "0, 0.2", 10);
        for run in 0..10 {
            let luck = 0.001 * ((run % 3) as f64 - 1.0);
            finish(&mut ten, run, 0.970 + luck, &SETTLED);
            finish(&mut ten, 10 + run, 0.974 + luck, &SETTLED);
        }
        assert!(has(&ten, InsightKind::Winner));
        // The same means where the seeds vary by a point: no claim.
        for run in 0..10 {
            let luck = 0.01 * ((run % 3) as f64 - 1.0);
            finish(&mut ten, run, 0.970 + luck, &SETTLED);
            finish(&mut ten, 10 + run, 0.974 + luck, &SETTLED);
        }
        assert!(!has(&ten, InsightKind::Winner));
        assert!(sentences(&ten, InsightKind::Noise)[0].contains("From seed to seed"));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn equal_figures_are_called_equal() {
        let record = settled(Factor::LayerNorm, "", &[0.95, 0.95]);
        assert_eq!(
            sentences(&record, InsightKind::NoWinner),
            ["No single best layer normalisation: off and on reached the same 95.00 %."]
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn divergence_begins_between_two_rates() {
        let mut record = settled(
            Factor::LearningRate,
            "0.01, 0.1, 1, 10",
            &[0.94, 0.97, 0.5, 0.5],
        );
        diverge(&mut record, 2, 34);
        diverge(&mut record, 3, 3);
        assert_eq!(
            sentences(&record, InsightKind::Divergence),
            [
                "A learning rate of 1 diverged: the loss was no longer a finite number in step 34. So \
              did: 10. The largest rate below it that trained is 0.1: divergence begins between \
              0.1 and 1."
            ]
        );
        let reading = read_study(&record);
        assert_eq!(reading.figures[2].state, "diverged");
        assert_eq!(reading.figures[2].final_accuracy, None);
        assert!(!has(&record, InsightKind::Missing));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_value_that_diverged_once_cannot_win() {
        let mut record = study(Factor::LearningRate, "0.1, 1", 2);
        finish(&mut record, 0, 0.90, &SETTLED);
        finish(&mut record, 1, 0.90, &SETTLED);
        finish(&mut record, 2, 0.99, &SETTLED);
        diverge(&mut record, 3, 10);
        assert!(!has(&record, InsightKind::Winner));
        assert!(sentences(&record, InsightKind::Divergence)[0].contains("in 1 of 2 runs"));
        assert_eq!(read_study(&record).figures[1].state, "1 of 2 diverged");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_low_rate_is_told_from_a_settled_one() {
        let mut record = settled(Factor::LearningRate, "0.001, 0.01, 0.1", &[0.6, 0.9, 0.97]);
        finish(&mut record, 0, 0.6, &FALLING);
        let found = sentences(&record, InsightKind::StillFalling);
        assert_eq!(
            found,
            [
                "Too low for 5 epochs: 0.001. The validation loss was still falling in the last \
              epoch (by 14 %), and the accuracy is behind by more than the noise."
            ]
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn chance_level_is_too_high_or_too_low_by_its_neighbours() {
        let record = settled(Factor::LearningRate, "0.01, 0.1, 3", &[0.94, 0.97, 0.1135]);
        let found = sentences(&record, InsightKind::Divergence).remove(0);
        assert!(found.contains("Nothing was learned at 3"), "{found}");
        assert!(found.ends_with("3 is too high."), "{found}");
        let record = settled(Factor::LearningRate, "0.00001, 0.1", &[0.12, 0.97]);
        let found = sentences(&record, InsightKind::Divergence).remove(0);
        assert!(found.ends_with("0.00001 is too low."), "{found}");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn oscillation_is_not_overfitting() {
        let mut record = settled(Factor::LearningRate, "0.1, 0.3", &[0.97, 0.97]);
        finish(&mut record, 1, 0.97, &[0.3, 0.4, 0.25, 0.35, 0.22]);
        let found = sentences(&record, InsightKind::Oscillation).remove(0);
        assert!(found.contains("at 0.3 (2 times)"), "{found}");
        assert!(!has(&record, InsightKind::Overfitting));
        finish(&mut record, 1, 0.97, &[0.3, 0.2, 0.22, 0.25, 0.28]);
        assert!(!has(&record, InsightKind::Oscillation));
        let found = sentences(&record, InsightKind::Overfitting).remove(0);
        assert!(found.contains("0.3 (lowest in epoch 2)"), "{found}");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn batch_sizes_are_read_by_updates_time_and_scaling() {
        let record = settled(Factor::BatchSize, "16, 64, 512", &[0.97, 0.94, 0.88]);
        let updates = sentences(&record, InsightKind::Updates).remove(0);
        // 33,600 / 16 and ceil(33,600 / 512).
        assert!(
            updates.contains("2,100 times") && updates.contains("66 times"),
            "{updates}"
        );
        assert!(
            updates.contains("9.00 points higher with the many small steps"),
            "{updates}"
        );
        let scaling = sentences(&record, InsightKind::LinearScaling).remove(0);
        assert!(
            scaling.contains("would give 512 a rate of 0.08"),
            "{scaling}"
        );
        assert!(has(&record, InsightKind::Speed));
        let record = settled(Factor::BatchSize, "16, 64, 512", &[0.97, 0.971, 0.9702]);
        let updates = sentences(&record, InsightKind::Updates).remove(0);
        assert!(updates.contains("inside the noise"), "{updates}");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn an_effect_inside_the_noise_is_not_claimed() {
        let record = settled(Factor::LayerNorm, "", &[0.970, 0.971]);
        let found = sentences(&record, InsightKind::Effect).remove(0);
        assert!(
            found.contains("no effect on the final accuracy can be claimed"),
            "{found}"
        );
        let record = settled(Factor::LayerNorm, "", &[0.94, 0.971]);
        let found = sentences(&record, InsightKind::Effect).remove(0);
        assert!(
            found.contains("3.10 points higher, more than the noise"),
            "{found}"
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_is_missing_is_named() {
        let mut record = settled(Factor::Dropout, "0, 0.2, 0.5", &[0.97, 0.96]);
        record.runs[2].state = RunState::Crashed;
        record.runs[2].reason = "The worker stopped: out of memory.".into();
        assert_eq!(
            sentences(&record, InsightKind::Missing),
            [
                "1 of 3 runs is left out of the figures: 0.5 with seed 42 (The worker stopped: out of \
              memory)."
            ]
        );
        assert_eq!(read_study(&record).figures[2].state, "failed");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_study_without_runs_says_nothing_false() {
        let record = study(Factor::LearningRate, "", 1);
        let reading = read_study(&record);
        let kinds: Vec<_> = reading
            .insights
            .iter()
            .map(|insight| insight.kind)
            .collect();
        assert_eq!(kinds, [InsightKind::Missing]);
        assert!(
            reading
                .figures
                .iter()
                .all(|row| row.final_accuracy.is_none())
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_to_try_next_follows_from_where_the_best_lies() {
        let record = settled(Factor::LearningRate, "0.001, 0.01, 0.1", &[0.6, 0.9, 0.97]);
        assert!(
            sentences(&record, InsightKind::Next)[0].contains("larger rates, such as 0.2 and 0.3")
        );
        let record = settled(Factor::LearningRate, "0.01, 0.1, 1", &[0.9, 0.97, 0.6]);
        assert!(sentences(&record, InsightKind::Next)[0].contains("such as 0.032 and 0.32"));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn figures_average_over_seeds() {
        let mut record = study(Factor::BatchSize, "16, 32", 2);
        finish(&mut record, 0, 0.945, &SETTLED);
        finish(&mut record, 1, 0.965, &SETTLED);
        let row = &read_study(&record).figures[0];
        assert!((row.final_accuracy.unwrap() - 0.955).abs() < 1e-12);
        assert!((row.final_deviation.unwrap() - 0.02 / 2.0_f64.sqrt()).abs() < 1e-12);
        // In steps of 0.02 from 0.865 and 0.885: 0.90 is passed in epochs 3 and 2.
        assert_eq!(row.epochs_to_90, Some(2.5));
        assert_eq!(row.epochs_to_95, None);
    }
}

//! Why a value lost, as the layers of its models show it: each run that finished has them
//! measured at its end. The rules are those of [`LIMITS`].

use crate::message::{Activation, Insight, InsightKind, LayerHealth, RunHealth};

use super::{Reader, number};
use crate::study::noise::Noise;
use crate::study::value::{Value, at_chance};
use crate::study::words::{list, significant, thousands};
use crate::train::health::LIMITS;

/// The best value's figure must differ by as many times, or it explains nothing.
const BEST_DIFFERS: f64 = 3.0;

/// What keeps a network from learning, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Ailment {
    /// A hidden layer of which next to nothing is passed on.
    Dead,
    /// One of which most is silent.
    Silent,
    /// A gradient that does not come back to the first layer.
    Vanishing,
    /// One that grows on its way there.
    Exploding,
    /// Steps far below the usual.
    Small,
    /// Steps far above it.
    Large,
}

/// An ailment of a value, from the run that shows it most gravely.
struct Found<'v, 'a> {
    value: &'v Value<'a>,
    ailment: Ailment,
    health: &'a RunHealth,
    /// Runs of the value that show the same, and all that were measured.
    num_runs: (usize, usize),
}

impl<'a> Reader<'_, 'a> {
    /// Of each value that lost by more than the noise, or learned nothing, what its layers
    /// show; nothing where they show nothing.
    pub(super) fn health(&self, ranked: &[&Value<'a>], noise: &Noise, insights: &mut Vec<Insight>) {
        let best = ranked
            .first()
            .copied()
            .filter(|best| !at_chance(self.record, best));
        let has_lost = |value: &&Value<'_>| {
            value.num_stuck > 0
                || at_chance(self.record, value)
                || best.is_some_and(|best| {
                    noise
                        .compare(best, value)
                        .is_some_and(|found| found.stands_out() && found.difference > 0.0)
                })
        };
        let lost = self.values.iter().filter(has_lost);
        let mut found: Vec<Found<'_, 'a>> =
            lost.filter_map(|value| found_of(value, best)).collect();
        found.sort_by_key(|found| found.ailment);
        for alike in found.chunk_by(|one, other| one.ailment == other.ailment) {
            insights.push(self.why_lost(alike, best));
        }
    }

    /// The sentence about values with the same ailment.
    fn why_lost(&self, alike: &[Found<'_, 'a>], best: Option<&Value<'a>>) -> Insight {
        let values: Vec<&Value<'a>> = alike.iter().map(|found| found.value).collect();
        let mut numbers = Vec::new();
        let mut tell = |value: &Value<'_>, name: &str, figure: f64| {
            numbers.push(number(format!("{name} at {}", self.tag(value)), figure));
        };
        let best = best.and_then(|best| Some((best, health_of(best)?)));
        let items: Vec<String> = alike
            .iter()
            .map(|found| self.figures(found, &mut tell))
            .collect();
        let items = list(&items);
        let ailment = alike[0].ailment;
        let update = |(best, health): (&Value<'_>, &RunHealth)| {
            let share = significant(largest_update(health));
            format!(" (at {}: {share})", self.tag(best))
        };
        let told = match ailment {
            Ailment::Dead | Ailment::Silent => {
                let num_images = thousands(alike[0].health.num_images.into());
                let beside =
                    best.map_or(String::new(), |(best, health)| match most_silent(health) {
                        (_, 0, _) => format!(" (at {}: none)", self.tag(best)),
                        (layer, num_silent, num_units) => format!(
                            " (at {}: {num_silent} of the {num_units} units of layer {layer})",
                            self.tag(best)
                        ),
                    });
                let why = if self.is_relu(&values) {
                    "From an image on which it is silent a ReLU gets no gradient."
                } else {
                    "Of these they tell the next layer nothing."
                };
                format!(
                    "{items} are silent (they pass nothing on) on all of {num_images} training images{beside}. {why}"
                )
            }
            Ailment::Vanishing => format!(
                "the gradient vanishes on its way back to the first layer: its norm is {items}. \
                 The first layers hardly learn."
            ),
            Ailment::Exploding => format!(
                "the gradient grows on its way back to the first layer: its norm is {items}. The \
                 first layers leap."
            ),
            Ailment::Small => format!(
                "the last step moved no layer by more than {items}{}. Steps so small get nowhere \
                 in so few epochs.",
                best.map_or(String::new(), update)
            ),
            Ailment::Large => format!(
                "the last step moved a layer by {items}{}. Steps so large leap past what they are \
                 after.",
                best.map_or(String::new(), update)
            ),
        };
        Insight {
            kind: InsightKind::Health,
            sentence: format!(
                "Why {} lost, as the layers show at the end of training: {told}",
                self.tags(&values)
            ),
            numbers,
        }
    }

    /// A value's figures within the sentence.
    fn figures(
        &self,
        found: &Found<'_, 'a>,
        tell: &mut impl FnMut(&Value<'_>, &str, f64),
    ) -> String {
        let Found { value, health, .. } = found;
        let (num_so, num_runs) = found.num_runs;
        let runs = if num_so < num_runs {
            format!(" in {num_so} of {num_runs} runs")
        } else {
            String::new()
        };
        let tag = self.tag(value);
        match found.ailment {
            Ailment::Dead | Ailment::Silent => {
                let (layer, num_silent, num_units) = most_silent(health);
                tell(
                    value,
                    "silent units (%)",
                    100.0 * num_silent as f64 / num_units as f64,
                );
                format!("{num_silent} of the {num_units} units of layer {layer} at {tag}{runs}")
            }
            Ailment::Vanishing | Ailment::Exploding => {
                let (first, last) = gradients(health);
                tell(value, "gradient norm of layer 1", first);
                tell(
                    value,
                    &format!("gradient norm of layer {}", health.layers.len()),
                    last,
                );
                format!(
                    "{} in layer {} and {} in layer 1 at {tag}{runs}",
                    significant(last),
                    health.layers.len(),
                    significant(first)
                )
            }
            Ailment::Small | Ailment::Large => {
                let update = largest_update(health);
                tell(value, "largest share that the last step moved", update);
                format!("{} of its weights at {tag}{runs}", significant(update))
            }
        }
    }

    fn is_relu(&self, values: &[&Value<'_>]) -> bool {
        let of_run = |value: &&Value<'_>| {
            value
                .runs
                .iter()
                .all(|run| run.spec.config.activation == Activation::Relu)
        };
        values.iter().all(of_run)
    }
}

/// The gravest that a run of the value shows.
fn found_of<'v, 'a>(value: &'v Value<'a>, best: Option<&Value<'a>>) -> Option<Found<'v, 'a>> {
    let best = best.and_then(health_of);
    let measured = || {
        let runs = value.runs.iter();
        runs.filter_map(|run| run.result.as_ref()?.health.as_ref())
    };
    let all: Vec<(Ailment, &'a RunHealth)> = measured()
        .filter_map(|health| Some((ailment(health, best)?, health)))
        .collect();
    let &(gravest, health) = all.iter().min_by_key(|(ailment, _)| *ailment)?;
    let num_so = all
        .iter()
        .filter(|(ailment, _)| *ailment == gravest)
        .count();
    Some(Found {
        value,
        ailment: gravest,
        health,
        num_runs: (num_so, measured().count()),
    })
}

/// The layers of a value's first finished run.
fn health_of<'a>(value: &Value<'a>) -> Option<&'a RunHealth> {
    value
        .results
        .iter()
        .find_map(|result| result.health.as_ref())
}

/// What keeps a model from learning that the best one does not have.
fn ailment(health: &RunHealth, best: Option<&RunHealth>) -> Option<Ailment> {
    let silent = |health: &RunHealth| {
        let (_, num_silent, num_units) = most_silent(health);
        num_silent as f64 / (num_units as f64).max(1.0)
    };
    let is_alive = best.is_none_or(|best| silent(best) < LIMITS.mostly_silent);
    if is_alive && silent(health) >= LIMITS.dead {
        return Some(Ailment::Dead);
    }
    if is_alive && silent(health) >= LIMITS.mostly_silent {
        return Some(Ailment::Silent);
    }
    let ratio = |health: &RunHealth| {
        let (first, last) = gradients(health);
        // Nothing passes where nothing is: then it is no question of the way back.
        (last > 0.0 && health.layers.len() > 2).then(|| first / last)
    };
    let best_ratio = best.and_then(ratio);
    if let Some(ratio) = ratio(health) {
        if ratio < LIMITS.vanishing && best_ratio.is_none_or(|best| best > BEST_DIFFERS * ratio) {
            return Some(Ailment::Vanishing);
        }
        if ratio > LIMITS.exploding && best_ratio.is_none_or(|best| best * BEST_DIFFERS < ratio) {
            return Some(Ailment::Exploding);
        }
    }
    let update = largest_update(health);
    let best_update = best.map(largest_update);
    let [least, most] = [
        LIMITS.usual_update / LIMITS.far_from_usual,
        LIMITS.usual_update * LIMITS.far_from_usual,
    ];
    if update < least && best_update.is_none_or(|best| best > BEST_DIFFERS * update) {
        return Some(Ailment::Small);
    }
    if update > most && best_update.is_none_or(|best| best * BEST_DIFFERS < update) {
        return Some(Ailment::Large);
    }
    None
}

/// Of the hidden layer with the largest share of silent units: its number from 1, how many
/// are silent, and how many it has.
fn most_silent(health: &RunHealth) -> (usize, u32, u32) {
    let hidden = health.layers.iter().enumerate();
    hidden
        .filter(|(_, layer)| layer.num_units > 0)
        .map(|(at, layer)| (at + 1, layer.num_silent, layer.num_units))
        .max_by(|a, b| (u64::from(a.1) * u64::from(b.2)).cmp(&(u64::from(b.1) * u64::from(a.2))))
        .unwrap_or_default()
}

/// The gradient's norm in the first layer and in the last.
fn gradients(health: &RunHealth) -> (f64, f64) {
    let norm = |layer: Option<&LayerHealth>| layer.map_or(0.0, |layer| layer.gradient_norm);
    (norm(health.layers.first()), norm(health.layers.last()))
}

/// The largest share by which a step moves a layer's weights.
fn largest_update(health: &RunHealth) -> f64 {
    let shares = health.layers.iter().map(|layer| layer.update_share);
    shares.fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use crate::message::{Activation, Factor, InsightKind, LayerHealth, RunHealth, StudyRecord};
    use crate::study::insight::read_study;
    use crate::study::testing::settled;

    /// Two hidden layers of 128 and 64 units and ten classes, all well.
    fn well() -> RunHealth {
        let layer = |num_units, num_silent| LayerHealth {
            weight_norm: 8.0,
            gradient_norm: 0.5,
            update_share: 0.0008,
            num_units,
            num_silent,
            activation_mean: 0.3,
            activation_deviation: 0.5,
        };
        RunHealth {
            num_images: 128,
            layers: vec![layer(128, 3), layer(64, 0), layer(10, 0)],
        }
    }

    fn with_health(accuracies: &[f64], values: &str, healths: Vec<RunHealth>) -> StudyRecord {
        let mut record = settled(Factor::LearningRate, values, accuracies);
        for (run, mut health) in record.runs.iter_mut().zip(healths) {
            health.layers.last_mut().unwrap().num_units = 0;
            run.result.as_mut().unwrap().health = Some(health);
        }
        record
    }

    fn told(record: &StudyRecord) -> Vec<String> {
        let insights = read_study(record).insights.into_iter();
        insights
            .filter(|insight| insight.kind == InsightKind::Health)
            .map(|insight| insight.sentence)
            .collect()
    }

    fn changed(change: impl FnOnce(&mut RunHealth)) -> RunHealth {
        let mut health = well();
        change(&mut health);
        health
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_dead_layer_says_why_a_rate_lost() {
        let dead = changed(|health| health.layers[0].num_silent = 126);
        let record = with_health(&[0.97, 0.1135], "0.1, 3", vec![well(), dead]);
        assert_eq!(
            told(&record),
            [
                "Why 3 lost, as the layers show at the end of training: 126 of the 128 units of \
                 layer 1 at 3 are silent (they pass nothing on) on all of 128 training images (at \
                 0.1: 3 of the 128 units of layer 1). From an image on which it is silent a ReLU \
                 gets no gradient."
            ]
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn small_steps_say_why_rates_lost_and_alike_ones_share_a_sentence() {
        let slow = |share: f64| {
            changed(|health| {
                for layer in &mut health.layers {
                    layer.update_share = share;
                }
            })
        };
        let record = with_health(
            &[0.30, 0.80, 0.97],
            "0.0001, 0.001, 0.1",
            vec![slow(1e-6), slow(1e-5), well()],
        );
        assert_eq!(
            told(&record),
            [
                "Why 0.0001 and 0.001 lost, as the layers show at the end of training: the last \
                 step moved no layer by more than 0.000001 of its weights at 0.0001 and 0.00001 of \
                 its weights at 0.001 (at 0.1: 0.0008). Steps so small get nowhere in so few epochs."
            ]
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_gradient_that_vanishes_is_named_with_its_norms() {
        let vanishing = changed(|health| health.layers[0].gradient_norm = 0.0001);
        let mut record = with_health(&[0.1135, 0.97], "0.1, 0.3", vec![vanishing, well()]);
        record.runs[0].spec.config.activation = Activation::Sigmoid;
        let [sentence] = &told(&record)[..] else {
            panic!("one is told")
        };
        assert!(
            sentence.contains("its norm is 0.5 in layer 3 and 0.0001 in layer 1 at 0.1"),
            "{sentence}"
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_the_best_has_too_explains_nothing() {
        let record = with_health(&[0.97, 0.80], "0.1, 0.3", vec![well(), well()]);
        assert_eq!(told(&record), [""; 0]);
        let dead = || changed(|health| health.layers[0].num_silent = 126);
        let record = with_health(&[0.97, 0.80], "0.1, 0.3", vec![dead(), dead()]);
        assert_eq!(told(&record), [""; 0]);
        // Nor is anything said of one that did not lose.
        let record = with_health(&[0.97, 0.9695], "0.1, 0.3", vec![well(), dead()]);
        assert_eq!(told(&record), [""; 0]);
    }
}

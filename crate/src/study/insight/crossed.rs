//! Dropout crossed with layer normalisation, read as two factors.

use crate::message::{Insight, InsightKind};
use crate::statistics::factorial::Table;

use super::factors::against_noise;
use super::{Reader, number};
use crate::study::noise::{Comparison, Noise};
use crate::study::value::Value;
use crate::study::words::{list, points};

impl<'a> Reader<'_, 'a> {
    /// Main effects of both and whether they interact, over the rates of dropout at which
    /// both networks finished.
    pub(super) fn crossed(&self, noise: &Noise, insights: &mut Vec<Insight>) {
        let is_whole = |value: &Value<'_>| {
            value.accuracy().is_some() && value.num_diverged == 0 && value.num_stuck == 0
        };
        let rows: Vec<[&Value<'a>; 2]> = self
            .values
            .chunks(2)
            .filter_map(|pair| match pair {
                [off, on] if is_whole(off) && is_whole(on) => Some([off, on]),
                _ => None,
            })
            .collect();
        let cells: Vec<&Value<'a>> = rows.iter().flatten().copied().collect();
        let rates: Vec<&str> = rows.iter().map(|[off, _]| rate(off)).collect();
        let table = Table {
            num_rows: rows.len(),
        };
        let mut weights = vec![table.across()];
        weights.extend((1..rows.len()).map(|row| table.down(row)));
        weights.extend((1..rows.len()).map(|row| table.interaction(row)));
        if let Some(found) = (!rows.is_empty())
            .then(|| noise.weigh_all(&cells, &weights))
            .flatten()
        {
            let (across, others) = found.split_first().expect("one weight at least");
            let (down, interactions) = others.split_at(rows.len() - 1);
            insights.push(self.across(across, &rates));
            insights.extend(self.down(down, &rates));
            insights.extend(self.interaction(interactions, &rates));
        }
        let finished: Vec<&Value<'a>> = self
            .values
            .iter()
            .filter(|v| v.accuracy().is_some())
            .collect();
        self.speed(&finished, insights);
    }

    fn across(&self, effect: &Comparison, rates: &[&str]) -> Insight {
        let rates: Vec<String> = rates.iter().map(|rate| (*rate).into()).collect();
        Insight {
            kind: InsightKind::Effect,
            sentence: format!(
                "Layer normalisation, averaged over dropout {}: the final accuracy with it {}. {}",
                list(&rates),
                against_noise(effect),
                self.weighed(effect)
            ),
            numbers: vec![
                number(
                    "effect of layer normalisation (points)",
                    100.0 * effect.difference,
                ),
                number("noise (points)", 100.0 * effect.noise),
            ],
        }
    }

    fn down(&self, effects: &[Comparison], rates: &[&str]) -> Option<Insight> {
        let items: Vec<String> = effects
            .iter()
            .zip(&rates[1..])
            .map(|(effect, rate)| format!("at {rate} it {}", against_noise(effect)))
            .collect();
        let numbers = effects.iter().zip(&rates[1..]).flat_map(|(effect, rate)| {
            [
                number(
                    format!("effect of dropout {rate} (points)"),
                    100.0 * effect.difference,
                ),
                number(
                    format!("noise at dropout {rate} (points)"),
                    100.0 * effect.noise,
                ),
            ]
        });
        (!items.is_empty()).then(|| Insight {
            kind: InsightKind::Effect,
            sentence: format!(
                "Dropout, averaged over layer normalisation off and on: against dropout {} the \
                 final accuracy changes thus: {}. The same chances were weighed.",
                rates[0],
                list(&items)
            ),
            numbers: numbers.collect(),
        })
    }

    fn interaction(&self, effects: &[Comparison], rates: &[&str]) -> Option<Insight> {
        let (largest, rate) = effects.iter().zip(&rates[1..]).max_by(|a, b| {
            (a.0.difference / a.0.noise)
                .abs()
                .total_cmp(&(b.0.difference / b.0.noise).abs())
        })?;
        let difference = points(largest.difference.abs());
        let noise = points(largest.noise);
        let sentence = if largest.stands_out() {
            format!(
                "The two interact: at dropout {rate} layer normalisation does {difference} {} than \
                 at dropout {}, more than the noise (±{noise}), so neither's effect holds at every \
                 level of the other.",
                if largest.difference > 0.0 {
                    "more"
                } else {
                    "less"
                },
                rates[0]
            )
        } else {
            let why = if largest.exceeds_noise() {
                format!("more than the noise (±{noise}), but by the last epoch alone")
            } else {
                format!("inside the noise (±{noise})")
            };
            format!(
                "Whether the two interact cannot be told: what layer normalisation does at dropout \
                 {rate} differs by {difference} from what it does at dropout {}, {why}.",
                rates[0]
            )
        };
        let numbers = effects.iter().zip(&rates[1..]).map(|(effect, rate)| {
            number(
                format!("interaction at dropout {rate} (points)"),
                100.0 * effect.difference,
            )
        });
        Some(Insight {
            kind: InsightKind::Effect,
            sentence,
            numbers: numbers.collect(),
        })
    }
}

/// The dropout of a value of both factors.
fn rate<'v>(value: &Value<'v>) -> &'v str {
    value
        .label
        .split_once(", ")
        .map_or(value.label, |(rate, _)| rate)
}

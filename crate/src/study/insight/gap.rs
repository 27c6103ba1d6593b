//! Training against validation, both measured alike.

use crate::message::{Insight, InsightKind};

use super::{Reader, number};
use crate::study::noise::Noise;
use crate::study::value::Value;
use crate::study::words::points;

impl<'a> Reader<'_, 'a> {
    /// What a setting did to the gap, judged by the gap's own noise; of runs that did not
    /// measure their training images as validation is, only what was seen.
    pub(super) fn gap_change(
        &self,
        with: &Value<'a>,
        without: &Value<'a>,
        noise: &Noise,
    ) -> Option<Insight> {
        let gap = |value: &Value<'_>| value.mean_of(|result| result.generalisation_gap);
        let (gap_with, gap_without) = (gap(with)?, gap(without)?);
        let mut numbers = vec![
            number(
                format!("gap at {} (points)", self.tag(with)),
                100.0 * gap_with,
            ),
            number(
                format!("gap at {} (points)", self.tag(without)),
                100.0 * gap_without,
            ),
        ];
        let stated = format!(
            "The gap between training and validation accuracy is {} with {} and {} with {}",
            points(gap_with),
            self.subject(with),
            points(gap_without),
            self.subject(without)
        );
        let sentence = match noise.compare_gaps(with, without) {
            Some(change) => {
                numbers.push(number("noise of the change (points)", 100.0 * change.noise));
                let verdict = if !change.exceeds_noise() {
                    format!("a change inside its noise (±{})", points(change.noise))
                } else if change.difference < 0.0 {
                    format!(
                        "{} less, more than its noise (±{})",
                        points(-change.difference),
                        points(change.noise)
                    )
                } else {
                    format!(
                        "{} more, more than its noise (±{})",
                        points(change.difference),
                        points(change.noise)
                    )
                };
                format!(
                    "{stated}, {verdict}. Both were measured on the finished model, dropout off and \
                     without distortion; weighed: other seeds, other validation images and other \
                     training images."
                )
            }
            None => format!(
                "{stated}. Training accuracy was taken while training, a mean over the last epoch's \
                 steps with dropout on, where there is any: that lowers it, so the two are not \
                 compared."
            ),
        };
        Some(Insight {
            kind: InsightKind::Gap,
            sentence,
            numbers,
        })
    }
}

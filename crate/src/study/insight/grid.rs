//! Two settings crossed: where the valley of good pairs runs.

use crate::message::{Insight, InsightKind};
use crate::study::noise::Noise;
use crate::study::pairs::Pair;
use crate::study::setting_text::words_of;
use crate::study::value::Value;
use crate::study::varied::Varied;
use crate::study::words::list;

use super::{Reader, number};

impl<'a> Reader<'_, 'a> {
    fn pair(&self) -> Option<Pair> {
        Varied::of(&self.record.plan).ok()?.pair().copied()
    }

    /// The value of each setting of a pair.
    fn words(pair: &Pair, value: &Value<'_>) -> Option<[String; 2]> {
        Some(pair.words(&value.runs.first()?.spec.config))
    }

    /// For each value of the second setting the best of the first, and whether that one stays.
    pub(super) fn grid(&self, noise: &Noise, insights: &mut Vec<Insight>) {
        let Some(pair) = self.pair() else { return };
        let [first, second] = [pair.first.name(), pair.second.name()];
        let mut columns: Vec<(String, Vec<&Value<'a>>)> = vec![];
        for value in self.finished() {
            let Some([_, across]) = Self::words(&pair, value) else {
                continue;
            };
            match columns.iter_mut().find(|(word, _)| *word == across) {
                Some((_, column)) => column.push(value),
                None => columns.push((across, vec![value])),
            }
        }
        columns.retain(|(_, column)| column.len() > 1);
        let mut told = vec![];
        let mut numbers = vec![];
        let mut bests: Vec<String> = vec![];
        let mut num_sure = 0;
        for (across, column) in &mut columns {
            let accuracy = |value: &Value<'_>| value.accuracy().unwrap_or_default();
            column.sort_by(|a, b| accuracy(b).total_cmp(&accuracy(a)));
            let (best, next) = (column[0], column[1]);
            let Some([down, _]) = Self::words(&pair, best) else {
                continue;
            };
            let is_sure = noise
                .compare(best, next)
                .is_some_and(|found| found.exceeds_noise());
            num_sure += usize::from(is_sure);
            told.push(format!("{down} at {across}"));
            numbers.push(number(
                format!("final accuracy at {} (%)", self.tag(best)),
                100.0 * accuracy(best),
            ));
            bests.push(down);
        }
        if bests.len() < 2 {
            return;
        }
        let is_one = bests.iter().all(|best| *best == bests[0]);
        let valley = if is_one {
            format!(
                "It is the same for every {second}, so the one can be chosen without the other."
            )
        } else {
            format!(
                "It is not the same for every {second}: whoever changes the one has to look for \
                 the other again."
            )
        };
        let sure = if num_sure == bests.len() {
            "Each is ahead of the next by more than the noise.".into()
        } else {
            format!(
                "Ahead of the next by more than the noise {} {num_sure} of {}; elsewhere two \
                 neighbours may change places.",
                if num_sure == 1 { "is" } else { "are" },
                bests.len()
            )
        };
        insights.push(Insight {
            kind: InsightKind::Effect,
            sentence: format!(
                "The best {first} for each {second}: {}. {valley} {sure}",
                list(&told)
            ),
            numbers,
        });
    }

    /// What to try where the best pair lies at the grid's edge.
    pub(super) fn beyond_the_grid(&self, best: &Value<'_>) -> Option<String> {
        let pair = self.pair()?;
        let config = &best.runs.first()?.spec.config;
        let edges: Vec<String> = [pair.first, pair.second]
            .into_iter()
            .filter_map(|setting| {
                let get = setting.number()?;
                let runs = self.record.plan.runs.iter().map(|run| get(&run.config));
                let (low, high) = runs
                    .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
                        (low.min(x), high.max(x))
                    });
                let own = get(config);
                let way = if own == high {
                    "more"
                } else if own == low && low > 0.0 {
                    "less"
                } else {
                    return None;
                };
                let words = words_of(setting, config);
                Some(format!("{way} {} than {words}", setting.name()))
            })
            .collect();
        (!edges.is_empty()).then(|| {
            format!(
                "To try next: {}. The pair with the highest accuracy lies at the grid’s edge.",
                list(&edges)
            )
        })
    }
}

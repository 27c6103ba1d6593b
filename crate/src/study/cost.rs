//! What a run takes, so that a study starts its longest first.

use super::setting_text::widths;
use crate::config::NetworkPlan;
use crate::data::Task;
use crate::message::RunConfig;
use crate::nn::layout::Layout;

/// Weights, biases and, with layer normalisation, gains and shifts of the
/// network that the settings describe; `None` where its widths are no numbers.
pub(super) fn num_parameters(config: &RunConfig, task: &Task) -> Option<f64> {
    let network = NetworkPlan {
        hidden: widths(config)?,
        layer_norm: config.layer_norm,
        ..NetworkPlan::default()
    };
    let layout = Layout::new(&network.for_task(task));
    Some(layout.num_parameters as f64)
}

/// What a run takes, without a unit: only its ratio to the others counts.
///
/// A sample costs its multiplications, and a step the update of all weights,
/// which measured as much as six samples; layer normalisation and dropout add a
/// pass over the activations each.
pub(crate) fn cost(config: &RunConfig) -> f64 {
    let parameters = num_parameters(config, &Task::mnist()).unwrap_or(1.0);
    let mut sample = parameters * (1.0 + 6.0 / config.batch_size);
    if config.dropout > 0.0 {
        sample *= 1.05;
    }
    if config.layer_norm {
        sample *= 1.15;
    }
    let cost = sample * config.epochs;
    if cost.is_finite() { cost } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test(unsupported = test)]
    fn parameters_are_counted() {
        let config = RunConfig::default();
        // 785·128 + 129·64 + 65·10, by hand.
        assert_eq!(num_parameters(&config, &Task::mnist()), Some(109_386.0));
        let config = RunConfig {
            layer_norm: true,
            ..config
        };
        assert_eq!(
            num_parameters(&config, &Task::mnist()),
            Some(109_386.0 + 2.0 * 192.0)
        );
    }
}

//! Initial weights, drawn alike for every backend.

use super::Stream;
use super::layout::{Layer, Layout};
use crate::data::dataset;
use crate::math;
use crate::message::Initialisation;
use crate::rng::RandomState;

/// Parameters as [`RunResult::weights_checksum`] words them: of their bits, in sixteen hex
/// digits.
///
/// [`RunResult::weights_checksum`]: crate::message::RunResult::weights_checksum
pub fn checksum(parameters: &[f32]) -> String {
    let bytes: Vec<u8> = parameters
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    format!("{:016x}", dataset::checksum(&[&bytes]))
}

/// Draws the initial parameters, `[num_parameters]`, layer by layer: weights as
/// `initialisation` says, gains 1 and shifts 0. Biases are 0 but for torch's own layers.
///
/// - [`Initialisation::Torch`], as `torch.nn.Linear` does: weight and bias from
///   U(±1/√num_inputs) (Kaiming uniform with a = √5, He et al. 2015);
/// - [`Initialisation::KaimingNormal`], `torch.nn.init.kaiming_normal_`: N(0, 2/num_inputs);
/// - [`Initialisation::Xavier`], `torch.nn.init.xavier_uniform_`:
///   U(±√(6/(num_inputs + num_outputs)));
/// - [`Initialisation::Equal`]: 1/num_inputs each, so that every unit gives the mean of its
///   inputs.
pub fn initial(layout: &Layout, initialisation: Initialisation, seed: u32) -> Vec<f32> {
    let mut rng = RandomState::from_key(&[seed, Stream::Weights as u32]);
    let mut parameters = vec![0.0; layout.num_parameters];
    for layer in &layout.layers {
        let num_inputs = layer.num_inputs as f64;
        let weight = &mut parameters[layer.weight.clone()];
        match initialisation {
            Initialisation::Torch => {
                let bound = 1.0 / num_inputs.sqrt();
                draw_uniform(weight, bound, &mut rng);
                draw_uniform(&mut parameters[layer.bias.clone()], bound, &mut rng);
            }
            Initialisation::KaimingNormal => {
                let deviation = (2.0 / num_inputs).sqrt();
                draw_normal(weight, deviation, &mut rng);
            }
            Initialisation::Xavier => draw_uniform(weight, xavier_bound(layer), &mut rng),
            Initialisation::Equal => weight.fill((1.0 / num_inputs) as f32),
        }
        if let Some((gain, _)) = &layer.norm {
            parameters[gain.clone()].fill(1.0);
        }
    }
    parameters
}

fn xavier_bound(layer: &Layer) -> f64 {
    (6.0 / (layer.num_inputs + layer.num_outputs) as f64).sqrt()
}

fn draw_uniform(parameters: &mut [f32], bound: f64, rng: &mut RandomState) {
    for parameter in parameters {
        *parameter = rng.uniform(-bound, bound) as f32;
    }
}

/// Pairs by Box and Muller (1958); of the last pair the second may be left over.
fn draw_normal(parameters: &mut [f32], deviation: f64, rng: &mut RandomState) {
    for pair in parameters.chunks_mut(2) {
        // From (0, 1], whose logarithm is a number.
        let radius = (-2.0 * math::ln(1.0 - rng.uniform_f64())).sqrt();
        let angle = 2.0 * std::f64::consts::PI * rng.uniform_f64();
        let drawn = [radius * math::cos(angle), radius * math::sin(angle)];
        for (parameter, normal) in pair.iter_mut().zip(drawn) {
            *parameter = (deviation * normal) as f32;
        }
    }
}

impl Initialisation {
    /// In the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Torch, Self::KaimingNormal, Self::Xavier, Self::Equal];

    /// Its name in settings and addresses.
    pub fn key(self) -> &'static str {
        match self {
            Self::Torch => "torch",
            Self::KaimingNormal => "kaiming_normal",
            Self::Xavier => "xavier",
            Self::Equal => "equal",
        }
    }

    /// Its name as it is written among words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Torch => "PyTorch’s",
            Self::KaimingNormal => "Kaiming normal",
            Self::Xavier => "Xavier",
            Self::Equal => "all equal",
        }
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::config::NetworkPlan;

    fn moments(values: &[f32]) -> (f64, f64, f64) {
        let count = values.len() as f64;
        let mean = values.iter().map(|&value| f64::from(value)).sum::<f64>() / count;
        let squares = values
            .iter()
            .map(|&value| f64::from(value) * f64::from(value));
        let deviation = (squares.sum::<f64>() / count - mean * mean).sqrt();
        let highest = values
            .iter()
            .fold(0.0, |most: f32, value| most.max(value.abs()));
        (mean, deviation, highest.into())
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn weights_are_as_wide_as_their_formula_says() {
        let layout = Layout::new(&NetworkPlan {
            hidden: vec![256, 64],
            layer_norm: true,
            ..NetworkPlan::default()
        });
        for initialisation in Initialisation::ALL {
            let parameters = initial(&layout, initialisation, 3);
            assert_eq!(parameters, initial(&layout, initialisation, 3));
            for layer in &layout.layers {
                let (mean, deviation, highest) = moments(&parameters[layer.weight.clone()]);
                let (inputs, outputs) = (layer.num_inputs as f64, layer.num_outputs as f64);
                let count = inputs * outputs;
                // The deviation that the formula has, and the bound of what is uniform.
                let (wide, bound) = match initialisation {
                    Initialisation::Torch => (1.0 / (3.0 * inputs).sqrt(), 1.0 / inputs.sqrt()),
                    Initialisation::KaimingNormal => ((2.0 / inputs).sqrt(), f64::INFINITY),
                    Initialisation::Xavier => (
                        (2.0 / (inputs + outputs)).sqrt(),
                        (6.0 / (inputs + outputs)).sqrt(),
                    ),
                    Initialisation::Equal => {
                        let weight = &parameters[layer.weight.clone()];
                        assert!(weight.iter().all(|&one| one == (1.0 / inputs) as f32));
                        continue;
                    }
                };
                assert!(highest <= bound, "{initialisation:?}: {highest} of {bound}");
                // Five standard errors.
                let far = 5.0 * wide / count.sqrt();
                assert!(mean.abs() < far, "{initialisation:?}: mean {mean}");
                assert!(
                    (deviation - wide).abs() < far,
                    "{initialisation:?}: {deviation}"
                );
                if initialisation == Initialisation::KaimingNormal && count > 1e5 {
                    // A normal's tails: of so many some lie beyond four deviations, none beyond 6.5.
                    assert!(highest > 4.0 * wide && highest < 6.5 * wide, "{highest}");
                }
                let biases = &parameters[layer.bias.clone()];
                let is_zero = biases.iter().all(|&bias| bias == 0.0);
                assert_eq!(is_zero, initialisation != Initialisation::Torch);
            }
        }
    }
}

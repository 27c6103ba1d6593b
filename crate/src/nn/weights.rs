//! Initial weights, drawn alike for every backend.

use super::Stream;
use super::layout::Layout;
use crate::rng::RandomState;

/// Draws the initial parameters as `torch.nn.Linear` and `torch.nn.LayerNorm`
/// do: weight and bias from U(±1/√num_inputs) (Kaiming uniform with a = √5,
/// He et al. 2015), gains 1 and shifts 0.
pub fn initial(layout: &Layout, seed: u32) -> Vec<f32> {
    let mut rng = RandomState::from_key(&[seed, Stream::Weights as u32]);
    let mut parameters = vec![0.0; layout.num_parameters];
    for layer in &layout.layers {
        let bound = 1.0 / (layer.num_inputs as f64).sqrt();
        for place in [&layer.weight, &layer.bias] {
            for parameter in &mut parameters[place.clone()] {
                *parameter = rng.uniform(-bound, bound) as f32;
            }
        }
        if let Some((gain, _)) = &layer.norm {
            parameters[gain.clone()].fill(1.0);
        }
    }
    parameters
}

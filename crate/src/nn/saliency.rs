//! Which pixels of an image speak for a class and which against it: input × gradient
//! (Shrikumar, Greenside and Kundaje 2017, as Captum's `InputXGradient`), of the class's sum
//! before the softmax. An approximation: it takes the network for the plane that touches it
//! at this image.

use super::backward::Keep;
use super::inspect::Snapshot;
use crate::error::{Error, Result};

impl Snapshot {
    /// Normalised pixel × gradient of the class's sum by it, `[num_pixels]`. The pixels are
    /// those that the network takes in, whose mean is 0 over the training part: so paper
    /// speaks too, where ink is usual.
    ///
    /// # Errors
    /// When the image has another size, or there is no such class.
    pub fn saliency(&self, image: &[u8], class: usize) -> Result<Vec<f32>> {
        let num_classes = self.layout().num_classes();
        if class >= num_classes {
            let expected = format!("below {num_classes}");
            return Err(Error::data("class", class.to_string(), expected));
        }
        let readings = self.forward(image)?;
        let layers = &self.layout().layers;
        let mut delta = vec![0.0; num_classes];
        delta[class] = 1.0;
        for (index, layer) in layers.iter().enumerate().rev() {
            let reading = &readings[index];
            if index + 1 < layers.len() {
                let activation = self.layout().activation;
                let sums = delta.iter_mut().zip(&reading.sums);
                sums.for_each(|(d, &sum)| *d *= activation.at(sum).1);
                self.norm_to_inputs(layer, reading, &mut delta);
            }
            delta = self.to_inputs(layer, &delta);
        }
        let pixels = self.pixels(image, &Keep::default());
        delta.iter_mut().zip(&pixels).for_each(|(d, x)| *d *= x);
        Ok(delta)
    }
}

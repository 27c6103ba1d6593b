//! Which of many images a network takes for most like one: the nearest in its last hidden
//! layer, by Euclidean distance.

use super::backward::Keep;
use super::inspect::Snapshot;
use crate::error::Result;

/// What was seen of many images.
#[derive(Debug, Clone)]
pub struct Nearest {
    /// What the last hidden layer makes of the image that is compared.
    of: Vec<f32>,
    num_kept: usize,
    /// Rows and distances, the nearest first.
    kept: Vec<(u32, f64)>,
}

impl Nearest {
    /// Beside `image`; of no other yet. Keeps the `num_kept` nearest.
    ///
    /// # Errors
    /// When the image has another size.
    pub fn new(snapshot: &Snapshot, image: &[u8], num_kept: usize) -> Result<Self> {
        Ok(Self {
            of: last_hidden(snapshot, image)?,
            num_kept,
            kept: Vec::with_capacity(num_kept + 1),
        })
    }

    /// Takes in the image of `row`, as the same network reads it.
    ///
    /// # Errors
    /// When it has another size.
    pub fn take(&mut self, row: u32, snapshot: &Snapshot, image: &[u8]) -> Result<()> {
        let other = last_hidden(snapshot, image)?;
        let pairs = self.of.iter().zip(&other);
        let apart = pairs.map(|(a, b)| f64::from(*a) - f64::from(*b));
        let distance = apart.map(|far| far * far).sum::<f64>().sqrt();
        let place = self.kept.partition_point(|&(_, kept)| kept <= distance);
        if place < self.num_kept {
            self.kept.insert(place, (row, distance));
            self.kept.truncate(self.num_kept);
        }
        Ok(())
    }

    /// Rows and distances, the nearest first; of equals the one that came first.
    pub fn kept(&self) -> &[(u32, f64)] {
        &self.kept
    }
}

/// Of a network without hidden layers the normalised pixels.
fn last_hidden(snapshot: &Snapshot, image: &[u8]) -> Result<Vec<f32>> {
    let mut readings = snapshot.forward(image)?;
    readings.pop();
    let hidden = readings.pop().map(|reading| reading.activations);
    Ok(hidden.unwrap_or_else(|| snapshot.pixels(image, &Keep::default())))
}

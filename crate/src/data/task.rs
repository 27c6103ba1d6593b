//! What a data set asks of a network: how large its pictures are, which classes
//! they belong to, and how their pixels are normalised.
//!
//! Owns the limits of all three. What a file says of them is the readers' affair;
//! how a mean is taken over rows is `dataset`'s.

#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;

use crate::error::{Error, Result};
use crate::message::{NormalisationSummary, TaskSummary};

/// Pixels on a side that a picture may have.
pub const SIDES: RangeInclusive<usize> = 4..=64;
/// Classes that a set may tell apart.
pub const CLASSES: RangeInclusive<usize> = 2..=100;
/// Characters that a class's name may have.
pub const MAX_CLASS_NAME: usize = 40;
/// Bytes of pixels that one data set may hold: 392 MB, seven times MNIST.
pub const MAX_PIXEL_BYTES: usize = 500_000 * 784;
/// Images that one data set may hold, however small they are.
pub const MAX_ROWS: usize = 1_000_000;

/// How a pixel (0 empty to 255 full ink) becomes what a network takes in:
/// (pixel / 255 − mean) / deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Normalisation {
    /// Mean of the pixels, as a share of full ink.
    pub mean: f32,
    /// Their standard deviation in the same unit, above 0.
    pub deviation: f32,
}

impl Normalisation {
    /// That of MNIST's 60,000 training images.
    pub const MNIST: Self = Self {
        mean: 0.1307,
        deviation: 0.3081,
    };

    /// Mean and deviation that are numbers to divide by.
    ///
    /// # Errors
    /// When the mean is not from 0 to 1 or the deviation not above 0 and at most 1.
    pub fn new(mean: f32, deviation: f32) -> Result<Self> {
        if !(0.0..=1.0).contains(&mean) {
            let expected = "a number from 0 to 1, as a share of full ink";
            return Err(Error::data(
                "mean of the pixels",
                mean.to_string(),
                expected,
            ));
        }
        // Far below one grey level nothing is left but rounding.
        if !(1e-3..=1.0).contains(&deviation) {
            return Err(Error::data(
                "standard deviation of the pixels",
                deviation.to_string(),
                "a number from 0.001 to 1, as a share of full ink",
            ));
        }
        Ok(Self { mean, deviation })
    }

    /// A pixel as the network sees it.
    pub fn of(&self, pixel: u8) -> f32 {
        (f32::from(pixel) / 255.0 - self.mean) / self.deviation
    }
}

/// What a data set asks of a network. Valid by construction: [`SIDES`], [`CLASSES`],
/// names that differ and can be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    side: usize,
    classes: Vec<String>,
    full_ink: f32,
    is_drawn: bool,
    normalisation: Option<Normalisation>,
}

impl Task {
    /// MNIST's: 28 × 28 pixels, the ten digits, MNIST's own mean and deviation.
    pub fn mnist() -> Self {
        Self {
            side: 28,
            classes: numbered(10),
            full_ink: 255.0,
            is_drawn: true,
            normalisation: Some(Normalisation::MNIST),
        }
    }

    /// A task of square pictures, `side` pixels wide, normalised by the mean and the
    /// deviation of whatever part is trained on.
    ///
    /// # Errors
    /// When there are too few or too many pixels or classes, or a name is empty,
    /// longer than [`MAX_CLASS_NAME`] characters, holds a control character or is
    /// there twice.
    pub fn new(side: usize, classes: Vec<String>) -> Result<Self> {
        if !SIDES.contains(&side) {
            return Err(Error::data(
                "size of the pictures",
                format!("{side} × {side} pixels"),
                format!(
                    "{low} × {low} to {high} × {high}",
                    low = SIDES.start(),
                    high = SIDES.end()
                ),
            ));
        }
        check_classes(&classes)?;
        Ok(Self {
            side,
            classes,
            full_ink: 255.0,
            is_drawn: true,
            normalisation: None,
        })
    }

    /// The same with classes that bear the numbers from 0.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn numbered(side: usize, num_classes: usize) -> Result<Self> {
        // Names enough for the refusal, not for as many as a lie may say.
        Self::new(side, numbered(num_classes.min(CLASSES.end() + 1)))
    }

    /// The same with other names for the same classes.
    ///
    /// # Errors
    /// When they are not as many as before, or as in [`new`](Self::new).
    pub fn with_classes(self, classes: Vec<String>) -> Result<Self> {
        if classes.len() != self.classes.len() {
            return Err(Error::data(
                "names of the classes",
                classes.len().to_string(),
                format!("{}, one for each class", self.classes.len()),
            ));
        }
        check_classes(&classes)?;
        Ok(Self { classes, ..self })
    }

    /// The same of a file that has another number for full ink than 255.
    pub fn with_full_ink(self, full_ink: f32) -> Self {
        Self { full_ink, ..self }
    }

    /// The same of pictures that nobody drew with a pen, such as photographs.
    pub fn photographed(self) -> Self {
        Self {
            is_drawn: false,
            ..self
        }
    }

    /// The same with a normalisation that is known.
    pub fn with_normalisation(self, normalisation: Normalisation) -> Self {
        Self {
            normalisation: Some(normalisation),
            ..self
        }
    }

    /// Pixels on each side of a picture.
    pub fn side(&self) -> usize {
        self.side
    }

    /// Pixels of a picture, `side²`.
    pub fn num_pixels(&self) -> usize {
        self.side * self.side
    }

    /// The classes' names; a label is an index into them.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// How many classes there are.
    pub fn num_classes(&self) -> usize {
        self.classes.len()
    }

    /// What the file that the pictures came from has for full ink; a data set's own
    /// pixels are scaled to 255.
    pub fn full_ink(&self) -> f32 {
        self.full_ink
    }

    /// Whether the pictures are drawn with a pen, as a person's on the pad are.
    pub fn is_drawn(&self) -> bool {
        self.is_drawn
    }

    /// How pixels are normalised; `None` where the part that is trained on decides.
    pub fn normalisation(&self) -> Option<Normalisation> {
        self.normalisation
    }

    /// Images that a set of this task may hold.
    pub fn max_rows(&self) -> usize {
        (MAX_PIXEL_BYTES / self.num_pixels()).min(MAX_ROWS)
    }

    /// Whether pixels and weights mean what MNIST's mean: 28 × 28 pixels, ten classes,
    /// MNIST's normalisation. Names do not matter.
    pub fn is_mnist(&self) -> bool {
        self.side == 28
            && self.classes.len() == 10
            && self.normalisation == Some(Normalisation::MNIST)
    }

    /// Whether the classes are the ten digits under their own names.
    pub fn are_digits(&self) -> bool {
        self.classes == numbered(10)
    }

    /// What one of the classes is called in a sentence: `digit` or `class`.
    pub fn class_noun(&self) -> &'static str {
        if self.are_digits() { "digit" } else { "class" }
    }

    /// A class's name; its number where it has none.
    pub fn class_name(&self, class: usize) -> String {
        let own = self.classes.get(class).cloned();
        own.unwrap_or_else(|| class.to_string())
    }

    /// What a network of this task and one of `other` can be swapped for: the same
    /// pixels, as many classes.
    pub fn fits(&self, other: &Self) -> bool {
        (self.side, self.classes.len()) == (other.side, other.classes.len())
    }

    /// Size and classes in words: `28 × 28 pixels, 10 classes`.
    pub fn shape_words(&self) -> String {
        format!(
            "{side} × {side} pixels, {classes} classes",
            side = self.side,
            classes = self.classes.len()
        )
    }
}

impl Default for Task {
    fn default() -> Self {
        Self::mnist()
    }
}

impl From<&Task> for TaskSummary {
    fn from(task: &Task) -> Self {
        Self {
            side: task.side as u32,
            classes: task.classes.clone(),
            full_ink: f64::from(task.full_ink),
            is_drawn: task.is_drawn,
            normalisation: task.normalisation.map(Into::into),
        }
    }
}

impl From<Normalisation> for NormalisationSummary {
    fn from(own: Normalisation) -> Self {
        Self {
            mean: decimal(own.mean),
            deviation: decimal(own.deviation),
        }
    }
}

/// The number that a person would read: 0.1307, not 0.13069999…; the same `f32`.
fn decimal(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::from(value))
}

/// What came back from the page, or from a record, checked.
impl TryFrom<&TaskSummary> for Task {
    type Error = Error;

    fn try_from(summary: &TaskSummary) -> Result<Self> {
        let mut task = Self::new(summary.side as usize, summary.classes.clone())?;
        if !(summary.full_ink.is_finite() && summary.full_ink > 0.0) {
            let found = summary.full_ink.to_string();
            return Err(Error::data("full ink", found, "a number above 0"));
        }
        task.full_ink = summary.full_ink as f32;
        task.is_drawn = summary.is_drawn;
        if let Some(own) = &summary.normalisation {
            let own = Normalisation::new(own.mean as f32, own.deviation as f32)?;
            task.normalisation = Some(own);
        }
        Ok(task)
    }
}

/// `0`, `1`, `2`, …
pub fn numbered(num_classes: usize) -> Vec<String> {
    (0..num_classes).map(|class| class.to_string()).collect()
}

fn check_classes(classes: &[String]) -> Result<()> {
    if !CLASSES.contains(&classes.len()) {
        let (low, high) = (CLASSES.start(), CLASSES.end());
        let found = match classes.len() {
            count if count > *high => format!("more than {high}"),
            count => count.to_string(),
        };
        return Err(Error::data("classes", found, format!("{low} to {high}")));
    }
    for (class, name) in classes.iter().enumerate() {
        let place = || format!("name of class {class}");
        let num_chars = name.chars().count();
        if name.trim().is_empty() || num_chars > MAX_CLASS_NAME {
            let found = format!("{num_chars} characters");
            let expected = format!("1 to {MAX_CLASS_NAME} characters");
            return Err(Error::data(place(), found, expected));
        }
        if name.chars().any(char::is_control) {
            return Err(Error::data(
                place(),
                format!("{name:?}"),
                "one line of text",
            ));
        }
        if let Some(other) = classes[..class].iter().position(|other| other == name) {
            let found = format!("{name:?}, the name of class {other}, too");
            return Err(Error::data(place(), found, "names that differ"));
        }
    }
    Ok(())
}

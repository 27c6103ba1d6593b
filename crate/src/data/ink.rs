//! Ink as a person leaves it on the pad, made into an image as MNIST's are, or as
//! another set's of square pictures.
//!
//! Owns the preparation alone: the bounding box, the 20×20 box, the centre of
//! mass. It draws nothing (the page and [`crate::data::sample`] do) and it
//! reads no digits.
//!
//! What MNIST did is in LeCun, Bottou, Bengio and Haffner, "Gradient-based
//! learning applied to document recognition" (1998), section III-A: the image
//! was size-normalised to fit a 20×20 box keeping the aspect ratio, got grey
//! levels from the anti-aliasing, and was placed in 28×28 by its centre of
//! mass. Measured on the 10,000 test images: each has exactly 20 pixels on its
//! longer side, and its centre of mass lies in (13.5, 14.5) on both axes,
//! evenly spread, with pixel 0's centre at 0. So the shift was by whole
//! pixels, the one that brings the centre of mass nearest to pixel 14.

#[cfg(test)]
mod tests;

/// Pixels on a side of a prepared image.
pub const SIDE: usize = 28;
/// Pixels in a prepared image.
pub const NUM_PIXELS: usize = SIDE * SIDE;
/// Ink fainter than this fraction of the darkest does not widen the box: the
/// pale fringe that smoothing leaves around a stroke is not part of its size.
const BOX_THRESHOLD: f32 = 0.25;
/// Below this nothing on the raster counts as ink: specks of a picture's noise.
const FAINTEST_INK: u8 = 16;

/// How ink is laid into an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// Pixels on a side of the image.
    side: usize,
    /// Pixels on a side of the box that the ink is scaled into.
    box_side: usize,
    /// Whether the centre of mass is brought to the image's middle, as far as the box
    /// can move.
    by_mass: bool,
}

impl Form {
    /// MNIST's: a box of 20 in 28 pixels, placed by its centre of mass.
    pub const MNIST: Self = Self::drawn(SIDE);

    /// The same in an image of another side: a box of five sevenths of it.
    pub const fn drawn(side: usize) -> Self {
        Self {
            side,
            box_side: (side * 20 + SIDE / 2) / SIDE,
            by_mass: true,
        }
    }

    /// As large as the image holds it and in its middle, as the pictures of
    /// Fashion-MNIST are (Xiao, Rasul and Vollgraf 2017).
    pub const fn whole(side: usize) -> Self {
        Self {
            side,
            box_side: side,
            by_mass: false,
        }
    }

    /// Where the box lies before the shift by the centre of mass.
    fn margin(&self) -> usize {
        (self.side - self.box_side) / 2
    }

    /// The place (on both axes) next to which the centre of mass comes to lie.
    fn centre(&self) -> f32 {
        self.side as f32 / 2.0
    }
}

/// Makes a raster of ink (`width * height` bytes, row after row, 0 where the
/// pad is empty, 255 where the ink is full) into one 28×28 image as MNIST's
/// are. `None` where there is no ink.
///
/// The darkest pixel of the result is 255, as it is in MNIST, so a thin or
/// pale pen still reads.
///
/// # Panics
///
/// When `ink` does not hold `width * height` bytes.
pub fn prepare_ink(ink: &[u8], width: usize, height: usize) -> Option<[u8; NUM_PIXELS]> {
    let image = prepare_ink_as(Form::MNIST, ink, width, height)?;
    Some(image.try_into().expect("28 rows of 28"))
}

/// The same in another form: `side²` bytes.
///
/// # Panics
///
/// When `ink` does not hold `width * height` bytes.
pub fn prepare_ink_as(form: Form, ink: &[u8], width: usize, height: usize) -> Option<Vec<u8>> {
    assert_eq!(
        ink.len(),
        width * height,
        "ink must hold width * height bytes"
    );
    let darkest = ink.iter().copied().max()?;
    if darkest < FAINTEST_INK {
        return None;
    }
    let threshold = (f32::from(darkest) * BOX_THRESHOLD) as u8;
    let bounds = bounding_box(ink, width, threshold)?;

    let extent = bounds.width().max(bounds.height()) as f32;
    // Source pixels to one pixel of the result.
    let step = extent / form.box_side as f32;
    let columns = Taps::new(form, bounds.left, bounds.right, width, step);
    let rows = Taps::new(form, bounds.top, bounds.bottom, height, step);
    let mut image = resample(form.side, ink, width, &rows, &columns);

    let peak = image.iter().copied().fold(0.0, f32::max);
    let gain = 255.0 / peak;
    image.iter_mut().for_each(|pixel| *pixel *= gain);
    Some(centre(form, &image))
}

/// The smallest rectangle that holds the ink, ends exclusive.
struct Bounds {
    left: usize,
    right: usize,
    top: usize,
    bottom: usize,
}

impl Bounds {
    fn width(&self) -> usize {
        self.right - self.left
    }

    fn height(&self) -> usize {
        self.bottom - self.top
    }
}

/// The box of all ink above `threshold`.
fn bounding_box(ink: &[u8], width: usize, threshold: u8) -> Option<Bounds> {
    // The darkest ink of each column, and the first and last row with any.
    let mut columns = vec![0_u8; width];
    let mut rows = None;
    for (y, row) in ink.chunks_exact(width).enumerate() {
        let mut darkest = 0;
        for (column, &value) in columns.iter_mut().zip(row) {
            *column = (*column).max(value);
            darkest = darkest.max(value);
        }
        if darkest > threshold {
            let (top, _) = rows.unwrap_or((y, y));
            rows = Some((top, y + 1));
        }
    }
    let (top, bottom) = rows?;
    let left = columns.iter().position(|&value| value > threshold)?;
    let right = columns.iter().rposition(|&value| value > threshold)? + 1;
    Some(Bounds {
        left,
        right,
        top,
        bottom,
    })
}

/// For each of the image's pixels along one axis, which source pixels it is a
/// weighted sum of.
struct Taps {
    /// The first source pixel and its weights, which follow one another.
    of: Vec<(usize, Vec<f32>)>,
}

impl Taps {
    /// Lays the stretch `from..to` of an axis of `len` source pixels in the
    /// middle of the box, `step` source pixels to one of the result.
    fn new(form: Form, from: usize, to: usize, len: usize, step: f32) -> Self {
        // Whole pixels on the shorter side: half a pixel of offset would blur
        // both edges of every upright stroke.
        let size = ((to - from) as f32 / step).round().max(1.0);
        let first = form.margin() as f32 + ((form.box_side as f32 - size) / 2.0).floor();
        let middle = (from + to) as f32 / 2.0;
        let origin = middle - (first + size / 2.0) * step;
        // Scaled down, a pixel is the mean of the area it covers. Scaled up,
        // that area is widened to one source pixel, which makes the very same
        // sum a linear interpolation.
        let reach = step.max(1.0) / 2.0;
        let of = (0..form.side)
            .map(|pixel| {
                let at = origin + (pixel as f32 + 0.5) * step;
                let start = (at - reach).max(0.0);
                let end = (at + reach).min(len as f32);
                if end <= start {
                    return (0, Vec::new());
                }
                let first = start as usize;
                let last = (end.ceil() as usize).min(len);
                let weights = (first..last)
                    .map(|i| {
                        let covered = end.min((i + 1) as f32) - start.max(i as f32);
                        covered.max(0.0) / (2.0 * reach)
                    })
                    .collect();
                (first, weights)
            })
            .collect();
        Self { of }
    }
}

/// The image's weighted sums, still unshifted, 0 to 255.
fn resample(side: usize, ink: &[u8], width: usize, rows: &Taps, columns: &Taps) -> Vec<f32> {
    let mut image = vec![0.0; side * side];
    // Down the columns first: whole rows are summed, which vectorises, and
    // only few of them are left to be summed across.
    let mut sums = vec![0.0_f32; width];
    for (target, (top, weights)) in image.chunks_exact_mut(side).zip(&rows.of) {
        if weights.is_empty() {
            continue;
        }
        sums.fill(0.0);
        for (row, &weight) in ink[top * width..].chunks_exact(width).zip(weights) {
            for (sum, &value) in sums.iter_mut().zip(row) {
                *sum += weight * f32::from(value);
            }
        }
        for (pixel, (left, weights)) in target.iter_mut().zip(&columns.of) {
            *pixel = sums[*left..]
                .iter()
                .zip(weights)
                .map(|(sum, weight)| sum * weight)
                .sum();
        }
    }
    image
}

/// Shifts the image by whole pixels so that its centre of mass comes to lie
/// next to the middle on both axes where the form says so, and rounds it to grey levels.
fn centre(form: Form, image: &[f32]) -> Vec<u8> {
    let side = form.side;
    let (mut mass, mut mass_x, mut mass_y) = (0.0, 0.0, 0.0);
    for (i, &value) in image.iter().enumerate() {
        mass += value;
        mass_x += value * (i % side) as f32;
        mass_y += value * (i / side) as f32;
    }
    // The box never leaves the image, however lopsided the ink.
    let limit = if form.by_mass {
        form.margin() as f32
    } else {
        0.0
    };
    let middle = form.centre();
    let shift = |moment: f32| (middle - moment / mass).round().clamp(-limit, limit) as isize;
    let (dx, dy) = (shift(mass_x), shift(mass_y));

    let mut shifted = vec![0; side * side];
    for y in 0..side {
        for x in 0..side {
            let (from_x, from_y) = (x.wrapping_add_signed(-dx), y.wrapping_add_signed(-dy));
            if from_x < side && from_y < side {
                shifted[y * side + x] = image[from_y * side + from_x].round() as u8;
            }
        }
    }
    shifted
}

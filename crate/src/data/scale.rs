//! What number means full ink: 255, or 1, or 16.
//!
//! Owns how a file's pixels become bytes of 0, paper, to 255, ink. A file does not say
//! its scale, but its numbers do: a fraction of at most 1 makes it a share of ink, and
//! so does a file whose largest pixel is 1; scikit-learn's 8 × 8 digits go up to 16.

use super::store::PixelStore;

/// What is known of the scale so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Scale {
    /// Whole numbers alone: taken as they are.
    #[default]
    Whole,
    /// Shares of full ink: pixels so far are brought to 255.
    Share,
}

impl Scale {
    /// The byte of a whole number; `None` where it is beyond the scale.
    pub fn whole(self, number: u32) -> Option<u8> {
        match self {
            Self::Whole => u8::try_from(number).ok(),
            Self::Share => (number <= 1).then(|| 255 * number as u8),
        }
    }

    /// The byte of a share of ink. The first one of a file makes shares of all the
    /// pixels before it; `None` where they, or this one, are more than 1.
    pub fn share(&mut self, share: f64, pixels: &mut PixelStore) -> Option<u8> {
        if !(0.0..=1.0).contains(&share) {
            return None;
        }
        if *self == Self::Whole {
            if pixels.has_above(1) {
                return None;
            }
            pixels.stretch(1);
            *self = Self::Share;
        }
        Some((share * 255.0).round_ties_even() as u8)
    }

    /// The range of a pixel, for an error.
    pub fn range(self) -> &'static str {
        match self {
            Self::Whole => "0 to 255",
            Self::Share => "0 to 1 as in the pixels before",
        }
    }

    /// Ends the reading of images of `side` × `side` pixels: brings them to 255, and
    /// gives the number that was full ink.
    pub fn settle(self, pixels: &mut PixelStore, side: usize) -> u32 {
        if self == Self::Share {
            return 1;
        }
        if pixels.has_above(16) || !pixels.has_above(0) {
            return 255;
        }
        if !pixels.has_above(1) {
            pixels.stretch(1);
            return 1;
        }
        if side == 8 {
            pixels.stretch(16);
            return 16;
        }
        255
    }
}

/// What is said of a scale that is not 255.
pub(super) fn scale_note(largest: u32) -> Option<String> {
    (largest != 255).then(|| format!("pixels 0 to {largest} scaled to 255"))
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::{PixelStore, Scale};

    fn store(bytes: &[u8]) -> PixelStore {
        let mut store = PixelStore::new(bytes.len());
        store.push_bytes(bytes).unwrap();
        store
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn the_first_share_makes_shares_of_all_before_it() {
        let mut pixels = store(&[0, 1, 1, 0]);
        let mut scale = Scale::default();
        assert_eq!(scale.whole(200), Some(200));
        assert_eq!(scale.share(0.5, &mut pixels), Some(128));
        assert_eq!(scale.whole(1), Some(255));
        // Found by fuzzing: far beyond the scale, and beyond a byte.
        assert_eq!((scale.whole(2), scale.whole(u32::MAX)), (None, None));
        assert_eq!(scale.share(1.5, &mut pixels), None);
        assert_eq!(scale.share(f64::NAN, &mut pixels), None);
        assert_eq!(scale.settle(&mut pixels, 2), 1);
        assert_eq!(pixels.into_pixels().unwrap(), [0, 255, 255, 0]);

        let mut pixels = store(&[0, 7]);
        assert_eq!(Scale::default().share(0.5, &mut pixels), None);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn the_largest_pixel_tells_the_scale() {
        let settled = |bytes: &[u8], side| {
            let mut pixels = store(bytes);
            let full_ink = Scale::default().settle(&mut pixels, side);
            (full_ink, pixels.into_pixels().unwrap())
        };
        assert_eq!(settled(&[0, 1], 28), (1, vec![0, 255]));
        assert_eq!(settled(&[0, 16, 8, 1], 8), (16, vec![0, 255, 128, 16]));
        assert_eq!(settled(&[0, 16], 28), (255, vec![0, 16]));
        assert_eq!(settled(&[0, 17], 8), (255, vec![0, 17]));
        assert_eq!(settled(&[0, 0], 8), (255, vec![0, 0]));
    }
}

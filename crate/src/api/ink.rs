//! What a pad's ink or a picture looks like to a network.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use super::Thrown;
use crate::data;
use crate::data::ink::Form;
use crate::data::pen::{PAD_SIDE, Paper};
use crate::data::task::SIDES;
use crate::error::Error;

/// What a pad's ink, `width·height` bytes from 0 to 255, looks like to a network of
/// pictures `side` pixels wide: drawn ones prepared as MNIST's were, others as large as
/// the picture holds them; nothing where there is no ink.
#[wasm_bindgen]
pub fn prepare_ink(
    ink: &[u8],
    width: u32,
    height: u32,
    side: u32,
    is_drawn: bool,
) -> Result<Uint8Array, Thrown> {
    let expected = u64::from(width) * u64::from(height);
    if ink.len() as u64 != expected {
        let found = format!("{} bytes", ink.len());
        let expected = format!("{expected}, {width} by {height}");
        return Err(Error::data("ink", found, expected).into());
    }
    let form = form(side, is_drawn)?;
    Ok(prepared_ink(form, ink, width as usize, height as usize))
}

fn form(side: u32, is_drawn: bool) -> crate::error::Result<Form> {
    let side = side as usize;
    if !SIDES.contains(&side) {
        let expected = format!("{} to {}", SIDES.start(), SIDES.end());
        return Err(Error::data("side of a picture", side.to_string(), expected));
    }
    Ok(if is_drawn {
        Form::drawn(side)
    } else {
        Form::whole(side)
    })
}

fn prepared_ink(form: Form, ink: &[u8], width: usize, height: usize) -> Uint8Array {
    match data::ink::prepare_ink_as(form, ink, width, height) {
        Some(pixels) => Uint8Array::from(pixels.as_slice()),
        None => Uint8Array::new_with_length(0),
    }
}

/// The same of the pad's strokes, whose ink this engine draws itself: every browser
/// then sees the same `side²` pixels. `points` are x and y in turn, in sides of the pad;
/// `lengths` are the points of each stroke, one after the other; `width` is the pen's,
/// in sides of the pad. `paper` is ink that lies under the strokes, a picture's.
#[wasm_bindgen]
pub fn prepare_strokes(
    points: &[f32],
    lengths: &[u32],
    width: f32,
    paper: Option<Vec<u8>>,
    side: u32,
    is_drawn: bool,
) -> Result<Uint8Array, Thrown> {
    let form = form(side, is_drawn)?;
    let mut paper = match paper {
        Some(ink) => Paper::of_pad(ink)?,
        None => Paper::new(PAD_SIDE),
    };
    paper.strokes(points, lengths, width)?;
    Ok(prepared_ink(form, paper.ink(), paper.side(), paper.side()))
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::super::tests::{all, fields};
    use super::*;

    #[wasm_bindgen_test]
    fn strokes_become_the_images_784_pixels_or_nothing() {
        let prepared = |points: &[f32], lengths: &[u32], paper: Option<Vec<u8>>| {
            prepare_strokes(points, lengths, 0.08, paper, 28, true).map(|pixels| pixels.to_vec())
        };
        let mut paper = Paper::new(PAD_SIDE);
        paper.strokes(&[0.3, 0.2, 0.6, 0.8], &[2], 0.08).unwrap();
        let expected = data::ink::prepare_ink(paper.ink(), PAD_SIDE, PAD_SIDE).unwrap();
        let found = prepared(&[0.3, 0.2, 0.6, 0.8], &[2], None).unwrap();
        assert_eq!(found, expected);
        let on_paper = prepared(&[], &[], Some(paper.ink().to_vec())).unwrap();
        assert_eq!(on_paper, expected);
        assert!(prepared(&[], &[], None).unwrap().is_empty());
        let thrown = prepared(&[0.5; 4], &[1], None).expect_err("a point too many");
        assert_eq!(fields(thrown)[1], Some("strokes, lengths".into()));
        let thrown = prepare_ink(&[0; 12], 4, 4, 28, true).expect_err("four bytes too few");
        let message = "ink: found 12 bytes, expected 16, 4 by 4";
        assert_eq!(
            fields(thrown),
            all([message, "ink", "12 bytes", "16, 4 by 4"])
        );
    }
}

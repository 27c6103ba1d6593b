//! Where a reader puts pixels whose number it learns only at the end.
//!
//! Owns how that memory grows: a browser's memory never shrinks again, so a
//! buffer that doubles would leave a tab with three times the data set.

use super::task::{MAX_PIXEL_BYTES, MAX_ROWS};
use crate::error::{Error, Result};

/// Bytes of a piece that is added when the present ones are full, but for what is no
/// whole row: 0.8 MB.
const PIECE_BYTES: usize = 1024 * 784;
/// Bytes that are reserved at once on a mere promise: 78 MB. Promises come from
/// file headers, which may lie.
const MAX_PROMISED_BYTES: usize = 100_000 * 784;

/// Pixels in pieces; whole again in [`into_pixels`](Self::into_pixels).
///
/// With a promise that holds there is one piece and no copy. Without one the
/// pieces and the whole exist side by side for a moment: twice the data set.
#[derive(Debug)]
pub(super) struct PixelStore {
    /// Pixels of a row.
    row_len: usize,
    pieces: Vec<Vec<u8>>,
    num_bytes: usize,
}

impl PixelStore {
    /// A store of rows of `row_len` pixels, at least one.
    pub fn new(row_len: usize) -> Self {
        Self {
            row_len,
            pieces: Vec::new(),
            num_bytes: 0,
        }
    }

    /// Whether any pixel is above `limit`.
    pub fn has_above(&self, limit: u8) -> bool {
        let mut pieces = self.pieces.iter();
        pieces.any(|piece| piece.iter().any(|&pixel| pixel > limit))
    }

    /// Brings pixels of 0 to `full_ink` to 0 to 255, rounded; halves to the even number,
    /// as numpy rounds.
    pub fn stretch(&mut self, full_ink: u8) {
        for pixel in self.pieces.iter_mut().flatten() {
            let share = f64::from(*pixel) / f64::from(full_ink);
            *pixel = (share * 255.0).round_ties_even() as u8;
        }
    }

    /// The last pixel of each row, from the first row on. Only of whole rows.
    pub fn last_pixels(&self) -> impl Iterator<Item = u8> {
        let rows = self
            .pieces
            .iter()
            .flat_map(|piece| piece.chunks_exact(self.row_len));
        rows.filter_map(|row| row.last().copied())
    }

    /// Bytes held, incomplete rows included.
    pub fn num_bytes(&self) -> usize {
        self.num_bytes
    }

    /// Makes room for `num_rows` in all in one piece. A promise that does not
    /// fit is no error: growing goes on in pieces.
    pub fn expect_rows(&mut self, num_rows: usize) {
        let num_rows = num_rows.min(MAX_PROMISED_BYTES / self.row_len);
        let num_bytes = num_rows * self.row_len;
        let mut whole = Vec::new();
        if num_bytes <= self.num_bytes || whole.try_reserve_exact(num_bytes).is_err() {
            return;
        }
        self.pieces
            .drain(..)
            .for_each(|piece| whole.extend_from_slice(&piece));
        self.pieces.push(whole);
    }

    /// Appends a row of zeros, to be filled through [`last_row`](Self::last_row).
    /// Rows and loose bytes are not to be mixed.
    pub fn push_row(&mut self) -> Result<()> {
        let row_len = self.row_len;
        let piece = self.piece_with_room(row_len)?;
        piece.resize(piece.len() + row_len, 0);
        self.num_bytes += row_len;
        Ok(())
    }

    /// The row appended last. Panics if there is none.
    pub fn last_row(&mut self) -> &mut [u8] {
        let piece = self.pieces.last_mut().expect("a row was pushed before");
        let start = piece.len() - self.row_len;
        &mut piece[start..]
    }

    /// Appends bytes, whole rows or not.
    pub fn push_bytes(&mut self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            let piece = self.piece_with_room(1)?;
            let (head, rest) = bytes.split_at(bytes.len().min(piece.capacity() - piece.len()));
            piece.extend_from_slice(head);
            self.num_bytes += head.len();
            bytes = rest;
        }
        Ok(())
    }

    /// All of it in one piece.
    pub fn into_pixels(mut self) -> Result<Vec<u8>> {
        if self.pieces.len() == 1 {
            let mut whole = self.pieces.remove(0);
            whole.shrink_to_fit();
            return Ok(whole);
        }
        let mut whole = Vec::new();
        whole
            .try_reserve_exact(self.num_bytes)
            .map_err(|_| self.out_of_memory())?;
        // Each piece is freed as soon as it is copied.
        self.pieces
            .into_iter()
            .for_each(|piece| whole.extend_from_slice(&piece));
        Ok(whole)
    }

    /// The last piece, or a new one where that has no room for `num_bytes` (at most a row).
    fn piece_with_room(&mut self, num_bytes: usize) -> Result<&mut Vec<u8>> {
        let max_rows = (MAX_PIXEL_BYTES / self.row_len).min(MAX_ROWS);
        if self.num_bytes >= max_rows * self.row_len {
            return Err(Error::data(
                format!("image {}", max_rows + 1),
                format!("more than {max_rows} images"),
                "at most that many",
            ));
        }
        let has_room = self
            .pieces
            .last()
            .is_some_and(|piece| piece.capacity() - piece.len() >= num_bytes);
        if !has_room {
            let mut piece = Vec::new();
            piece
                .try_reserve_exact(PIECE_BYTES / self.row_len * self.row_len)
                .map_err(|_| self.out_of_memory())?;
            self.pieces.push(piece);
        }
        Ok(self.pieces.last_mut().expect("there is a piece now"))
    }

    fn out_of_memory(&self) -> Error {
        let num_rows = self.num_bytes / self.row_len;
        Error::data(
            format!("image {}", num_rows + 1),
            format!("no memory for more than {num_rows} images"),
            "a smaller file, or fewer open tabs",
        )
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::{PIECE_BYTES, PixelStore};

    const NUM_PIXELS: usize = 784;
    const PIECE_ROWS: usize = PIECE_BYTES / NUM_PIXELS;

    #[wasm_bindgen_test(unsupported = test)]
    fn rows_come_back_in_order_whatever_was_promised() {
        let num_rows = 2 * PIECE_ROWS + 37;
        for promised in [0, 1, PIECE_ROWS, num_rows - 1, num_rows, 3 * num_rows] {
            let mut store = PixelStore::new(NUM_PIXELS);
            for row in 0..num_rows {
                if row == PIECE_ROWS {
                    store.expect_rows(promised);
                }
                store.push_row().unwrap();
                assert_eq!(store.last_row(), [0; NUM_PIXELS]);
                store.last_row().fill((row % 251) as u8);
            }
            assert_eq!(store.num_bytes(), num_rows * NUM_PIXELS);
            let pixels = store.into_pixels().unwrap();
            assert_eq!(pixels.len(), num_rows * NUM_PIXELS);
            let right = |(at, &pixel): (usize, &u8)| usize::from(pixel) == at / NUM_PIXELS % 251;
            assert!(pixels.iter().enumerate().all(right), "promised {promised}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_promise_that_holds_costs_no_copy() {
        let mut store = PixelStore::new(NUM_PIXELS);
        store.expect_rows(5000);
        for _ in 0..5000 {
            store.push_row().unwrap();
        }
        assert_eq!(store.pieces.len(), 1);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn bytes_come_back_in_order() {
        let bytes: Vec<u8> = (0..(PIECE_ROWS + 3) * NUM_PIXELS + 5)
            .map(|at| (at % 253) as u8)
            .collect();
        for promised in [0, 7, PIECE_ROWS + 4] {
            let mut store = PixelStore::new(NUM_PIXELS);
            store.expect_rows(promised);
            bytes
                .chunks(99_991)
                .for_each(|chunk| store.push_bytes(chunk).unwrap());
            assert_eq!(store.num_bytes(), bytes.len());
            assert!(store.into_pixels().unwrap() == bytes, "promised {promised}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn rows_of_any_length_come_back_in_order() {
        for row_len in [16, 25, 64, 4096] {
            let num_rows = PIECE_BYTES / row_len + 3;
            let mut store = PixelStore::new(row_len);
            for row in 0..num_rows {
                store.push_row().unwrap();
                store.last_row().fill((row % 251) as u8);
            }
            let pixels = store.into_pixels().unwrap();
            assert_eq!(pixels.len(), num_rows * row_len);
            let right = |(at, &pixel): (usize, &u8)| usize::from(pixel) == at / row_len % 251;
            assert!(pixels.iter().enumerate().all(right), "{row_len} a row");
        }
    }
}

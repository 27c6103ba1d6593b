//! What a step is made of, before any backend has seen it.

/// A batch as the trainer names it.
#[derive(Debug, Clone, Copy)]
pub enum Batch<'a> {
    /// Rows of the data set the network was made with.
    Rows(&'a [u32]),
    /// Images of their own, `[n, num_pixels]`, with their labels `[n]`.
    Images(&'a [u8], &'a [u8]),
}

impl Batch<'_> {
    /// Images in the batch.
    pub fn len(&self) -> usize {
        match self {
            Self::Rows(rows) => rows.len(),
            Self::Images(_, labels) => labels.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

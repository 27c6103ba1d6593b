//! Writes the sample that ships, as CSV, to standard output:
//!
//! ```sh
//! cargo run --example make_sample | gzip -9n > data/sample.csv.gz
//! ```

use std::io::{self, BufWriter, Write};

use inkling::data::sample::{SAMPLE_ROWS, SAMPLE_SEED, generate, write_csv};

fn main() -> io::Result<()> {
    let (pixels, labels) = generate(SAMPLE_ROWS, SAMPLE_SEED);
    let mut out = BufWriter::new(io::stdout().lock());
    write_csv(&mut out, &pixels, &labels)?;
    out.flush()
}

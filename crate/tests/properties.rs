//! What holds for every input of a kind, tried on many drawn by a seeded
//! generator: however a file is cut into chunks it is the same data set, and a
//! split divides whatever labels it is given.
// No device takes part: one engine is enough.
#![cfg(feature = "ndarray")]

use inkling::data::reader::DatasetReader;
use inkling::data::split::stratified_split;
use inkling::data::{Dataset, NUM_PIXELS, Task};
use inkling::math::powf;
use inkling::rng::RandomState;
use wasm_bindgen_test::wasm_bindgen_test;

/// Images of random ink, mostly background as digits are, and their labels.
fn drawn(rng: &mut RandomState, num_rows: usize) -> (Vec<u8>, Vec<u8>) {
    let pixels = (0..num_rows * NUM_PIXELS)
        .map(|_| match rng.interval(4) {
            0 => rng.next_u32() as u8,
            _ => 0,
        })
        .collect();
    let labels = (0..num_rows).map(|_| rng.interval(9) as u8).collect();
    (pixels, labels)
}

/// A table in one of the forms that are allowed, drawn with everything that may
/// vary: header, line ends, quotes, leading zeros, what stands at either end.
fn table(rng: &mut RandomState, pixels: &[u8], labels: &[u8]) -> Vec<u8> {
    let line_end = ["\n", "\r\n"][rng.interval(1) as usize];
    let mut lines = Vec::new();
    if rng.interval(1) == 0 {
        let names = (0..NUM_PIXELS).map(|at| format!(",pixel{at}"));
        lines.push(format!("label{}", names.collect::<String>()));
    }
    let is_odd = rng.interval(1) == 0;
    for (image, label) in pixels.chunks(NUM_PIXELS).zip(labels) {
        let fields = std::iter::once(label).chain(image).map(|value| {
            match if is_odd { rng.interval(30) } else { 9 } {
                0 => format!("\"{value}\""),
                1 => format!("{value:03}"),
                _ => value.to_string(),
            }
        });
        lines.push(fields.collect::<Vec<_>>().join(","));
    }
    let mut text = lines.join(line_end);
    if rng.interval(3) == 0 {
        text.insert(0, '\u{feff}');
    }
    text.push_str(&line_end.repeat(rng.interval(2) as usize));
    text.into_bytes()
}

/// The data set of `files`, each cut at drawn places: into a few chunks, into
/// small ones, or byte by byte; empty ones are among them.
fn read(rng: &mut RandomState, files: &[Vec<u8>]) -> Dataset {
    let mut reader = DatasetReader::new("a");
    for (index, file) in files.iter().enumerate() {
        if index > 0 {
            reader.next_file("a").unwrap();
        }
        let most = [1, 9, 900, file.len() as u32][rng.interval(3) as usize];
        let mut rest = &file[..];
        while !rest.is_empty() {
            let (chunk, tail) = rest.split_at(rest.len().min(rng.interval(most) as usize));
            reader.push(chunk).unwrap();
            rest = tail;
        }
    }
    reader.finish().unwrap()
}

#[wasm_bindgen_test(unsupported = test)]
fn a_table_is_the_same_however_it_is_cut() {
    let mut rng = RandomState::new(11);
    for _ in 0..60 {
        let num_rows = 1 + rng.interval(5) as usize;
        let (mut pixels, labels) = drawn(&mut rng, num_rows);
        // A picture's corner is paper. A column of small numbers there, without a header,
        // might be the labels as well, and is asked about (`tables.rs`).
        pixels
            .chunks_mut(NUM_PIXELS)
            .for_each(|image| image[NUM_PIXELS - 1] = 0);
        let file = [table(&mut rng, &pixels, &labels)];
        let expected = Dataset::from_parts("a", Task::mnist(), pixels, labels).unwrap();
        for _ in 0..4 {
            assert_eq!(read(&mut rng, &file), expected);
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn idx_files_are_the_same_however_they_are_cut() {
    let mut rng = RandomState::new(12);
    for _ in 0..60 {
        let num_rows = 1 + rng.interval(20) as usize;
        let (pixels, labels) = drawn(&mut rng, num_rows);
        let count = (num_rows as u32).to_be_bytes();
        let sides = [0, 0, 0, 28, 0, 0, 0, 28];
        let mut files = vec![
            [&[0, 0, 8, 3], &count[..], &sides, &pixels].concat(),
            [&[0, 0, 8, 1], &count[..], &labels].concat(),
        ];
        if rng.interval(1) == 0 {
            files.reverse();
        }
        let expected = Dataset::from_parts("a", Task::mnist(), pixels, labels).unwrap();
        for _ in 0..4 {
            assert_eq!(read(&mut rng, &files), expected);
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_split_divides_whatever_it_is_given() {
    let mut rng = RandomState::new(13);
    let mut num_split = 0;
    for _ in 0..600 {
        // From evenly filled classes to one that holds nearly all rows.
        let num_classes = 1 + rng.interval(9) as usize;
        let skew = [1.0, 2.0, 8.0][rng.interval(2) as usize];
        let num_rows = 2 + rng.interval(2_000) as usize;
        let labels: Vec<u8> = (0..num_rows)
            .map(|_| (powf(rng.uniform_f64(), skew) * num_classes as f64) as u8)
            .collect();
        let share = rng.uniform(0.001, 0.999);
        let seed = rng.next_u32();
        let Ok(split) = stratified_split(&labels, &Task::mnist(), share, seed) else {
            // Refused with reason: a class of one row, or fewer rows in a part
            // than there are classes.
            let count = |class: u8| labels.iter().filter(|&&label| label == class).count();
            let counts: Vec<usize> = (0..10).map(count).filter(|&count| count > 0).collect();
            let num_validation = (share * num_rows as f64).ceil() as usize;
            let smaller = num_validation.min(num_rows - num_validation);
            assert!(counts.contains(&1) || smaller < counts.len());
            continue;
        };
        num_split += 1;

        // Each row is in one part, once.
        let mut rows = [&split.train[..], &split.validation].concat();
        rows.sort_unstable();
        assert!(rows.iter().copied().eq(0..num_rows as u32));
        assert_eq!(
            split.validation.len(),
            (share * num_rows as f64).ceil() as usize
        );
        // Each class has its share of either part, to less than a row.
        let held_out = split.validation.len() as f64 / num_rows as f64;
        for class in 0..10 {
            let count = |rows: &[u32]| {
                let of_class = |&&row: &&u32| labels[row as usize] == class;
                rows.iter().filter(of_class).count() as f64
            };
            let whole = count(&rows);
            let off = (count(&split.validation) - whole * held_out).abs();
            assert!(off < 1.0 + 1e-9, "{off} rows off in class {class}");
        }
        // The same again, and another one with another seed.
        assert_eq!(
            stratified_split(&labels, &Task::mnist(), share, seed).unwrap(),
            split
        );
        if num_rows > 100 && split.train.len() > 20 {
            let other = stratified_split(&labels, &Task::mnist(), share, seed ^ 1).unwrap();
            assert_ne!(other, split);
        }
    }
    assert!(num_split > 300, "{num_split} of 600 could be split");
}

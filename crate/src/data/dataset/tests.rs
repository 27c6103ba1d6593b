use serde::Deserialize;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{Dataset, NUM_PIXELS, Normalisation, Task};

fn made(rows: usize, labelled: bool) -> Dataset {
    let pixels = (0..rows * NUM_PIXELS)
        .map(|at| (37 * at + at / 784) as u8)
        .collect();
    let labels = (0..if labelled { rows } else { 0 }).map(|row| ((7 * row + 3) % 10) as u8);
    Dataset::from_parts("made", Task::mnist(), pixels, labels.collect()).unwrap()
}

#[wasm_bindgen_test(unsupported = test)]
fn gives_back_what_it_was_made_of() {
    let data = made(11, true);
    assert_eq!(data.num_rows(), 11);
    assert_eq!(data.label(4), Some(1));
    assert_eq!(data.image(2)[3], ((37 * (2 * 784 + 3) + 2) % 256) as u8);
    assert_eq!(data.class_counts(), [1, 1, 1, 2, 1, 1, 1, 1, 1, 1]);
    assert_eq!(data.require_labels(), Ok(()));
    let summary = data.summary();
    assert_eq!((summary.name.as_str(), summary.num_rows), ("made", 11));
    assert!(summary.has_labels);
}

#[wasm_bindgen_test(unsupported = test)]
fn an_unlabelled_set_says_what_it_is() {
    let data = made(2, false);
    assert_eq!(
        (data.has_labels(), data.label(1), data.class_counts()),
        (false, None, vec![0; 10])
    );
    let message = data.require_labels().unwrap_err().to_string();
    assert!(
        message.contains("test.csv") && message.contains("train.csv"),
        "{message}"
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn invalid_parts_are_refused() {
    let message = |pixels: usize, labels: &[u8]| {
        Dataset::from_parts("a", Task::mnist(), vec![0; pixels], labels.to_vec())
            .unwrap_err()
            .to_string()
    };
    let lengths = "784 for each image, and at least one image";
    assert_eq!(
        message(0, &[]),
        format!("a, pixels: found 0 bytes, expected {lengths}")
    );
    assert_eq!(
        message(783, &[1]),
        format!("a, pixels: found 783 bytes, expected {lengths}")
    );
    assert_eq!(
        message(784 * 2, &[1]),
        "a, labels: found 1 labels, expected 2, one for each image"
    );
    assert_eq!(
        message(784 * 2, &[1, 10]),
        "a, label of image 2: found 10, expected 0 to 9"
    );
}

#[derive(Deserialize)]
struct Fixture {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    rows: usize,
    labelled: bool,
    checksum: String,
}

#[wasm_bindgen_test(unsupported = test)]
fn the_checksum_is_the_documented_one() {
    let fixture: Fixture =
        serde_json::from_str(include_str!("../../../../tests/fixtures/checksum.json")).unwrap();
    assert_eq!(fixture.cases.len(), 5);
    for case in fixture.cases {
        assert_eq!(
            made(case.rows, case.labelled).summary().checksum,
            case.checksum
        );
    }
}

fn of_task(task: Task) -> Dataset {
    let data = made(11, true);
    Dataset::from_parts("made", task, data.pixels, data.labels).unwrap()
}

#[wasm_bindgen_test(unsupported = test)]
fn the_checksum_tells_tasks_apart_but_not_their_names() {
    let mnist = made(11, true).checksum();
    let letters: Vec<_> = ('a'..='j').map(String::from).collect();
    let renamed = Task::mnist().with_classes(letters.clone()).unwrap();
    assert_eq!(of_task(renamed).checksum(), mnist);
    let tasks = [
        Task::numbered(28, 10).unwrap(),
        Task::numbered(28, 11).unwrap(),
        // The same bytes as pictures of a quarter of the size, four times as many.
        Task::numbered(14, 10).unwrap(),
    ];
    let sums = tasks.map(|task| {
        let labels = vec![0; 11 * 784 / task.num_pixels()];
        Dataset::from_parts("made", task, made(11, false).pixels, labels)
            .unwrap()
            .checksum()
    });
    let unlike = made(11, false).checksum();
    assert!(sums[0] != sums[1] && sums[1] != sums[2] && sums[0] != sums[2]);
    assert!(!sums.contains(&mnist) && !sums.contains(&unlike));
    let other = Task::new(28, letters).unwrap();
    let numbered = Task::numbered(28, 10).unwrap();
    assert_eq!(of_task(other).checksum(), of_task(numbered).checksum());
}

#[wasm_bindgen_test(unsupported = test)]
fn normalisation_is_of_the_rows_that_are_trained_on() {
    let rows = [7, 2, 5];
    let own = of_task(Task::numbered(28, 10).unwrap())
        .normalisation(&rows)
        .unwrap();
    let values: Vec<f64> = rows
        .iter()
        .flat_map(|&row| made(11, true).image(row as usize).to_vec())
        .map(|pixel| f64::from(pixel) / 255.0)
        .collect();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares = values.iter().map(|value| (value - mean) * (value - mean));
    let deviation = (squares.sum::<f64>() / values.len() as f64).sqrt();
    assert!(
        (f64::from(own.mean) - mean).abs() < 1e-7,
        "{own:?} for {mean}"
    );
    assert!(
        (f64::from(own.deviation) - deviation).abs() < 1e-7,
        "{own:?} for {deviation}"
    );
    let set = of_task(Task::numbered(28, 10).unwrap());
    assert_eq!(set.normalisation(&[5, 7, 2]), Ok(own));
    assert_ne!(set.normalisation(&[5, 7, 3]), Ok(own));
    assert_eq!(
        made(11, true).normalisation(&rows),
        Ok(Normalisation::MNIST)
    );
    let task = Task::numbered(4, 2).unwrap();
    let flat = Dataset::from_parts("flat", task, vec![7; 32], vec![0, 1]).unwrap();
    assert_eq!(
        flat.normalisation(&[0, 1]).unwrap_err().to_string(),
        "flat, pixels of the training part: found the same value nearly everywhere, expected \
         pictures that differ"
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn the_checksum_sees_a_single_bit_anywhere() {
    let data = made(1, true);
    let whole = data.summary().checksum;
    for at in 0..NUM_PIXELS {
        let mut other = data.clone();
        other.pixels[at] ^= 0x80;
        assert_ne!(other.summary().checksum, whole, "pixel {at}");
    }
}

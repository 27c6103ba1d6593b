use wasm_bindgen_test::wasm_bindgen_test;

use super::*;

#[wasm_bindgen_test(unsupported = test)]
fn mnist_is_what_it_always_was() {
    let task = Task::mnist();
    assert_eq!((task.num_pixels(), task.num_classes()), (784, 10));
    assert_eq!(task.max_rows(), 500_000);
    assert!(task.is_mnist() && task.are_digits());
    // As the release before tasks computed it, with constants.
    for pixel in 0..=255_u8 {
        const MEAN: f32 = 0.1307;
        const DEVIATION: f32 = 0.3081;
        let before = (f32::from(pixel) / 255.0 - MEAN) / DEVIATION;
        assert_eq!(Normalisation::MNIST.of(pixel).to_bits(), before.to_bits());
    }
    let named = task.with_classes("abcdefghij".chars().map(String::from).collect());
    let named = named.unwrap();
    assert!(named.is_mnist() && !named.are_digits());
    assert!(!Task::numbered(28, 10).unwrap().is_mnist());
}

#[wasm_bindgen_test(unsupported = test)]
fn a_summary_gives_back_the_task() {
    let odd = Task::new(5, vec!["a b".into(), "é".into(), "c".into()]).unwrap();
    let odd = odd.with_full_ink(16.0);
    let known = odd
        .clone()
        .photographed()
        .with_normalisation(Normalisation::new(0.286, 0.353).unwrap());
    for task in [Task::mnist(), odd, known] {
        let summary = TaskSummary::from(&task);
        assert_eq!(Task::try_from(&summary), Ok(task));
    }
    let own = TaskSummary::from(&Task::mnist()).normalisation.unwrap();
    assert_eq!((own.mean, own.deviation), (0.1307, 0.3081));
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_no_task_is_refused_with_its_place() {
    let message = |side, classes: &[&str]| {
        let classes = classes.iter().map(|&name| name.to_owned()).collect();
        Task::new(side, classes).unwrap_err().to_string()
    };
    assert_eq!(
        message(65, &["a", "b"]),
        "size of the pictures: found 65 × 65 pixels, expected 4 × 4 to 64 × 64"
    );
    assert_eq!(message(4, &["a"]), "classes: found 1, expected 2 to 100");
    assert_eq!(
        Task::numbered(4, usize::MAX).unwrap_err().to_string(),
        "classes: found more than 100, expected 2 to 100"
    );
    assert_eq!(
        message(4, &["a", " "]),
        "name of class 1: found 1 characters, expected 1 to 40 characters"
    );
    assert_eq!(
        message(4, &["a", "b\n"]),
        "name of class 1: found \"b\\n\", expected one line of text"
    );
    assert_eq!(
        message(4, &["a", "b", "a"]),
        "name of class 2: found \"a\", the name of class 0, too, expected names that differ"
    );
    let renamed = Task::mnist().with_classes(numbered(9)).unwrap_err();
    assert_eq!(
        renamed.to_string(),
        "names of the classes: found 9, expected 10, one for each class"
    );
    for (mean, deviation) in [(f32::NAN, 0.3), (-0.1, 0.3), (0.1, 0.0), (0.1, f32::NAN)] {
        assert!(Normalisation::new(mean, deviation).is_err());
    }
}

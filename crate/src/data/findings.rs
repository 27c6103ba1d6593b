//! What about a data set deserves a look before it is trained on, each with what mends it.
//!
//! Owns the signs. Each is told by figures of the pixels and labels alone, on a spread of
//! at most [`MAX_SAMPLED`] images where all of them would take long; MNIST has none.
//!
//! Over 400 lines: the signs, one after the other, and their tests.

use super::change::highest_pixel;
use super::dataset::Dataset;
use crate::message::{DataChange, Finding, FindingKind};

/// Images that are looked at pixel by pixel.
const MAX_SAMPLED: usize = 2_000;
/// Fewer images than this show nothing that chance could not.
const MIN_SAMPLED: usize = 30;
/// The share of images that makes a sign.
const MOST: f64 = 0.7;
/// A pixel as dark as this is ink. MNIST's greys are edges of strokes.
const INK: u8 = 128;
/// What the nearest of the mean images is taken to say more than chance, at least, of pictures
/// that have to do with their labels. It is chosen; the test of 47 classes is all that holds it.
const LEAST_GAIN: f64 = 0.15;
/// The share of repeats that is worth a word; photographs of one hand have some.
const MANY_REPEATS: f64 = 0.05;

/// All that was found, in the order in which it is best mended; most often nothing.
pub fn findings(data: &Dataset) -> Vec<Finding> {
    let mut found = Vec::new();
    let sample = sampled_rows(data);
    let is_ink = |&pixel: &u8| pixel >= INK;
    let highest = if data.pixels().iter().any(is_ink) {
        255
    } else {
        highest_pixel(data)
    };
    if (1..INK).contains(&highest) {
        found.push(Finding {
            kind: FindingKind::Faint,
            sentence: format!(
                "The highest pixel of all is {highest} of 255, so the images are faint: their \
                 pixels may have been counted from 0 to {highest}. Networks and the pad take 255 \
                 for full ink."
            ),
            change: Some(DataChange::Stretch),
        });
    } else if is_darker_on_paper(data, &sample) {
        found.push(Finding {
            kind: FindingKind::Inverted,
            sentence: "The paper is darker than the ink: the edges of nearly all images are \
                       full. Networks and the pad take 0 for paper."
                .into(),
            change: Some(DataChange::Invert),
        });
    } else if lies_on_its_side(data, &sample) {
        found.push(Finding {
            kind: FindingKind::Transposed,
            sentence: "The images seem to lie on their side: nearly all are wider than high, as \
                       in EMNIST’s own files, whose lines are columns."
                .into(),
            change: Some(DataChange::Transpose),
        });
    }
    if data.has_labels() {
        found.extend(class_findings(data));
    }
    let firsts = repeats(data);
    let num_repeats = firsts.iter().flatten().count();
    let labels = data.labels();
    let contradicts = |(row, first): (usize, &Option<usize>)| {
        first.is_some_and(|first| labels.get(row) != labels.get(first))
    };
    let num_contradicting = firsts
        .iter()
        .enumerate()
        .filter(|&repeat| contradicts(repeat))
        .count();
    if num_contradicting > 0 || num_repeats as f64 > MANY_REPEATS * data.num_rows() as f64 {
        let contradiction = match num_contradicting {
            0 => String::new(),
            count => format!(
                " {count} of them {} another label than the first: one of the two is wrong, and \
                 of each the first is left in.",
                if count == 1 { "has" } else { "have" }
            ),
        };
        found.push(Finding {
            kind: FindingKind::Repeats,
            sentence: format!(
                "{num_repeats} of {} images {} there more than once: what is held out has then \
                 been trained on.{contradiction}",
                data.num_rows(),
                if num_repeats == 1 { "is" } else { "are" }
            ),
            change: Some(DataChange::DropRepeats),
        });
    }
    if looks_shuffled(data, &sample) {
        found.push(Finding {
            kind: FindingKind::Shuffled,
            sentence: "The labels look shuffled: images of one label are no more alike than any \
                       others."
                .into(),
            change: None,
        });
    }
    found
}

/// Rows spread over the file.
fn sampled_rows(data: &Dataset) -> Vec<usize> {
    let count = data.num_rows().min(MAX_SAMPLED);
    (0..count).map(|at| at * data.num_rows() / count).collect()
}

/// Whether the edges are full of ink and what is within is not.
fn is_darker_on_paper(data: &Dataset, rows: &[usize]) -> bool {
    let side = data.task().side();
    let is_inverted = |&&row: &&usize| {
        let image = data.image(row);
        let (mut edge, mut edge_full, mut light) = (0, 0, 0);
        for (at, &pixel) in image.iter().enumerate() {
            let (line, column) = (at / side, at % side);
            if line == 0 || column == 0 || line + 1 == side || column + 1 == side {
                edge += 1;
                edge_full += usize::from(pixel >= 240);
            } else {
                light += usize::from(pixel < INK);
            }
        }
        edge_full * 10 > edge * 9 && light > 0
    };
    is_most(rows.iter().filter(is_inverted).count(), rows.len(), 1)
}

/// Whether ink is wider than high: digits and letters are higher than wide, and MNIST
/// and EMNIST fit the longer side into one box.
fn lies_on_its_side(data: &Dataset, rows: &[usize]) -> bool {
    let side = data.task().side();
    let (mut num_wider, mut num_inked) = (0, 0);
    for &row in rows {
        let mut lines = (side, 0);
        let mut columns = (side, 0);
        for (at, &pixel) in data.image(row).iter().enumerate() {
            if pixel >= INK {
                let (line, column) = (at / side, at % side);
                lines = (lines.0.min(line), lines.1.max(line + 1));
                columns = (columns.0.min(column), columns.1.max(column + 1));
            }
        }
        if lines.0 < lines.1 {
            num_inked += 1;
            num_wider += usize::from(columns.1 - columns.0 > lines.1 - lines.0);
        }
    }
    is_most(num_wider, num_inked, MIN_SAMPLED)
}

fn is_most(count: usize, of: usize, at_least: usize) -> bool {
    of >= at_least && count as f64 > MOST * of as f64
}

/// Classes with too few images for a stratified split, in scikit-learn's own words.
fn class_findings(data: &Dataset) -> Option<Finding> {
    let counts = data.class_counts();
    let names = |wanted: &dyn Fn(u32) -> bool| -> Vec<&str> {
        let classes = data.task().classes().iter().zip(&counts);
        classes
            .filter(|(_, count)| wanted(**count))
            .map(|(name, _)| name.as_str())
            .collect()
    };
    let present = names(&|count| count > 0);
    if let [only] = present[..] {
        return Some(Finding {
            kind: FindingKind::OneClass,
            sentence: format!(
                "All images are of one class, {only}: there is nothing to tell apart. Pick a \
                 file with more."
            ),
            change: None,
        });
    }
    let single = names(&|count| count == 1);
    if single.is_empty() {
        return empty_classes(&names(&|count| count == 0));
    }
    let is_rest_enough = present.len() >= single.len() + 2;
    Some(Finding {
        kind: FindingKind::TooFew,
        sentence: format!(
            "The least populated classes in y have only 1 member, which is too few. The minimum \
             number of groups for any class cannot be less than 2, says scikit-learn of a \
             stratified split. {}: {}.",
            if single.len() == 1 {
                "It is"
            } else {
                "They are"
            },
            shortened(&single)
        ),
        change: is_rest_enough.then_some(DataChange::DropSingles),
    })
}

/// Classes that no image is of, such as a digit that a table was cut off before.
fn empty_classes(empty: &[&str]) -> Option<Finding> {
    let (first, others) = empty.split_first()?;
    let (noun, they, figure) = match others {
        [] => ("class", "it", "its figures stay"),
        _ => ("classes", "them", "their figures stay"),
    };
    let names = if others.is_empty() {
        (*first).to_owned()
    } else {
        shortened(empty)
    };
    Some(Finding {
        kind: FindingKind::EmptyClass,
        sentence: format!(
            "No image is of the {noun} {names}: a network cannot learn {they}, and {figure} empty."
        ),
        change: None,
    })
}

fn shortened(names: &[&str]) -> String {
    let more = names.len().saturating_sub(10);
    let shown = names[..names.len() - more].join(", ");
    match more {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// For each image the first one before it that is the same to the last pixel.
pub(super) fn repeats(data: &Dataset) -> Vec<Option<usize>> {
    let hash = |row: usize| {
        let mut state = 0xcbf2_9ce4_8422_2325_u64;
        let (words, rest) = data.image(row).as_chunks::<8>();
        for word in words {
            state = (state ^ u64::from_le_bytes(*word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            state ^= state >> 29;
        }
        for &byte in rest {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        state ^ (state >> 32)
    };
    let mut order: Vec<(u64, u32)> = (0..data.num_rows())
        .map(|row| (hash(row), row as u32))
        .collect();
    order.sort_unstable();
    let mut found = vec![None; data.num_rows()];
    for group in order.chunk_by(|a, b| a.0 == b.0) {
        for (place, &(_, row)) in group.iter().enumerate() {
            let mut before = group[..place].iter().map(|&(_, other)| other as usize);
            found[row as usize] =
                before.find(|&other| data.image(other) == data.image(row as usize));
        }
    }
    found
}

/// Whether the nearest of the classes' mean images says no more of a label than chance.
/// Every second image makes the means, the others ask.
fn looks_shuffled(data: &Dataset, rows: &[usize]) -> bool {
    let num_classes = data.task().num_classes();
    if !data.has_labels() || rows.len() < rows_to_tell(num_classes) {
        return false;
    }
    let num_pixels = data.task().num_pixels();
    let label = |row: usize| usize::from(data.labels()[row]);
    let mut means = vec![0.0_f32; num_classes * num_pixels];
    let mut counts = vec![0_usize; num_classes];
    for &row in rows.iter().step_by(2) {
        let class = label(row);
        counts[class] += 1;
        let mean = &mut means[class * num_pixels..][..num_pixels];
        for (sum, &pixel) in mean.iter_mut().zip(data.image(row)) {
            *sum += f32::from(pixel);
        }
    }
    for (class, &count) in counts.iter().enumerate() {
        let mean = &mut means[class * num_pixels..][..num_pixels];
        mean.iter_mut().for_each(|sum| *sum /= count.max(1) as f32);
    }
    let (mut num_right, mut num_asked) = (0.0, 0.0);
    let (mut said, mut true_ones) = (vec![0.0; num_classes], vec![0.0; num_classes]);
    for &row in rows.iter().skip(1).step_by(2) {
        let image = data.image(row);
        let distance = |class: usize| {
            let mean = &means[class * num_pixels..][..num_pixels];
            let squares = mean.iter().zip(image).map(|(mean, &pixel)| {
                let difference = mean - f32::from(pixel);
                difference * difference
            });
            squares.sum::<f32>()
        };
        let with_images = (0..num_classes).filter(|&class| counts[class] > 0);
        let nearest = with_images.min_by(|&a, &b| distance(a).total_cmp(&distance(b)));
        let Some(nearest) = nearest else {
            continue;
        };
        num_asked += 1.0;
        said[nearest] += 1.0;
        true_ones[label(row)] += 1.0;
        num_right += f64::from(u8::from(nearest == label(row)));
    }
    // In any order of the labels so many are right on average; three deviations of that are
    // what chance may add.
    let pairs = said.iter().zip(&true_ones);
    let chance = pairs.map(|(said, of_it)| said * of_it).sum::<f64>() / (num_asked * num_asked);
    let deviation = (chance * (1.0 - chance) / num_asked).sqrt();
    chance < 0.9 && num_right / num_asked < chance + 3.0 * deviation
}

/// Rows from which labels of so many classes can be said to be shuffled: twenty a class, or
/// where classes are many so many that [`LEAST_GAIN`] above chance is no chance, three
/// deviations on either side. Half of them ask.
fn rows_to_tell(num_classes: usize) -> usize {
    let chance = 1.0 / num_classes as f64;
    let deviation = |share: f64| (share * (1.0 - share)).sqrt();
    let both = deviation(chance) + deviation(chance + LEAST_GAIN);
    let root = 3.0 * both / LEAST_GAIN;
    (20 * num_classes).min((2.0 * root * root).ceil() as usize)
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::data::task::Task;
    use crate::data::{change::changed, sample};

    fn digits() -> Dataset {
        let (pixels, labels) = sample::generate(1_000, 3);
        Dataset::from_parts("digits", Task::mnist(), pixels, labels).unwrap()
    }

    fn with_labels(labels: Vec<u8>) -> Dataset {
        let data = digits();
        let num_pixels = labels.len() * 784;
        let pixels = data.pixels()[..num_pixels].to_vec();
        Dataset::from_parts("digits", Task::mnist(), pixels, labels).unwrap()
    }

    fn kinds(data: &Dataset) -> Vec<FindingKind> {
        findings(data).iter().map(|finding| finding.kind).collect()
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn digits_as_they_are_have_nothing_to_mend() {
        assert_eq!(findings(&digits()), []);
        let few = with_labels(digits().labels()[..40].to_vec());
        assert_eq!(kinds(&few), []);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_a_press_mends_is_found_no_more() {
        for change in [DataChange::Invert, DataChange::Transpose] {
            let spoilt = changed(&digits(), change).unwrap();
            let found = findings(&spoilt);
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!(found[0].change, Some(change));
            let mended = changed(&spoilt, change).unwrap();
            assert_eq!(mended, digits());
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn pixels_that_never_come_near_full_ink_are_stretched() {
        for highest in [16, 100, 127] {
            let to = |full: f64| move |&pixel: &u8| (f64::from(pixel) / 255.0 * full).round() as u8;
            let pixels = digits()
                .pixels()
                .iter()
                .map(to(f64::from(highest)))
                .collect();
            let labels = digits().labels().to_vec();
            let faint = Dataset::from_parts("faint", Task::mnist(), pixels, labels).unwrap();
            let found = findings(&faint);
            assert_eq!((found.len(), found[0].kind), (1, FindingKind::Faint));
            let sentence = format!("The highest pixel of all is {highest} of 255");
            assert!(found[0].sentence.starts_with(&sentence));
            let mended = changed(&faint, DataChange::Stretch).unwrap();
            assert_eq!(findings(&mended), []);
            let most = |data: &Dataset| data.pixels().iter().copied().max();
            assert_eq!(most(&mended), Some(255));
            let clear = digits();
            let pairs = mended.pixels().iter().zip(clear.pixels());
            let differences = pairs.map(|(a, b)| a.abs_diff(*b));
            let step = (255.0_f64 / f64::from(highest) / 2.0).ceil() as u8;
            let largest = differences.max().unwrap();
            assert!(largest <= step, "{largest} of {step}");
        }
        let paper = Dataset::from_parts("paper", Task::mnist(), vec![0; 7840], vec![1; 10]);
        let found = kinds(&paper.unwrap());
        assert!(!found.contains(&FindingKind::Faint), "{found:?}");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn classes_that_cannot_be_split_are_named() {
        let one = with_labels(vec![7; 50]);
        let found = findings(&one);
        assert_eq!((found.len(), found[0].kind), (1, FindingKind::OneClass));
        assert!(found[0].sentence.contains("one class, 7"));

        let mut labels = [1, 2, 3].repeat(15);
        labels.extend([8, 9]);
        let single = with_labels(labels);
        let found = findings(&single);
        assert_eq!((found.len(), found[0].kind), (1, FindingKind::TooFew));
        assert!(
            found[0].sentence.starts_with(
                "The least populated classes in y have only 1 member, which is too few. The \
                 minimum number of groups for any class cannot be less than 2"
            ) && found[0].sentence.ends_with("They are: 8, 9."),
            "{}",
            found[0].sentence
        );
        let mended = changed(&single, DataChange::DropSingles).unwrap();
        assert_eq!(mended.num_rows(), 45);
        assert_eq!(kinds(&mended), [FindingKind::EmptyClass]);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn classes_without_an_image_are_named() {
        let sentence = |labels: &[u8]| {
            let found = findings(&with_labels(labels.repeat(9)));
            assert_eq!((found.len(), found[0].kind), (1, FindingKind::EmptyClass));
            found[0].sentence.clone()
        };
        assert_eq!(
            sentence(&[0, 1, 2, 3, 5, 6, 7, 8, 9]),
            "No image is of the class 4: a network cannot learn it, and its figures stay empty."
        );
        assert!(
            sentence(&[0, 1, 2, 3, 4, 5, 6, 7])
                .starts_with("No image is of the classes 8, 9: a network cannot learn them")
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn repeats_and_shuffled_labels_are_found() {
        let data = digits();
        let twice = [data.pixels(), &data.pixels()[..100 * 784]].concat();
        let labels = [data.labels(), &data.labels()[..100]].concat();
        let twice = Dataset::from_parts("twice", Task::mnist(), twice, labels).unwrap();
        let found = findings(&twice);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0]
                .sentence
                .starts_with("100 of 1100 images are there more than once")
        );
        assert!(!found[0].sentence.contains("another label"));
        assert_eq!(
            changed(&twice, DataChange::DropRepeats).unwrap().pixels(),
            data.pixels()
        );
        // One image of a thousand, and a label of its own.
        let once = [data.pixels(), data.image(7)].concat();
        let other = (data.labels()[7] + 1) % 10;
        let labels = [data.labels(), &[other]].concat();
        let once = Dataset::from_parts("once", Task::mnist(), once, labels).unwrap();
        assert!(findings(&once)[0].sentence.ends_with(
            "1 of them has another label than the first: one of the two is wrong, and of each \
                 the first is left in."
        ));

        let mut labels = data.labels().to_vec();
        let order = crate::rng::RandomState::new(5).permutation(labels.len() as u32);
        for (row, &from) in order.iter().enumerate() {
            labels[row] = data.labels()[from as usize];
        }
        let shuffled = with_labels(labels);
        assert_eq!(kinds(&shuffled), [FindingKind::Shuffled]);
    }

    /// 47 classes, so many images each: digits as they are, turned, mirrored and upside down.
    fn of_47_classes(num_each: usize, seed: u32) -> Dataset {
        let (digits, labels) = sample::generate(1_500, seed);
        let mut counts = [0; 47];
        let (mut pixels, mut classes) = (Vec::new(), Vec::new());
        for (image, &label) in digits.chunks_exact(784).zip(&labels) {
            for turn in 0..5 {
                let class = usize::from(label) + 10 * turn;
                if class >= 47 || counts[class] == num_each {
                    continue;
                }
                counts[class] += 1;
                classes.push(class as u8);
                pixels.extend((0..784).map(|at| {
                    let (y, x) = (at / 28, at % 28);
                    image[match turn {
                        0 => at,
                        1 => 28 * x + y,
                        2 => 28 * y + 27 - x,
                        3 => 28 * (27 - y) + x,
                        _ => 28 * (27 - x) + y,
                    }]
                }));
            }
        }
        let task = Task::new(28, crate::data::task::numbered(47)).unwrap();
        Dataset::from_parts("47 classes", task, pixels, classes).unwrap()
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn shuffled_labels_of_many_classes_are_found_and_honest_ones_are_not() {
        let is_found = |data: &Dataset| looks_shuffled(data, &sampled_rows(data));
        for num_each in [6, 12, 19, 20] {
            for seed in 0..5 {
                let data = of_47_classes(num_each, seed);
                assert!(
                    !is_found(&data),
                    "{num_each} each, seed {seed}: honest labels"
                );
                let order = crate::rng::RandomState::new(seed).permutation(data.num_rows() as u32);
                let labels = order.iter().map(|&from| data.labels()[from as usize]);
                let labels: Vec<u8> = labels.collect();
                let shuffled = Dataset::from_parts(
                    "shuffled",
                    data.task().clone(),
                    data.pixels().to_vec(),
                    labels,
                );
                assert!(
                    is_found(&shuffled.unwrap()),
                    "{num_each} each, seed {seed}: shuffled"
                );
            }
        }
    }
}

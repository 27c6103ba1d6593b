use wasm_bindgen_test::wasm_bindgen_test;

use super::{NpyReader, Part};
use crate::data::part::pair;
use crate::error::Result;

/// As `numpy.save` writes it.
fn file(descr: &str, shape: &str, values: &[u8]) -> Vec<u8> {
    let mut header =
        format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}");
    while (10 + header.len() + 1) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let length = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\0", &length[..], header.as_bytes(), values].concat()
}

fn read(bytes: &[u8], length: usize) -> Result<Part> {
    let mut reader = NpyReader::new("a.npy");
    for chunk in bytes.chunks(length) {
        reader.push(chunk)?;
    }
    reader.finish()
}

fn message(bytes: &[u8]) -> String {
    let whole = read(bytes, usize::MAX).unwrap_err().to_string();
    assert_eq!(read(bytes, 3).unwrap_err().to_string(), whole);
    whole
}

#[wasm_bindgen_test(unsupported = test)]
fn arrays_of_any_type_make_the_same_data_set() {
    let pixels: Vec<u8> = (0..3 * 16).map(|at| (at * 5) as u8).collect();
    let wide = |values: &[u8], size: usize| -> Vec<u8> {
        let each = |&value: &u8| {
            let mut bytes = vec![0; size];
            bytes[0] = value;
            bytes
        };
        values.iter().flat_map(each).collect()
    };
    let floats: Vec<u8> = pixels
        .iter()
        .flat_map(|&at| f32::from(at).to_le_bytes())
        .collect();
    let shares: Vec<u8> = pixels
        .iter()
        .flat_map(|&at| (f64::from(at) / 255.0).to_be_bytes())
        .collect();
    let images = [
        (file("|u1", "3, 4, 4", &pixels), 255),
        (file("|u1", "3, 16", &pixels), 255),
        (file("<i8", "3, 4, 4, 1", &wide(&pixels, 8)), 255),
        (file("<u2", "3, 1, 4, 4", &wide(&pixels, 2)), 255),
        (file("<f4", "3, 4, 4", &floats), 255),
        (file(">f8", "3, 4, 4", &shares), 1),
    ];
    let text: Vec<u8> = ["7", "b", "7"]
        .iter()
        .flat_map(|name| wide(name.as_bytes(), 8))
        .collect();
    let labels = [
        (
            file("|u1", "3,", &[5, 0, 9]),
            "0 1 2 3 4 5 6 7 8 9",
            vec![5, 0, 9],
        ),
        (
            file("<i8", "3, 1", &wide(&[12, 3, 12], 8)),
            "3 12",
            vec![1, 0, 1],
        ),
        (file("<U2", "3,", &text), "7 b", vec![0, 1, 0]),
        (file("|S8", "3,", &text), "7 b", vec![0, 1, 0]),
        (
            file(
                "|u1",
                "3, 10",
                &[[0, 1, 0, 0, 0, 0, 0, 0, 0, 0]; 3].concat(),
            ),
            "0 1 2 3 4 5 6 7 8 9",
            vec![1, 1, 1],
        ),
    ];
    for length in [1, 7, 100, usize::MAX] {
        for (images, full_ink) in &images {
            let found = read(images, length).unwrap();
            let expected = Part::Images {
                side: 4,
                pixels: pixels.clone(),
                full_ink: *full_ink,
            };
            assert_eq!(found, expected);
            for (labels, names, rows) in &labels {
                let labels = read(labels, length).unwrap();
                let (data, _) = pair("a", labels, found.clone()).unwrap();
                assert_eq!(data.task().classes().join(" "), *names);
                assert_eq!(data.labels(), rows);
            }
        }
    }
}

/// The same with its columns together, as NumPy saves what comes out of a pandas frame.
fn in_columns(descr: &str, shape: &str, values: &[u8]) -> Vec<u8> {
    let mut bytes = file(descr, shape, values);
    let at = bytes.windows(5).position(|five| five == b"False").unwrap();
    bytes[at..at + 5].copy_from_slice(b"True ");
    bytes
}

#[wasm_bindgen_test(unsupported = test)]
fn arrays_whose_columns_lie_together_are_read() {
    let pixels: Vec<u8> = (0..3 * 16).map(|at| (at * 5) as u8).collect();
    let flat: Vec<u8> = (0..48).map(|at| pixels[at % 3 * 16 + at / 3]).collect();
    let lines = |at: usize| pixels[at % 3 * 16 + at / 3 % 4 * 4 + at / 12];
    let square: Vec<u8> = (0..48).map(lines).collect();
    let expected = Part::Images {
        side: 4,
        pixels: pixels.clone(),
        full_ink: 255,
    };
    for length in [1, 7, usize::MAX] {
        let read = |shape: &str, values: &[u8]| read(&in_columns("|u1", shape, values), length);
        assert_eq!(read("3, 16", &flat).unwrap(), expected);
        assert_eq!(read("3, 4, 4", &square).unwrap(), expected);
        assert_eq!(read("3, 4, 4, 1", &square).unwrap(), expected);
    }
    let wrong: Vec<u8> = flat
        .iter()
        .flat_map(|&value| (if value == 80 { 300_u16 } else { value.into() }).to_le_bytes())
        .collect();
    assert_eq!(
        message(&in_columns("<u2", "3, 16", &wrong)),
        "a.npy, image 2: found a pixel of 300, expected 0 to 255"
    );
}

/// 36 classes, digits and letters, have as many columns as an image of 6 × 6 pixels.
#[wasm_bindgen_test(unsupported = test)]
fn one_hot_labels_may_have_as_many_columns_as_an_image() {
    let classes = [35_usize, 0, 7, 35];
    let mut values = vec![0; 4 * 36];
    for (row, class) in classes.iter().enumerate() {
        values[row * 36 + class] = 1;
    }
    let expected = Part::Labels {
        classes: ["0", "7", "35"].map(String::from).to_vec(),
        rows: vec![2, 0, 1, 2],
    };
    assert_eq!(read(&file("|u1", "4, 36", &values), 5).unwrap(), expected);
    values[3] = 1;
    assert!(matches!(
        read(&file("|u1", "4, 36", &values), 5).unwrap(),
        Part::Images { side: 6, .. }
    ));
}

#[wasm_bindgen_test(unsupported = test)]
fn other_arrays_are_refused_by_name() {
    let shape = "expected images of n × side × side or n × side², side 4 to 64, or n labels";
    for (bytes, expected) in [
        (
            file("|O", "3,", &[]),
            "a.npy: found values of type \"|O\", expected plain numbers: Python's own objects \
             are not read, save astype(\"uint8\")"
                .to_owned(),
        ),
        (
            file("<f2", "3,", &[]),
            "a.npy: found values of type \"<f2\", expected floats of 4 or 8 bytes: save \
             astype(\"float32\")"
                .to_owned(),
        ),
        (
            file("|u1", "3, 5, 4", &[0; 60]),
            format!("a.npy, its shape: found (3, 5, 4), {shape}"),
        ),
        (
            file("|u1", "3, 32, 32, 3", &[]),
            "a.npy, its shape: found (3, 32, 32, 3), pictures in colour, expected grey ones: \
             save their mean over the last dimension"
                .into(),
        ),
        (
            file("<f4", "1, 4, 4", &[(-0.5_f32).to_le_bytes(); 16].concat()),
            "a.npy, image 1: found a pixel of -0.5, expected pixels from 0 to 255 or from 0 to 1: \
             these look normalised, save them before that"
                .into(),
        ),
        (
            file("|u1", "2, 4, 4", &[9; 16]),
            "a.npy: found the end of the file after 16 values, expected 32 as its header says"
                .into(),
        ),
        (
            file("|u1", "1, 4, 4", &[9; 17]),
            "a.npy: found more data, expected the end of the file after 16 values".into(),
        ),
        (
            file("|u1", "99999999999999, 4, 4", &[]),
            "a.npy, its shape: found (99999999999999, 4, 4), expected 1 to 1000000 rows".into(),
        ),
        (
            file(
                "<f4",
                "2,",
                &[1.0_f32.to_le_bytes(), 2.5_f32.to_le_bytes()].concat(),
            ),
            "a.npy, label 2: found 2.5, expected a whole number, 0 to 9".into(),
        ),
        (
            b"\x93NUMPY".to_vec(),
            "a.npy: found the end of the file after 6 bytes, expected the header of a NumPy \
             array"
                .into(),
        ),
    ] {
        assert_eq!(message(&bytes), expected);
    }
}

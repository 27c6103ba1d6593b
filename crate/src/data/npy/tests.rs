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
            "a.npy, image 1: found a pixel of -0.5, expected 0 to 255".into(),
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
            b"\x93NUMPY".to_vec(),
            "a.npy: found the end of the file after 6 bytes, expected the header of a NumPy \
             array"
                .into(),
        ),
    ] {
        assert_eq!(message(&bytes), expected);
    }
}

use super::relu;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test(unsupported = test)]
fn relu_keeps_every_bit_of_a_number_and_what_is_none() {
    // Every sign and exponent, with mantissas spread over their range.
    for bits in (0..=u32::MAX).step_by(4_093) {
        let value = f32::from_bits(bits);
        let found = relu(value);
        if value.is_nan() {
            assert!(found.is_nan(), "{bits:08x}");
        } else {
            let expected = if value > 0.0 { value } else { 0.0 };
            assert_eq!(found.to_bits(), expected.to_bits(), "{bits:08x}");
        }
    }
    assert_eq!(relu(-0.0).to_bits(), 0);
    assert_eq!(relu(f32::INFINITY), f32::INFINITY);
    assert_eq!(relu(f32::NEG_INFINITY), 0.0);
    assert!(relu(f32::NAN).is_nan() && relu(-f32::NAN).is_nan());
}

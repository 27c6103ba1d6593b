//! What JavaScript can call: thin wrappers, a file a subject, and the only room that knows
//! `js-sys`. Everything else of this crate builds and runs natively too.
//!
//! The features `engine` and `studies` say which of it an artifact exports; what is not
//! exported, and all that only it needs, the linker leaves out. `studies` is whatever computes
//! on no device: studies, and the inside of a network.
//!
//! Exported asynchronous methods take `&self` and lock inside: calls of one
//! object may overlap, as a prediction does with a slice of training.

#[cfg(feature = "engine")]
mod dataset;
#[cfg(feature = "engine")]
mod faults;
#[cfg(feature = "engine")]
mod ink;
#[cfg(feature = "studies")]
mod inside;
#[cfg(feature = "studies")]
mod kept_epoch;
#[cfg(feature = "engine")]
mod model;
#[cfg(feature = "engine")]
mod rates;
#[cfg(feature = "engine")]
mod reading;
#[cfg(feature = "studies")]
mod studies;
#[cfg(all(feature = "engine", target_feature = "atomics"))]
mod team;
#[cfg(feature = "engine")]
mod trainer;

use js_sys::Reflect;
use wasm_bindgen::prelude::*;

use crate::error::Error;
use crate::memory;
#[cfg(feature = "engine")]
use crate::nn::device;

/// Sends panics, which are bugs, to the console with their place.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|info| {
        web_sys::console::error_1(&info.to_string().into())
    }));
}

/// What JavaScript catches: an `Error` with this crate's message and, where the
/// fault has them, its `place`, `found` and `expected` as properties.
#[derive(Debug)]
pub struct Thrown(JsValue);

impl From<Error> for Thrown {
    fn from(error: Error) -> Self {
        let thrown = js_sys::Error::new(&error.to_string());
        let fields = [
            ("place", error.place()),
            ("found", error.found()),
            ("expected", error.expected()),
        ];
        for (name, field) in fields {
            if let Some(field) = field {
                Reflect::set(&thrown, &name.into(), &field.into())
                    .expect("a new error takes properties");
            }
        }
        Self(thrown.into())
    }
}

/// Something that did not cross: a value of another type than was promised.
impl From<tsify::Error> for Thrown {
    fn from(error: tsify::Error) -> Self {
        Self(js_sys::Error::new(&error.to_string()).into())
    }
}

impl From<Thrown> for JsValue {
    fn from(thrown: Thrown) -> Self {
        thrown.0
    }
}

/// The backend this artifact computes on: `ndarray` or `webgpu`.
#[cfg(feature = "engine")]
#[wasm_bindgen]
pub fn backend() -> String {
    device::BACKEND.into()
}

/// Opens the device, once a worker, and names it.
#[cfg(feature = "engine")]
#[wasm_bindgen]
pub async fn open_device() -> Result<String, Thrown> {
    let device = device::open().await?;
    Ok(format!("{device:?}"))
}

/// The version of Inkling, such as `0.1.0`.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").into()
}

/// Bytes of the allocation that was refused last, 0 if none was: why an engine
/// that trapped without a panic did so. The one function that may still be called
/// after a trap.
#[wasm_bindgen]
pub fn refused_bytes() -> usize {
    memory::refused_bytes()
}

// What only a JavaScript engine has: its errors, its arrays.
#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    /// The message, place, found and expected of what is thrown.
    pub(super) fn fields(thrown: Thrown) -> [Option<String>; 4] {
        let thrown = JsValue::from(thrown);
        assert!(thrown.is_instance_of::<js_sys::Error>());
        ["message", "place", "found", "expected"]
            .map(|name| Reflect::get(&thrown, &name.into()).unwrap().as_string())
    }

    pub(super) fn all(fields: [&str; 4]) -> [Option<String>; 4] {
        fields.map(|field| Some(field.into()))
    }

    #[wasm_bindgen_test]
    fn a_fault_is_thrown_with_its_fields() {
        let fault = Error::data("row 7, column label", "\"12\"", "0 to 9");
        let message = "row 7, column label: found \"12\", expected 0 to 9";
        assert_eq!(
            fields(fault.into()),
            all([message, "row 7, column label", "\"12\"", "0 to 9"])
        );
        let state = Error::State("this reader has been finished".into());
        let message = Some("this reader has been finished".into());
        assert_eq!(fields(state.into()), [message, None, None, None]);
    }
}

//! Training steps as custom operations of burn, one folder a backend. Each
//! equals the plain path beside it, and a test holds them together.

#[cfg(feature = "webgpu")]
pub mod cube;
#[cfg(feature = "ndarray")]
pub mod ndarray;

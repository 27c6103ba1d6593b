//! Inkling's engine: everything numeric, building natively and to WebAssembly.

pub mod error;
pub mod message;

//! Opening the device that this artifact computes on.

use burn::tensor::Device;

use crate::error::Result;

/// The backend this artifact was built for, as the page names it.
pub const BACKEND: &str = if cfg!(feature = "webgpu") {
    "webgpu"
} else {
    "ndarray"
};

#[cfg(not(any(feature = "ndarray", feature = "webgpu")))]
compile_error!("choose a backend: --features ndarray or --features webgpu");

/// Opens the CPU.
// burn-ndarray is marked deprecated in favour of burn-flex but measures faster.
#[allow(deprecated)]
#[cfg(not(feature = "webgpu"))]
pub async fn open() -> Result<Device> {
    Ok(Device::ndarray())
}

/// Opens the WebGPU adapter, once a thread: a second initialisation would
/// fail, so the first device is kept.
#[cfg(feature = "webgpu")]
pub async fn open() -> Result<Device> {
    use std::cell::RefCell;

    use crate::error::Error;

    thread_local! { static DEVICE: RefCell<Option<Device>> = const { RefCell::new(None) }; }

    if let Some(device) = DEVICE.with_borrow(Clone::clone) {
        return Ok(device);
    }
    #[cfg(target_arch = "wasm32")]
    crate::constructors::run();
    // Steps are many and small: the more of them a submit holds, the fewer
    // times the browser's GPU process is asked.
    let options = Device::wgpu_options().tasks_max(128);
    let device = options.init_async().await.map_err(|error| Error::Device {
        backend: "webgpu",
        reason: error.to_string(),
    })?;
    DEVICE.set(Some(device.clone()));
    Ok(device)
}

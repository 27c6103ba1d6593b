//! The transcendental functions that figures are made with, the same to the last bit on
//! every target: those of the `libm` crate, which is what a browser's engine has run
//! since the first release. Rust's own call the system's C library natively, so that
//! clippy.toml forbids them. What IEEE 754 rounds exactly (+, −, ×, ÷, square roots,
//! rounding to whole numbers) needs no room here.

/// The version of the bits that settings and data give on the CPU. Runs of equal version,
/// settings and data have equal bits, on every target and in every build. Any change of
/// them, of kernels, draws, readers or of `libm`, raises it: `tests/fixtures/numerics.json`
/// holds the bits of this version.
pub const NUMERICS_VERSION: u32 = 1;

/// eˣ.
pub fn exp_f32(x: f32) -> f32 {
    libm::expf(x)
}

/// The natural logarithm.
pub fn ln_f32(x: f32) -> f32 {
    libm::logf(x)
}

/// The hyperbolic tangent.
pub fn tanh_f32(x: f32) -> f32 {
    libm::tanhf(x)
}

/// The error function.
pub fn erf_f32(x: f32) -> f32 {
    libm::erff(x)
}

/// eˣ.
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// The natural logarithm.
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// The logarithm to base 10.
pub fn log10(x: f64) -> f64 {
    libm::log10(x)
}

/// The cosine of an angle in radians.
pub fn cos(x: f64) -> f64 {
    libm::cos(x)
}

/// The sine of an angle in radians.
pub fn sin(x: f64) -> f64 {
    libm::sin(x)
}

/// `x` to the power of `y`.
pub fn powf(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}

/// `x` to a whole power, by squaring: the order of products that Rust's `powi` takes at
/// present, without promising it.
pub fn powi(x: f64, power: i32) -> f64 {
    let (mut left, mut square, mut product) = (power.unsigned_abs(), x, 1.0);
    loop {
        if left % 2 == 1 {
            product *= square;
        }
        left /= 2;
        if left == 0 {
            return if power < 0 { 1.0 / product } else { product };
        }
        square *= square;
    }
}

//! What a rule's formula is made of.

use burn::tensor::Tensor;

/// Numbers, one or many of a shape, that a formula treats alike.
pub trait Values: Clone {
    /// `self + factor·other`.
    fn plus(self, factor: f32, other: Self) -> Self;
    /// `factor·self`.
    fn scaled(self, factor: f32) -> Self;
    /// `self + number`.
    fn plus_number(self, number: f32) -> Self;
    /// `self·other`, one by one.
    fn product(self, other: Self) -> Self;
    /// `self / other`, one by one.
    fn quotient(self, other: Self) -> Self;
    /// The square root of each.
    fn root(self) -> Self;
}

impl Values for f32 {
    #[inline(always)]
    fn plus(self, factor: f32, other: Self) -> Self {
        self + factor * other
    }

    #[inline(always)]
    fn scaled(self, factor: f32) -> Self {
        self * factor
    }

    #[inline(always)]
    fn plus_number(self, number: f32) -> Self {
        self + number
    }

    #[inline(always)]
    fn product(self, other: Self) -> Self {
        self * other
    }

    #[inline(always)]
    fn quotient(self, other: Self) -> Self {
        self / other
    }

    #[inline(always)]
    fn root(self) -> Self {
        self.sqrt()
    }
}

impl Values for Tensor<1> {
    fn plus(self, factor: f32, other: Self) -> Self {
        self + other * factor
    }

    fn scaled(self, factor: f32) -> Self {
        self * factor
    }

    fn plus_number(self, number: f32) -> Self {
        self + number
    }

    fn product(self, other: Self) -> Self {
        self * other
    }

    fn quotient(self, other: Self) -> Self {
        self / other
    }

    fn root(self) -> Self {
        self.sqrt()
    }
}

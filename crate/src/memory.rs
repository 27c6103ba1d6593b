//! Remembers the allocation that was refused last: WebAssembly has no standard
//! error for Rust to write "memory allocation failed" to before it aborts, and the
//! trap says only "unreachable". Owns no memory; the system's allocator does.

// A global allocator cannot be had without; every call is passed on as it came.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The system's allocator, whose refusals are noted.
struct Noting;

#[global_allocator]
static ALLOCATOR: Noting = Noting;

/// Bytes; 0 while nothing was refused.
static REFUSED: AtomicUsize = AtomicUsize::new(0);

/// Size in bytes of the allocation that was refused last, 0 if none was.
/// A reader that is refused goes without, so this alone is no fault. May be asked
/// of an engine that has trapped: it only reads.
pub fn refused_bytes() -> usize {
    REFUSED.load(Ordering::Relaxed)
}

fn noted(block: *mut u8, num_bytes: usize) -> *mut u8 {
    if block.is_null() {
        REFUSED.store(num_bytes, Ordering::Relaxed);
    }
    block
}

// SAFETY: each method is the system allocator's own.
unsafe impl GlobalAlloc for Noting {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        noted(unsafe { System.alloc(layout) }, layout.size())
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        noted(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, num_bytes: usize) -> *mut u8 {
        noted(
            unsafe { System.realloc(block, layout, num_bytes) },
            num_bytes,
        )
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe { System.dealloc(block, layout) }
    }
}

// In a browser so much may be had; there tests/e2e/faults.test.mjs takes it all.
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_is_remembered() {
        let too_much = isize::MAX as usize / 2;
        let layout = Layout::from_size_align(too_much, 1).expect("below the limit of a layout");
        // SAFETY: the layout's size is not zero.
        // Hidden from the optimiser, which may leave out a block that nobody reads.
        let block = std::hint::black_box(unsafe { ALLOCATOR.alloc(layout) });
        assert!(block.is_null());
        assert_eq!(refused_bytes(), too_much);
    }
}

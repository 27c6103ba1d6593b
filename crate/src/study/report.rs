//! The files to hand in, written from studies and their plots.

//! Gzip of several members, as `cat a.gz b.gz` makes it.

use std::io::{BufRead, Read};

use flate2::bufread::GzDecoder;

/// The members of a gzip, one after the other. Zeros behind the last one are padding, as for
/// gzip itself.
pub(super) struct Members<R> {
    /// `None` at the end.
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Members<R> {
    pub(super) fn new(from: R) -> Self {
        Self {
            member: Some(GzDecoder::new(from)),
        }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while let Some(mut member) = self.member.take() {
            let count = member.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                self.member = Some(member);
                return Ok(count);
            }
            let mut rest = member.into_inner();
            let has_zeros = pass_zeros(&mut rest)?;
            let is_end = rest.fill_buf()?.is_empty();
            if has_zeros && !is_end {
                return Err(std::io::Error::other("zeros before the end of the file"));
            }
            self.member = (!is_end).then(|| GzDecoder::new(rest));
        }
        Ok(0)
    }
}

/// Passes over zeros, and says whether there was one.
fn pass_zeros(from: &mut impl BufRead) -> std::io::Result<bool> {
    let mut has_zeros = false;
    loop {
        let bytes = from.fill_buf()?;
        let count = bytes.iter().take_while(|&&byte| byte == 0).count();
        has_zeros |= count > 0;
        from.consume(count);
        if count == 0 {
            return Ok(has_zeros);
        }
    }
}

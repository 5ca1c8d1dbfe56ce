//! Packs messages, and unpacks them without trusting how large they become.

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use std::io::{Read, Write};

/// Why a packed message could not be unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnpackError {
    /// It is not gzip, or ends too soon.
    #[error("not valid gzip")]
    NotGzip,
    /// It would become larger than permitted.
    #[error("larger than permitted")]
    TooLarge,
}

/// Packs bytes as gzip; the same bytes always give the same result.
pub fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory cannot fail; an empty result would be refused as no gzip.
    let packed = encoder.write_all(bytes).and_then(|()| encoder.finish());
    packed.unwrap_or_default()
}

/// Unpacks gzip to at most `limit` bytes; memory is taken as data comes, never by what a header claims.
pub fn unpack(packed: &[u8], limit: usize) -> Result<Vec<u8>, UnpackError> {
    let mut bytes = Vec::new();
    let bound = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    GzDecoder::new(packed).take(bound).read_to_end(&mut bytes).map_err(|_| UnpackError::NotGzip)?;
    if bytes.len() > limit { Err(UnpackError::TooLarge) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_is_unpacked_and_a_bomb_is_not() {
        let zeros = vec![0; 1_000_000];
        let packed = pack(&zeros);
        assert!(packed.len() < 10_000);
        assert_eq!(unpack(&packed, 1_000_000).as_deref(), Ok(zeros.as_slice()));
        assert_eq!(unpack(&packed, 999_999), Err(UnpackError::TooLarge));
        assert_eq!(unpack(&packed[..packed.len() - 1], 1_000_000), Err(UnpackError::NotGzip));
        assert_eq!(unpack(b"", 10), Err(UnpackError::NotGzip));
        assert_eq!(unpack(b"{}", 10), Err(UnpackError::NotGzip));
    }
}

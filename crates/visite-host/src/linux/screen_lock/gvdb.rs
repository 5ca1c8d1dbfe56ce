//! Reads GVDB, the binary key-value file of dconf: header, hash table, parent chain, and the basic values in it.
//!
//! For [`super::dconf`]; the files belong to users, so every offset is checked and every loop is bounded.
//! Writing, container types and the bloom filter are deliberately absent: a setting of the screen lock needs none.

use std::ops::Range;

/// Bytes of the file header: signature, version, options, pointer to the root table (`gvdb-format.h` of GLib).
const HEADER_BYTES: usize = 24;
/// Bytes of one hash item.
const ITEM_BYTES: usize = 24;
/// Parent index of an item that has no parent.
const NO_PARENT: u32 = u32::MAX;
/// Longest chain of parents followed. dconf paths have one for each `/`.
const MAX_PARENTS: usize = 64;

/// A value of a basic type, widened.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// GVariant type `b`.
    Boolean(bool),
    /// GVariant type `i` (and `n`, `x`).
    Signed(i64),
    /// GVariant type `u` (and `y`, `q`, `t`).
    Unsigned(u64),
    /// GVariant type `s`.
    Text(String),
    /// Any other type; it is not read.
    Other,
}

/// One hash table of a GVDB file.
#[derive(Clone, Debug)]
pub struct Gvdb<'a> {
    file: &'a [u8],
    big_endian_values: bool,
    items: &'a [u8],
}

/// Something in the file contradicts the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// Reads the header and the root table of a GVDB file.
///
/// Pointers and counts are little-endian on every machine; only the values follow the byte order of the writer,
/// which the signature tells.
pub fn parse_gvdb(file: &[u8]) -> Result<Gvdb<'_>, Malformed> {
    let big_endian_values = match file.get(..8) {
        Some(b"GVariant") => false,
        Some(b"raVGtnai") => true,
        _ => return Err(Malformed),
    };
    if u32_at(file, 8)? != 0 {
        return Err(Malformed);
    }
    let items = table_items(file, pointer_at(file, HEADER_BYTES - 8)?)?;
    Ok(Gvdb { file, big_endian_values, items })
}

impl<'a> Gvdb<'a> {
    /// The value stored under `key`; `None` if there is none.
    pub fn value(&self, key: &str) -> Result<Option<Scalar>, Malformed> {
        match self.find(key, b'v')? {
            None => Ok(None),
            Some(range) => parse_variant(self.slice(range)?, self.big_endian_values).map(Some),
        }
    }

    /// Whether a value of any type is stored under `key`.
    pub fn contains(&self, key: &str) -> Result<bool, Malformed> {
        Ok(self.find(key, b'v')?.is_some())
    }

    /// The table stored under `key`; `None` if there is none.
    pub fn table(&self, key: &str) -> Result<Option<Gvdb<'a>>, Malformed> {
        let Some(range) = self.find(key, b'H')? else { return Ok(None) };
        let items = table_items(self.file, range)?;
        Ok(Some(Gvdb { file: self.file, big_endian_values: self.big_endian_values, items }))
    }

    /// Where the data of the item with this name and type lies.
    fn find(&self, key: &str, kind: u8) -> Result<Option<Range<usize>>, Malformed> {
        let hash = djb_hash(key.as_bytes());
        for item in self.items.chunks_exact(ITEM_BYTES) {
            if u32_at(item, 0)? == hash && item[14] == kind && self.is_named(item, key.as_bytes())? {
                return pointer_at(item, 16).map(Some);
            }
        }
        Ok(None)
    }

    /// Whether the item and its parents, put together, have this name.
    fn is_named(&self, item: &[u8], key: &[u8]) -> Result<bool, Malformed> {
        let mut item = item;
        let mut rest = key;
        for _ in 0..MAX_PARENTS {
            let start = index(u32_at(item, 8)?);
            let length = usize::from(u16::from_le_bytes([item[12], item[13]]));
            let Some(shorter) = rest.strip_suffix(self.slice(start..start.saturating_add(length))?) else {
                return Ok(false);
            };
            rest = shorter;
            let parent = u32_at(item, 4)?;
            if parent == NO_PARENT {
                return Ok(rest.is_empty());
            }
            item = self.items.chunks_exact(ITEM_BYTES).nth(index(parent)).ok_or(Malformed)?;
        }
        Err(Malformed)
    }

    fn slice(&self, range: Range<usize>) -> Result<&'a [u8], Malformed> {
        self.file.get(range).ok_or(Malformed)
    }
}

/// Reads a GVariant of type `v`: the value, a zero byte, and its type.
pub fn parse_variant(bytes: &[u8], big_endian: bool) -> Result<Scalar, Malformed> {
    let split = bytes.iter().rposition(|byte| *byte == 0).ok_or(Malformed)?;
    let (value, kind) = (&bytes[..split], &bytes[split + 1..]);
    let number = |size: usize| -> Result<u64, Malformed> {
        if value.len() != size {
            return Err(Malformed);
        }
        let push = |sum: u64, byte: &u8| (sum << 8) | u64::from(*byte);
        Ok(if big_endian { value.iter().fold(0, push) } else { value.iter().rev().fold(0, push) })
    };
    match kind {
        b"b" => match value {
            [0] => Ok(Scalar::Boolean(false)),
            [1] => Ok(Scalar::Boolean(true)),
            _ => Err(Malformed),
        },
        b"y" => number(1).map(Scalar::Unsigned),
        b"q" => number(2).map(Scalar::Unsigned),
        b"u" => number(4).map(Scalar::Unsigned),
        b"t" => number(8).map(Scalar::Unsigned),
        b"n" => number(2).map(|bits| Scalar::Signed(sign_extend(bits, 16))),
        b"i" => number(4).map(|bits| Scalar::Signed(sign_extend(bits, 32))),
        b"x" => number(8).map(|bits| Scalar::Signed(sign_extend(bits, 64))),
        b"s" => match value.split_last() {
            Some((0, text)) => String::from_utf8(text.to_vec()).map(Scalar::Text).map_err(|_| Malformed),
            _ => Err(Malformed),
        },
        _ => Ok(Scalar::Other),
    }
}

fn sign_extend(bits: u64, width: u32) -> i64 {
    (bits << (64 - width)).cast_signed() >> (64 - width)
}

/// The items of the table that lies at `range`, behind its bloom filter and its buckets.
fn table_items(file: &[u8], range: Range<usize>) -> Result<&[u8], Malformed> {
    let table = file.get(range).ok_or(Malformed)?;
    let bloom_words = index(u32_at(table, 0)? & ((1 << 27) - 1));
    let buckets = index(u32_at(table, 4)?);
    let before_items = bloom_words.saturating_add(buckets).saturating_mul(4).saturating_add(8);
    let items = table.get(before_items..).ok_or(Malformed)?;
    if items.len().is_multiple_of(ITEM_BYTES) { Ok(items) } else { Err(Malformed) }
}

/// The hash of GVDB: Bernstein's, over signed bytes.
fn djb_hash(key: &[u8]) -> u32 {
    key.iter()
        .fold(5381_u32, |hash, byte| hash.wrapping_mul(33).wrapping_add(i32::from(byte.cast_signed()).cast_unsigned()))
}

fn pointer_at(bytes: &[u8], offset: usize) -> Result<Range<usize>, Malformed> {
    Ok(index(u32_at(bytes, offset)?)..index(u32_at(bytes, offset + 4)?))
}

fn u32_at(bytes: &[u8], offset: usize) -> Result<u32, Malformed> {
    let four = bytes.get(offset..offset + 4).and_then(|four| four.try_into().ok()).ok_or(Malformed)?;
    Ok(u32::from_le_bytes(four))
}

/// An offset of the file. Every computer this runs on has at least 32 bits.
fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Written by `gsettings set` through dconf-service; see tests/data/screen_lock/README.md.
    const USER: &[u8] = include_bytes!("../../../tests/data/screen_lock/dconf-user");
    /// Written by `dconf compile`.
    const SYSTEM: &[u8] = include_bytes!("../../../tests/data/screen_lock/dconf-praxis");

    #[test]
    fn values_of_a_users_database_are_found_through_their_parents() {
        let file = parse_gvdb(USER).expect("a database that dconf wrote");
        assert_eq!(file.value("/org/gnome/desktop/session/idle-delay"), Ok(Some(Scalar::Unsigned(1800))));
        assert_eq!(file.value("/org/gnome/desktop/screensaver/lock-enabled"), Ok(Some(Scalar::Boolean(false))));
        assert_eq!(file.value("/org/mate/desktop/session/idle-delay"), Ok(Some(Scalar::Signed(30))));
        assert_eq!(file.value("/org/gnome/desktop/interface/clock-format"), Ok(Some(Scalar::Text("24h".to_owned()))));
        assert_eq!(file.value("/org/gnome/desktop/session/"), Ok(None));
        assert!(file.table(".locks").expect("well-formed").is_none());
    }

    #[test]
    fn locks_of_a_compiled_database_are_a_table() {
        let file = parse_gvdb(SYSTEM).expect("a database that dconf wrote");
        let locks = file.table(".locks").expect("well-formed").expect("it has locks");
        assert_eq!(locks.contains("/org/gnome/desktop/screensaver/lock-enabled"), Ok(true));
        assert_eq!(locks.contains("/org/gnome/desktop/screensaver/lock-delay"), Ok(false));
    }

    #[test]
    fn values_of_the_other_byte_order_are_swapped() {
        assert_eq!(parse_variant(&[0, 0, 7, 8, 0, b'u'], true), Ok(Scalar::Unsigned(1800)));
        assert_eq!(parse_variant(&[8, 7, 0, 0, 0, b'u'], false), Ok(Scalar::Unsigned(1800)));
        assert_eq!(parse_variant(&[0xff, 0xff, 0xff, 0xff, 0, b'i'], false), Ok(Scalar::Signed(-1)));
        assert_eq!(parse_variant(&[2, 0, b'b'], false), Err(Malformed));
        assert_eq!(parse_variant(&[1, 2, 0, b'u'], false), Err(Malformed));
        assert_eq!(parse_variant(b"", false), Err(Malformed));
        assert_eq!(parse_variant(b"\0as", false), Ok(Scalar::Other));
    }

    /// Everything that can be asked of a file must end.
    fn ask(bytes: &[u8]) {
        if let Ok(file) = parse_gvdb(bytes) {
            let _ = file.value("/org/gnome/desktop/session/idle-delay");
            if let Ok(Some(locks)) = file.table(".locks") {
                let _ = locks.contains("/org/gnome/desktop/session/idle-delay");
            }
        }
    }

    #[test]
    fn an_item_that_is_its_own_parent_ends() {
        let mut bytes = USER.to_vec();
        for at in (0..bytes.len().saturating_sub(4)).step_by(4) {
            let saved: [u8; 4] = bytes[at..at + 4].try_into().expect("four bytes");
            for index in 0_u32..12 {
                bytes[at..at + 4].copy_from_slice(&index.to_le_bytes());
                ask(&bytes);
            }
            bytes[at..at + 4].copy_from_slice(&saved);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            ask(&bytes);
            let _ = parse_variant(&bytes, bytes.len() % 2 == 0);
            let mut with_header = b"GVariant\0\0\0\0\0\0\0\0".to_vec();
            with_header.extend(bytes);
            ask(&with_header);
        }

        #[test]
        fn no_broken_database_makes_it_panic(at in 0..SYSTEM.len(), byte: u8, cut in 0..SYSTEM.len()) {
            let mut bytes = SYSTEM.to_vec();
            bytes[at] = byte;
            ask(&bytes);
            ask(&bytes[..cut]);
        }
    }
}

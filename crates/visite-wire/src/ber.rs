//! The basic encoding rules of ASN.1 (ITU-T X.690), as far as SNMP, LDAP and Kerberos use them.
//!
//! Reads single-byte tags and definite lengths; whatever else there is in the rules counts as broken. Deliberately
//! absent: certificates, which `x509` reads.

use crate::bytes::{Reader, Reading};

/// `INTEGER`.
pub const INTEGER: u8 = 0x02;
/// `OCTET STRING`.
pub const OCTETS: u8 = 0x04;
/// `NULL`.
pub const NULL: u8 = 0x05;
/// `OBJECT IDENTIFIER`.
pub const OBJECT_ID: u8 = 0x06;
/// `ENUMERATED`.
pub const ENUMERATED: u8 = 0x0a;
/// `SEQUENCE` and `SEQUENCE OF`.
pub const SEQUENCE: u8 = 0x30;
/// `SET` and `SET OF`.
pub const SET: u8 = 0x31;

/// How much of the element at the front of `bytes` has arrived, if it must have this tag and at most `limit` bytes:
/// how many bytes it is long, tag and length included, if it is whole.
pub fn arrived(bytes: &[u8], tag: u8, limit: usize) -> Reading<usize> {
    let mut reader = Reader::new(bytes);
    match reader.u8() {
        None => return Reading::Begun,
        Some(found) if found != tag => return Reading::Bad,
        Some(_) => {}
    }
    let Some(first) = reader.u8() else { return Reading::Begun };
    let following = if first < 0x80 { 0 } else { usize::from(first & 0x7f) };
    if first >= 0x80 && !(1..=4).contains(&following) {
        return Reading::Bad;
    }
    let Some(digits) = reader.take(following) else { return Reading::Begun };
    let length = if first < 0x80 { u64::from(first) } else { unsigned(digits) };
    let Some(total) = usize::try_from(length).ok().and_then(|length| length.checked_add(2 + following)) else {
        return Reading::Bad;
    };
    match total {
        _ if total > limit => Reading::Bad,
        _ if total > bytes.len() => Reading::Begun,
        _ => Reading::Whole(total),
    }
}

fn unsigned(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |sum, digit| sum << 8 | u64::from(*digit))
}

/// The next element: tag and contents.
pub fn element<'b>(reader: &mut Reader<'b>) -> Option<(u8, &'b [u8])> {
    let tag = reader.u8()?;
    if tag & 0x1f == 0x1f {
        return None;
    }
    let first = reader.u8()?;
    let length = match first {
        0..=0x7f => u64::from(first),
        0x81..=0x84 => unsigned(reader.take(usize::from(first & 0x7f))?),
        _ => return None,
    };
    Some((tag, reader.take(usize::try_from(length).ok()?)?))
}

/// Contents of the next element, if it has this tag.
pub fn expect<'b>(reader: &mut Reader<'b>, tag: u8) -> Option<&'b [u8]> {
    element(reader).filter(|(found, _)| *found == tag).map(|(_, contents)| contents)
}

/// The next element as a whole number with this tag (`INTEGER`, `ENUMERATED` or one of SNMP's counters).
pub fn whole_number(reader: &mut Reader<'_>, tag: u8) -> Option<i64> {
    let contents = expect(reader, tag)?;
    let negative = contents.first()? & 0x80 != 0;
    if contents.len() > 8 {
        return None;
    }
    Some(contents.iter().fold(if negative { -1 } else { 0 }, |sum, digit| sum << 8 | i64::from(*digit)))
}

/// An object identifier's contents, as numbers.
pub fn object_id(contents: &[u8]) -> Option<Vec<u32>> {
    if contents.len() > 128 || contents.last()? & 0x80 != 0 {
        return None;
    }
    let (mut arcs, mut sum) = (Vec::new(), 0u32);
    for byte in contents {
        if sum >> 25 != 0 {
            return None;
        }
        sum = sum << 7 | u32::from(byte & 0x7f);
        if byte & 0x80 != 0 {
            continue;
        }
        if arcs.is_empty() {
            let root = (sum / 40).min(2);
            arcs.push(root);
            arcs.push(sum.saturating_sub(root * 40));
        } else {
            arcs.push(sum);
        }
        sum = 0;
    }
    Some(arcs)
}

/// An element of this tag around `contents`, which are written one behind the other.
pub fn wrap(tag: u8, contents: &[&[u8]]) -> Vec<u8> {
    let length: usize = contents.iter().map(|part| part.len()).sum();
    let digits = length.to_be_bytes();
    let significant = digits.iter().position(|digit| *digit != 0).map_or(&[0][..], |at| digits.split_at(at).1);
    let mut written = vec![tag];
    if length >= 0x80 {
        written.push(0x80 | u8::try_from(significant.len()).unwrap_or(8));
    }
    written.extend_from_slice(significant);
    written.extend(contents.iter().flat_map(|part| part.iter()));
    written
}

/// A whole number with this tag, in as few bytes as possible.
pub fn write_number(tag: u8, number: i64) -> Vec<u8> {
    let digits = number.to_be_bytes();
    let mut short: &[u8] = &digits;
    while let [first, rest @ ..] = short {
        match rest.first() {
            Some(second) if (*first == 0 && second & 0x80 == 0) || (*first == 0xff && second & 0x80 != 0) => {
                short = rest
            }
            _ => break,
        }
    }
    wrap(tag, &[short])
}

/// An object identifier. `arcs` has at least two numbers, the first 0, 1 or 2.
pub fn write_object_id(arcs: &[u32]) -> Vec<u8> {
    let (Some(root), Some(second)) = (arcs.first(), arcs.get(1)) else { return wrap(OBJECT_ID, &[]) };
    let mut contents = Vec::new();
    for arc in std::iter::once(root.saturating_mul(40).saturating_add(*second)).chain(arcs.iter().skip(2).copied()) {
        for shift in [28u32, 21, 14, 7, 0] {
            let digit = u8::try_from(arc >> shift & 0x7f).unwrap_or(0);
            match shift {
                0 => contents.push(digit),
                _ if arc >> shift != 0 => contents.push(digit | 0x80),
                _ => {}
            }
        }
    }
    wrap(OBJECT_ID, &[&contents])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_and_object_ids_come_back() {
        assert_eq!(write_number(INTEGER, 0), [2, 1, 0]);
        assert_eq!(write_number(INTEGER, 128), [2, 2, 0, 128]);
        assert_eq!(write_number(INTEGER, -1), [2, 1, 255]);
        let description = [1, 3, 6, 1, 4, 1, 8072, 3, 2, 10];
        let written = write_object_id(&description);
        assert_eq!(written, [6, 10, 0x2b, 6, 1, 4, 1, 0xbf, 8, 3, 2, 10]);
        assert_eq!(
            object_id(expect(&mut Reader::new(&written), OBJECT_ID).unwrap_or_default()),
            Some(description.into())
        );
        assert_eq!(object_id(&[0x2b, 0x86]), None);
        assert_eq!(object_id(&[0x2b, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]), None);
    }

    #[test]
    fn lengths_of_every_form() {
        let long = wrap(OCTETS, &[&[7; 200], &[8; 100]]);
        assert_eq!(long.get(..4), Some([4, 0x82, 1, 44].as_slice()));
        assert_eq!(arrived(&long, OCTETS, 1000), Reading::Whole(304));
        assert_eq!(arrived(&long, OCTETS, 303), Reading::Bad);
        for cut in 0..long.len() {
            assert_eq!(arrived(&long[..cut], OCTETS, 1000), Reading::Begun, "{cut}");
        }
        assert_eq!(arrived(&long, SEQUENCE, 1000), Reading::Bad);
        assert_eq!(arrived(&[4, 0x80], OCTETS, 1000), Reading::Bad, "indefinite");
        assert_eq!(element(&mut Reader::new(&[4, 0x80, 0, 0])), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..64), number: i64) {
            let _ = (arrived(&bytes, bytes.first().copied().unwrap_or(0), 100), object_id(&bytes));
            let mut reader = Reader::new(&bytes);
            while element(&mut reader).is_some() {}
            let written = write_number(INTEGER, number);
            prop_assert_eq!(whole_number(&mut Reader::new(&written), INTEGER), Some(number));
        }
    }
}

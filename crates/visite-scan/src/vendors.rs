//! To whom the IEEE gave the first part of a hardware address.
//!
//! The table `vendors.oui` lies beside this file; `cargo xtask generate oui` writes it from the lists of the IEEE
//! (MA-L, MA-M, MA-S). It is searched where it lies in the binary: nothing is unpacked, and nothing waits at start.
//!
//! Layout: 128 bytes of text (what it is, date, source, then spaces up to a line feed); four counts of four bytes; the
//! rows of the prefixes of 24, 28 and 36 bits, each sorted; the places of every sixteenth name, in three bytes; the names.
//! A row is a prefix in three, four or five bytes, filled with zeros on the right, and the number of its name in two
//! bytes. A name is its length in one byte and its text in UTF-8. All numbers begin with the highest byte.

use std::cmp::Ordering;

const TABLE: &[u8] = include_bytes!("vendors.oui");

/// Bytes of text at the beginning.
const HEAD: usize = 128;

/// Bits of the prefixes, shortest first, and bytes in which a row keeps one.
const LENGTHS: [(u32, usize); 3] = [(24, 3), (28, 4), (36, 5)];

/// Bytes of the number of a name in a row.
const NUMBER: usize = 2;

/// Bytes of a place among the names, and how many names share one.
const PLACE: usize = 3;
const BLOCK: usize = 16;

/// The organisation behind a hardware address, without its legal form (`Inc.`, `GmbH`); `None` where the IEEE names none,
/// and for addresses that a system made up itself.
pub fn vendor(mac: [u8; 6]) -> Option<&'static str> {
    // The second bit says that nobody gave the address (IEEE 802, 8.2.2).
    if mac[0] & 2 != 0 {
        return None;
    }
    let table = table()?;
    // Blocks of the longer lists lie within blocks that the shorter one gives to the IEEE itself.
    let lengths = LENGTHS.iter().zip(table.rows).rev();
    table.name(lengths.into_iter().find_map(|(&(bits, width), rows)| found(rows, bits, width, mac))?)
}

/// Of what day the lists of the IEEE are, and where they are from, e.g. `2022-08-27, Debian ieee-data 20220827.1`.
pub fn source() -> &'static str {
    let head = TABLE.get(..HEAD).and_then(|head| std::str::from_utf8(head).ok()).unwrap_or_default();
    head.split_once(": ").map_or(head, |(_, source)| source).trim_end()
}

/// The parts of the table.
struct Table {
    rows: [&'static [u8]; 3],
    places: &'static [u8],
    names: &'static [u8],
}

fn table() -> Option<Table> {
    let count = |index: usize| TABLE.get(HEAD + 4 * index..HEAD + 4 * index + 4).map(number);
    let mut rest = TABLE.get(HEAD + 4 * (LENGTHS.len() + 1)..)?;
    let mut rows = [&[][..]; 3];
    for (index, (rows, (_, width))) in rows.iter_mut().zip(LENGTHS).enumerate() {
        (*rows, rest) = rest.split_at_checked(count(index)?.checked_mul(width + NUMBER)?)?;
    }
    let (places, names) = rest.split_at_checked(count(LENGTHS.len())?.checked_mul(PLACE)?)?;
    Some(Table { rows, places, names })
}

impl Table {
    /// The name of that number.
    fn name(&self, wanted: usize) -> Option<&'static str> {
        let block = wanted / BLOCK * PLACE;
        let mut names = self.names.get(number(self.places.get(block..block + PLACE)?)..)?;
        for _ in 0..wanted % BLOCK {
            names = names.get(1 + usize::from(*names.first()?)..)?;
        }
        std::str::from_utf8(names.get(1..1 + usize::from(*names.first()?))?).ok()
    }
}

/// The number of the name to the prefix under which `mac` falls.
fn found(rows: &[u8], bits: u32, width: usize, mac: [u8; 6]) -> Option<usize> {
    let mut wanted = [0; 5];
    wanted.copy_from_slice(&mac[..5]);
    wanted[width..].fill(0);
    if !bits.is_multiple_of(8) {
        wanted[width - 1] &= 0xf0;
    }
    let row = width + NUMBER;
    let (mut from, mut to) = (0, rows.len() / row);
    while from < to {
        let middle = from + (to - from) / 2;
        let (prefix, name) = rows.get(middle * row..(middle + 1) * row)?.split_at_checked(width)?;
        match prefix.cmp(&wanted[..width]) {
            Ordering::Less => from = middle + 1,
            Ordering::Greater => to = middle,
            Ordering::Equal => return Some(number(name)),
        }
    }
    None
}

fn number(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<&'static str> {
        let bytes: Vec<u8> = text.split(':').map(|part| u8::from_str_radix(part, 16).expect("hexadecimal")).collect();
        vendor(bytes.try_into().expect("six bytes"))
    }

    #[test]
    fn devices_of_a_practice_have_their_makers() {
        assert_eq!(of("00:15:5d:01:02:03"), Some("Microsoft"));
        assert_eq!(of("38:10:d5:00:00:01"), Some("AVM Audiovisuelles Marketing und Computersysteme"));
        assert_eq!(of("00:11:32:aa:bb:cc"), Some("Synology"));
        assert_eq!(of("00:00:00:00:00:00"), Some("Xerox"));
    }

    #[test]
    fn the_longest_prefix_counts() {
        // 70:B3:D5 belongs to the IEEE, which gives it away in pieces of 36 bits.
        assert_eq!(of("70:b3:d5:71:90:01"), Some("2M Technology"));
        assert_eq!(of("20:85:93:b1:23:45"), Some("IOG Products"));
        // A piece that nobody has, or whose owner wants no name.
        assert_eq!(of("74:1a:e0:9f:ff:ff"), None);
        assert_eq!(of("b0:c5:ca:f0:00:00"), None);
    }

    #[test]
    fn addresses_that_nobody_gave_have_no_maker() {
        assert_eq!(of("02:60:8c:00:00:01"), None, "assigned long ago to 3Com, and made up by systems today");
        assert_eq!(of("da:a1:19:00:00:01"), None);
        assert_eq!(of("ff:ff:ff:ff:ff:ff"), None);
    }

    #[test]
    fn the_table_is_sorted_whole_and_small() {
        let table = table().expect("the table reads");
        for (rows, (_, width)) in table.rows.into_iter().zip(LENGTHS) {
            let rows: Vec<(&[u8], usize)> =
                rows.chunks(width + NUMBER).map(|row| (&row[..width], number(&row[width..]))).collect();
            assert!(rows.is_sorted_by(|one, other| one.0 < other.0));
            assert!(rows.len() > 4000);
            for (prefix, name) in rows {
                let name = table.name(name).expect("a whole name");
                assert!(!name.is_empty() && !name.chars().any(char::is_control), "{prefix:02x?}: {name:?}");
            }
        }
        assert!(TABLE.len() < 700_000, "{} bytes", TABLE.len());
        assert!(source().starts_with("20"), "{}", source());
    }
}

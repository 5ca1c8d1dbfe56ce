//! Reading and writing of bytes that nobody vouches for: every read says whether there was enough.

/// Reads from the front of some bytes; big endian unless the name says otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'b> {
    rest: &'b [u8],
}

impl<'b> Reader<'b> {
    /// Reads `bytes`.
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What has not been read yet.
    pub fn rest(&self) -> &'b [u8] {
        self.rest
    }

    /// Whether everything has been read.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next `count` bytes.
    pub fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    /// One byte.
    pub fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_be_bytes)
    }

    /// Two bytes.
    pub fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    /// Three bytes.
    pub fn u24(&mut self) -> Option<u32> {
        self.array().map(|[a, b, c]| u32::from_be_bytes([0, a, b, c]))
    }

    /// Four bytes.
    pub fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    /// Two bytes, little endian.
    pub fn u16_le(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    /// Four bytes, little endian.
    pub fn u32_le(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// Eight bytes, little endian.
    pub fn u64_le(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    /// As many bytes as the next byte says.
    pub fn prefixed8(&mut self) -> Option<&'b [u8]> {
        let count = self.u8()?;
        self.take(usize::from(count))
    }

    /// As many bytes as the next two say.
    pub fn prefixed16(&mut self) -> Option<&'b [u8]> {
        let count = self.u16()?;
        self.take(usize::from(count))
    }

    /// As many bytes as the next three say.
    pub fn prefixed24(&mut self) -> Option<&'b [u8]> {
        let count = self.u24()?;
        self.take(usize::try_from(count).ok()?)
    }
}

/// What some bytes are, read from their first byte on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading<T> {
    /// The beginning of what was looked for.
    Begun,
    /// Something else.
    Bad,
    /// All of it.
    Whole(T),
}

/// Text from a device, safe to store and to show: control characters become spaces, runs of spaces one, at most
/// `limit` characters; what changes the direction of writing is left out, for it makes text look like another. `None` if
/// nothing is left.
pub fn clean(bytes: &[u8], limit: usize) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let told = text.chars().filter(|c| !turns_writing(*c));
    let spaced = told.map(|c| if c.is_control() || c == '\u{fffd}' { ' ' } else { c });
    let words = spaced.collect::<String>();
    let joined = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = joined.chars().take(limit).collect();
    (!cut.is_empty()).then_some(cut)
}

/// Whether a character has no form of its own but turns the direction of others (Unicode Standard Annex 9, 2).
fn turns_writing(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A hardware address that a device states as its own; `None` for zeros and for those of groups.
pub(crate) fn own_mac(mac: [u8; 6]) -> Option<[u8; 6]> {
    (mac != [0; 6] && mac.first().is_some_and(|first| first & 1 == 0)).then_some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_no_further_than_there_is() {
        let mut reader = Reader::new(&[1, 0, 2, 7, 8, 9]);
        assert_eq!(reader.u8(), Some(1));
        assert_eq!(reader.prefixed16(), Some([7, 8].as_slice()));
        assert_eq!(reader.u16(), None);
        assert_eq!(reader.rest(), [9]);
        assert_eq!(reader.u8(), Some(9));
        assert!(reader.is_empty());
        assert_eq!(Reader::new(&[200]).prefixed8(), None);
    }

    #[test]
    fn text_from_devices_is_tame() {
        assert_eq!(clean(b"  a\x1b[31m\r\n b\0", 80).as_deref(), Some("a [31m b"));
        assert_eq!(clean(&[0xff, 0xfe], 80), None);
        assert_eq!(clean("äöü".as_bytes(), 2).as_deref(), Some("äö"));
        let turning = "nginx\u{202e}gpj.\u{202c} \u{2066}1\u{2069}\u{200f}\u{200e}\u{61c}\u{202a}\u{202b}\u{202d}";
        assert_eq!(clean(turning.as_bytes(), 80).as_deref(), Some("nginxgpj. 1"));
        assert_eq!(clean("\u{202e}\u{2067}\u{2068}".as_bytes(), 80), None);
    }
}

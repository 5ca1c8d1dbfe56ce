//! Cipher suites by kind, from the IANA registry of TLS cipher suites.

/// What is said about a cipher suite, weakest first. A suite has one kind, the first that fits: an anonymous suite with
/// RC4 is anonymous, one of the export kind with DES is export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SuiteKind {
    /// Nothing is encrypted.
    Null,
    /// The server proves nothing about itself.
    Anonymous,
    /// Keys of 40 or 56 bits, as export laws once demanded.
    Export,
    /// DES with one key of 56 bits.
    Des,
    /// RC4.
    Rc4,
    /// Triple DES.
    TripleDes,
    /// Another block cipher in CBC mode with a separate check sum (AES, Camellia, SEED, IDEA).
    Cbc,
    /// Encryption and integrity in one (GCM, CCM, ChaCha20-Poly1305).
    Aead,
}

impl SuiteKind {
    /// All kinds, weakest first.
    pub const ALL: [Self; 8] =
        [Self::Null, Self::Anonymous, Self::Export, Self::Des, Self::Rc4, Self::TripleDes, Self::Cbc, Self::Aead];

    /// The word for it in `device.tls.cipher_kinds`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Anonymous => "anonymous",
            Self::Export => "export",
            Self::Des => "des",
            Self::Rc4 => "rc4",
            Self::TripleDes => "3des",
            Self::Cbc => "cbc",
            Self::Aead => "aead",
        }
    }

    /// Suites of this kind up to version 1.2 that are offered, the usual ones first. PSK, SRP, Kerberos and GOST are left
    /// out: no server can use them without a secret that was agreed before.
    pub fn suites(self) -> &'static [u16] {
        match self {
            Self::Null => &[0xc010, 0xc006, 0xc00b, 0xc001, 0x003b, 0x0002, 0x0001],
            Self::Anonymous => &[
                0xc019, 0xc018, 0x00a7, 0x00a6, 0x006d, 0x006c, 0x003a, 0x0034, 0x0089, 0x0046, 0xc017, 0x001b, 0xc016,
                0x0018, 0x001a, 0x0019, 0x0017, 0xc015,
            ],
            Self::Export => &[
                0x0014, 0x0011, 0x0008, 0x0006, 0x0003, 0x000e, 0x000b, 0x0063, 0x0062, 0x0065, 0x0064, 0x0061, 0x0060,
            ],
            Self::Des => &[0x0015, 0x0012, 0x0009, 0x000f, 0x000c],
            Self::Rc4 => &[0xc011, 0xc007, 0xc00c, 0xc002, 0x0005, 0x0004, 0x0066],
            Self::TripleDes => &[0xc012, 0xc008, 0x0016, 0x0013, 0xc00d, 0xc003, 0x000a, 0x0010, 0x000d],
            Self::Cbc => &[
                0xc028, 0xc024, 0xc014, 0xc00a, 0xc027, 0xc023, 0xc013, 0xc009, 0x006b, 0x006a, 0x0039, 0x0038, 0x0067,
                0x0040, 0x0033, 0x0032, 0xc02a, 0xc026, 0xc00f, 0xc005, 0xc029, 0xc025, 0xc00e, 0xc004, 0x003d, 0x0035,
                0x003c, 0x002f, 0x00c4, 0x0088, 0x00be, 0x0045, 0x00c0, 0x0084, 0x00ba, 0x0041, 0x009a, 0x0096, 0x0007,
            ],
            Self::Aead => &[
                0xc02c, 0xc030, 0xc02b, 0xc02f, 0xcca9, 0xcca8, 0x009f, 0x00a3, 0x009e, 0x00a2, 0xccaa, 0xc02e, 0xc032,
                0xc02d, 0xc031, 0x009d, 0x009c, 0xc0ad, 0xc0ac, 0xc09f, 0xc09e, 0xc09d, 0xc09c,
            ],
        }
    }

    /// The kind of a suite that is offered here; `None` for any other.
    pub fn of(suite: u16) -> Option<Self> {
        if VERSION_1_3.contains(&suite) {
            return Some(Self::Aead);
        }
        Self::ALL.into_iter().find(|kind| kind.suites().contains(&suite))
    }
}

/// The suites of version 1.3 (RFC 8446, B.4).
pub const VERSION_1_3: [u16; 5] = [0x1302, 0x1303, 0x1301, 0x1304, 0x1305];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_suite_is_of_two_kinds_and_an_offer_stays_small() {
        let mut all: Vec<u16> = SuiteKind::ALL.iter().flat_map(|kind| kind.suites()).copied().collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        // Some old servers give up on more than 128 suites.
        assert!(count + VERSION_1_3.len() < 127, "{count}");
        assert_eq!(SuiteKind::of(0x1301), Some(SuiteKind::Aead));
        assert_eq!(SuiteKind::of(0x0018), Some(SuiteKind::Anonymous));
        assert_eq!(SuiteKind::of(0x00ff), None);
    }
}

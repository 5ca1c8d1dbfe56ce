//! Heads of messages in the manner of RFC 822: a first line and fields, as SIP, RTSP and SSDP have them.

/// Most bytes of a head.
const MAX_HEAD_BYTES: usize = 8 * 1024;
/// Most fields of a head.
const MAX_FIELDS: usize = 100;

/// A head that has come whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head<'b> {
    /// The first line, without its end.
    pub first: &'b str,
    fields: Vec<(&'b str, &'b str)>,
    /// Length in bytes, with the empty line behind it.
    pub length: usize,
}

impl<'b> Head<'b> {
    /// Value of the first field with this name; upper and lower case are the same.
    pub fn field(&self, name: &str) -> Option<&'b str> {
        self.fields.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    /// Status code of a first line like `SIP/2.0 200 OK`.
    pub fn status(&self) -> Option<u16> {
        let code = self.first.split(' ').nth(1).filter(|code| code.len() == 3)?;
        code.parse().ok().filter(|code| (100..700).contains(code))
    }
}

/// The head at the front of `bytes`, whose first line begins with one of `beginnings`. `Ok(None)` while it has not come
/// whole; `Err` as soon as it cannot become one.
pub(crate) fn parse_head<'b>(bytes: &'b [u8], beginnings: &[&str]) -> Result<Option<Head<'b>>, ()> {
    let fits = |beginning: &&str| bytes.iter().zip(beginning.as_bytes()).all(|(found, expected)| found == expected);
    if !beginnings.iter().any(fits) {
        return Err(());
    }
    let looked_at = bytes.get(..MAX_HEAD_BYTES).unwrap_or(bytes);
    let Some(end) = looked_at.windows(4).position(|window| window == b"\r\n\r\n") else {
        return if looked_at.len() == MAX_HEAD_BYTES { Err(()) } else { Ok(None) };
    };
    let text = bytes.get(..end).and_then(|head| str::from_utf8(head).ok()).ok_or(())?;
    let mut lines = text.split("\r\n");
    let first = lines.next().filter(|first| !first.contains(char::is_control)).ok_or(())?;
    let mut fields = Vec::new();
    // A line that begins with a space goes on with the field before; no field of interest here does.
    for line in lines.filter(|line| !line.starts_with([' ', '\t'])) {
        let (name, value) = line.split_once(':').ok_or(())?;
        let name = name.trim_end_matches([' ', '\t']);
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) || fields.len() == MAX_FIELDS {
            return Err(());
        }
        fields.push((name, value.trim()));
    }
    Ok(Some(Head { first, fields, length: end.saturating_add(4) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn heads() {
        let bytes = b"SIP/2.0 200 OK\r\nServer : x\r\nVIA: a;b\r\n folded\r\nEmpty:\r\n\r\nbody";
        let head = parse_head(bytes, &["SIP/2.0 "]).expect("a head").expect("whole");
        assert_eq!((head.status(), head.length), (Some(200), bytes.len() - 4));
        assert_eq!(
            ["server", "via", "empty", "x"].map(|name| head.field(name)),
            [Some("x"), Some("a;b"), Some(""), None]
        );
        for length in 0..bytes.len() - 4 {
            assert_eq!(parse_head(&bytes[..length], &["SIP/2.0 "]), Ok(None), "{length}");
        }
        for broken in [&b"HTTP/1.1 200 OK\r\n\r\n"[..], b"SIP/2.0 200 OK\r\nno field\r\n\r\n", b"SIP/2.0 \xff\r\n\r\n"]
        {
            assert_eq!(parse_head(broken, &["SIP/2.0 "]), Err(()));
        }
        assert_eq!(parse_head(&[&b"SIP/2.0 "[..], &[b'a'; MAX_HEAD_BYTES]].concat(), &["SIP/2.0 "]), Err(()));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse_head(&bytes, &["", "S"]);
        }
    }
}

//! What matters of a page: its title, and whether it asks for something. For the dialogue of HTTP.
//!
//! Tags are looked at one by one; nothing is nested, run or fetched. Deliberately absent: the text of the page.

use super::find;

/// What matters of a page's text.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// Its title, with entities spelled out.
    pub title: Option<Vec<u8>>,
    /// Whether it has a field for a password.
    pub password: bool,
    /// Whether it has any field, button or form.
    pub operable: bool,
    /// Whether scripts, frames or a redirection make up what the visitor sees.
    pub scripted: bool,
    /// Whether it sends the visitor on to an encrypted page.
    pub refreshes_to_tls: bool,
}

impl Page {
    /// Goes through the tags once; nothing is nested, nothing is run.
    pub fn of(body: &[u8]) -> Self {
        let mut page = Self::default();
        let lower = body.to_ascii_lowercase();
        let mut at = 0;
        while let Some(found) = lower.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'<')) {
            let start = at.saturating_add(found).saturating_add(1);
            let rest = lower.get(start..).unwrap_or_default();
            // A tag ends with its bracket or, if somebody forgot it, after 2 KiB.
            let limited = rest.get(..rest.len().min(2048)).unwrap_or_default();
            let length = limited.iter().position(|byte| matches!(byte, b'>' | b'<')).unwrap_or(limited.len());
            let tag = limited.get(..length).unwrap_or_default();
            at = start.saturating_add(length);
            let name = tag.split(|byte| byte.is_ascii_whitespace() || *byte == b'/').next().unwrap_or_default();
            match name {
                b"title" if page.title.is_none() => {
                    let text = at.saturating_add(1);
                    let tail = lower.get(text..).unwrap_or_default();
                    let tail = tail.get(..tail.len().min(1024)).unwrap_or_default();
                    // A title may hold quoted code (`<title>" + ID_EESX_Welcome + "</title>`), but no tag.
                    let end = tail.iter().position(|byte| *byte == b'<').unwrap_or(tail.len());
                    page.title = body.get(text..text.saturating_add(end)).map(without_entities);
                }
                b"input" => {
                    page.operable = true;
                    page.password |= attribute(tag, b"type") == Some(b"password".as_slice());
                }
                b"form" | b"button" | b"select" | b"textarea" => page.operable = true,
                b"script" | b"frame" | b"iframe" | b"object" | b"applet" | b"embed" => page.scripted = true,
                b"meta" if attribute(tag, b"http-equiv") == Some(b"refresh".as_slice()) => {
                    page.scripted = true;
                    page.refreshes_to_tls |= find(tag, b"https://").is_some();
                }
                b"body" if find(tag, b"onload").is_some() => page.scripted = true,
                _ => {}
            }
        }
        page
    }
}

/// Value of an attribute in a tag in small letters.
fn attribute<'t>(tag: &'t [u8], name: &[u8]) -> Option<&'t [u8]> {
    let mut rest = tag;
    loop {
        let at = find(rest, name)?;
        let stands_alone = at.checked_sub(1).and_then(|before| rest.get(before)).is_some_and(u8::is_ascii_whitespace);
        rest = rest.get(at.checked_add(name.len())?..)?;
        if let Some(value) = rest.trim_ascii_start().strip_prefix(b"=").filter(|_| stands_alone) {
            let value = value.trim_ascii_start();
            return match value.first()? {
                quote @ (b'"' | b'\'') => value.get(1..)?.split(|byte| byte == quote).next(),
                _ => value.split(|byte| byte.is_ascii_whitespace() || *byte == b'/').next(),
            };
        }
    }
}

/// A title with the entities spelled out that titles usually hold.
fn without_entities(text: &[u8]) -> Vec<u8> {
    let mut text = String::from_utf8_lossy(text).into_owned();
    for (entity, meaning) in [
        ("&nbsp;", " "),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&reg;", "®"),
        ("&amp;", "&"),
    ] {
        text = text.replace(entity, meaning);
    }
    text.into_bytes()
}

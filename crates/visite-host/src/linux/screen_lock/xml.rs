//! XML of settings files, within limits.
//!
//! For Xfconf and the schemas of GSettings. Comparing the attributes of one element with each other, and likewise its
//! namespaces, costs the parser the square of their number, so that only the size of a file bounds the time.

use roxmltree::Document;

/// Largest file that is read, in bytes. Real ones have less than 64 KiB.
const MAX_BYTES: usize = 256 * 1024;

/// Reads a document; an error says what is wrong with it.
pub fn document(text: &str) -> Result<Document<'_>, &'static str> {
    if text.len() > MAX_BYTES {
        return Err("larger than any real settings file");
    }
    Document::parse(text).map_err(|_| "no well-formed XML")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_huge_file_is_refused_and_an_ordinary_one_read() {
        let attributes: String = (0..100_000).map(|number| format!(" a{number}=''")).collect();
        assert!(document(&format!("<channel{attributes}/>")).is_err());
        assert!(document("<channel name='a'/>").is_ok());
    }
}

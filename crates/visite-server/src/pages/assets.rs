//! Files that pages load: one style sheet, the typeface, htmx with its extension for server-sent events, and our own few
//! lines of script. All are embedded; pages load nothing from elsewhere.
//!
//! The style sheet is made of the report's (colours, typeface, parts) and of `assets/app.css`. An address carries a mark
//! of the content, so that browsers may keep a file for good.

use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::sync::LazyLock;
use visite_report::html;

/// A file to be sent.
pub struct Asset {
    /// Its name below `/assets/`.
    pub name: &'static str,
    /// Its media type.
    pub media_type: &'static str,
    /// Its content.
    pub content: Cow<'static, [u8]>,
    /// Mark of the content, for the address and as an entity tag.
    pub mark: String,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let script = "text/javascript; charset=utf-8";
    let font = asset("inter.woff2", "font/woff2", Cow::Borrowed(html::INTER));
    let sheet = asset("app.css", "text/css; charset=utf-8", Cow::Owned(style(&font.mark).into_bytes()));
    let borrowed = |bytes: &'static [u8]| Cow::Borrowed(bytes);
    vec![
        sheet,
        font,
        asset("htmx.js", script, borrowed(include_bytes!("../../assets/htmx.min.js"))),
        asset("htmx-sse.js", script, borrowed(include_bytes!("../../assets/htmx-sse.min.js"))),
        asset("app.js", script, borrowed(include_bytes!("../../assets/app.js"))),
        asset("icon.svg", "image/svg+xml", borrowed(include_bytes!("../../assets/icon.svg"))),
    ]
});

fn asset(name: &'static str, media_type: &'static str, content: Cow<'static, [u8]>) -> Asset {
    let mark = Sha256::digest(&content).iter().take(6).fold(String::new(), |mark, byte| mark + &format!("{byte:02x}"));
    Asset { name, media_type, content, mark }
}

fn style(font: &str) -> String {
    format!(
        "@font-face{{font-family:Inter;font-style:normal;font-weight:100 900;font-display:swap;unicode-range:{};\
         src:url(/assets/inter.woff2?{font}) format(\"woff2\")}}\n{}{}{}",
        html::CHARACTERS,
        html::colours(),
        html::STYLE,
        include_str!("../../assets/app.css"),
    )
}

/// All files.
pub fn all() -> &'static [Asset] {
    &ASSETS
}

/// The file of that name.
pub fn find(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

/// The address of a file, with the mark of its content; of an unknown name the address without a mark.
pub fn address(name: &str) -> String {
    find(name).map_or_else(|| format!("/assets/{name}"), |asset| format!("/assets/{name}?{}", asset.mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_carry_a_mark_of_the_content() {
        let sheet = address("app.css");
        let mark = sheet.strip_prefix("/assets/app.css?").expect("a mark");
        assert_eq!(mark.len(), 12);
        assert_eq!(address("nothing.js"), "/assets/nothing.js");
        for asset in all() {
            assert!(!asset.content.is_empty(), "{}", asset.name);
        }
    }

    /// The strict policy allows neither, so a file that needs them would be broken.
    #[test]
    fn the_style_sheet_loads_only_the_typeface() {
        let sheet = style("mark");
        assert_eq!(sheet.matches("url(").count(), 1);
        assert!(!sheet.contains("@import"));
    }

    #[test]
    fn every_colour_is_one_of_the_report() {
        let css = include_str!("../../assets/app.css");
        for used in css.split("var(--").skip(1).filter_map(|rest| rest.split(')').next()) {
            assert!(html::TOKENS.iter().any(|token| token.name() == used), "--{used} is no token");
        }
        assert!(!css.contains("rgb(") && !css.contains(": #") && !css.contains(":#"), "colours are tokens");
    }
}

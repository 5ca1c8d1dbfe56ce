//! Every format in both languages over the sample, clean and empty assessments, as it is given out.

use visite_facts::{Assessment, Lang};
use visite_report::{Detail, Format, Options, render};

/// An assessment of `tests/data/`.
pub fn assessment(name: &str) -> Assessment {
    let path = format!("{}/tests/data/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("the file is there");
    serde_json::from_str(&text).expect("an assessment")
}

/// A reader at noon of the same day.
pub fn options(lang: Lang) -> Options<'static> {
    Options {
        lang,
        now: "2026-11-24T12:00:00Z".parse().expect("a time"),
        width: 80,
        color: false,
        detail: Detail::Normal,
        privileged: false,
        this_computer: true,
        scan: None,
        surroundings: None,
        command: "visite check",
        version: "0.1.0",
    }
}

/// The report as text.
pub fn rendered(format: Format, assessment: &Assessment, options: &Options<'_>) -> String {
    let mut bytes = Vec::new();
    render(format, assessment, options, &mut bytes).expect("memory can be written");
    String::from_utf8(bytes).expect("reports are UTF-8")
}

#[test]
fn text_golden() {
    for name in ["sample", "clean", "empty"] {
        let assessment = assessment(name);
        for lang in [Lang::De, Lang::En] {
            insta::assert_snapshot!(format!("{name}-{lang}.txt"), rendered(Format::Text, &assessment, &options(lang)));
        }
    }
    let sample = assessment("sample");
    let verbose = Options { detail: Detail::Verbose, width: 100, ..options(Lang::De) };
    insta::assert_snapshot!("sample-verbose-de.txt", rendered(Format::Text, &sample, &verbose));
    let quiet = Options { detail: Detail::Quiet, width: 60, ..options(Lang::En) };
    insta::assert_snapshot!("sample-quiet-en.txt", rendered(Format::Text, &sample, &quiet));
}

#[test]
fn sarif_and_junit_golden() {
    let sample = assessment("sample");
    for lang in [Lang::De, Lang::En] {
        insta::assert_snapshot!(format!("sample-{lang}.sarif"), rendered(Format::Sarif, &sample, &options(lang)));
        insta::assert_snapshot!(format!("sample-{lang}.junit.xml"), rendered(Format::Junit, &sample, &options(lang)));
    }
}

/// One element a line and without the bytes of the font, so that a change can be read.
#[test]
fn html_golden() {
    for (name, lang) in [("sample", Lang::De), ("sample", Lang::En), ("clean", Lang::De), ("empty", Lang::En)] {
        let page = rendered(Format::Html, &assessment(name), &options(lang)).replace("><", ">\n<");
        let (before, font) = page.split_once("base64,").expect("the font");
        let (_, after) = font.split_once(')').expect("its end");
        let page = format!("{before}base64,...){after}");
        insta::assert_snapshot!(format!("{name}-{lang}.html"), page);
    }
}

/// The sample file is its own golden: JSON adds nothing and leaves nothing out.
#[test]
fn json_is_the_assessment_itself() {
    for name in ["sample", "clean", "empty"] {
        let path = format!("{}/tests/data/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let file = std::fs::read_to_string(path).expect("the file is there");
        assert_eq!(rendered(Format::Json, &assessment(name), &options(Lang::De)), file);
    }
}

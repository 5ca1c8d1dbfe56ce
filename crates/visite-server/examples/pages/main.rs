//! Writes every page in both languages to files, with the files they load, for looking at and for
//! `tests/browser/pages.mjs`:
//!
//!     cargo run -p visite-server --example pages -- target/pages

mod samples;

use std::path::Path;
use std::{env, fs, io};
use visite_facts::{Lang, Word};
use visite_server::pages::{POLICY, assets};

fn main() -> io::Result<()> {
    let directory = env::args().nth(1).unwrap_or_else(|| "target/pages".to_owned());
    let directory = Path::new(&directory);
    fs::create_dir_all(directory.join("assets"))?;
    for asset in assets::all() {
        fs::write(directory.join("assets").join(asset.name), &asset.content)?;
    }
    fs::write(directory.join("policy.txt"), POLICY)?;
    let samples = samples::Samples::new();
    for lang in [Lang::De, Lang::En] {
        let folder = directory.join(lang.word());
        fs::create_dir_all(&folder)?;
        // Pages that are not written any more would be looked at again.
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "html") {
                fs::remove_file(path)?;
            }
        }
        for (name, page) in samples.pages(lang) {
            fs::write(folder.join(format!("{name}.html")), page)?;
        }
        fs::write(folder.join("job.events"), samples.events(lang))?;
    }
    Ok(())
}

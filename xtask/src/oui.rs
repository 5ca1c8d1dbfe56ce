//! `cargo xtask generate oui`: the table of makers of network hardware, from the lists of the IEEE.
//!
//! `oui.csv`, `mam.csv` and `oui36.csv` as the IEEE publishes them, also packed (`.csv.gz`). The layout is described in
//! `crates/visite-scan/src/vendors.rs`, which reads it.

use crate::Outcome;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the table lies.
const TABLE: &str = "crates/visite-scan/src/vendors.oui";

/// Name of a list, digits of its prefixes, bytes in which a row keeps one.
const LISTS: [(&str, usize, usize); 3] = [("oui", 6, 3), ("mam", 7, 4), ("oui36", 9, 5)];

/// How many names share one place in the table of places.
const BLOCK: usize = 16;

/// Ends of names that only tell the legal form. They are cut off: a device list has little room, and the same company
/// stands in the lists with and without.
const LEGAL_FORMS: &[&str] = &[
    "incorporated",
    "inc",
    "corporation",
    "corporate",
    "corp",
    "company",
    "co",
    "limited",
    "ltd",
    "ltda",
    "llc",
    "lp",
    "plc",
    "gmbh",
    "mbh",
    "ag",
    "kg",
    "kgaa",
    "se",
    "ohg",
    "ab",
    "as",
    "asa",
    "a/s",
    "aps",
    "oy",
    "oyj",
    "bv",
    "b.v",
    "nv",
    "n.v",
    "sa",
    "s.a",
    "sas",
    "s.a.s",
    "sarl",
    "srl",
    "s.r.l",
    "spa",
    "s.p.a",
    "sl",
    "s.l",
    "s.r.o",
    "sro",
    "spol",
    "z",
    "sp",
    "d.o.o",
    "doo",
    "kft",
    "pty",
    "pte",
    "pvt",
    "private",
    "sdn",
    "bhd",
    "k.k",
    "kk",
    "&",
    "und",
    "and",
    "e.k",
    "a.s",
    "u.s",
    "usa",
    "co.kg",
    "i.nc",
    "of",
    "the",
];

#[derive(clap::Args)]
pub struct Arguments {
    /// Folder with oui.csv, mam.csv and oui36.csv, or the same packed with gzip.
    #[arg(long)]
    from: PathBuf,
    /// The day of the lists, e.g. 2022-08-27.
    #[arg(long)]
    date: String,
    /// Where they are from, e.g. "Debian ieee-data 20220827.1".
    #[arg(long)]
    source: String,
}

pub fn run(root: &Path, arguments: &Arguments) -> Outcome<String> {
    let mut rows = Vec::new();
    for (list, digits, _) in LISTS {
        rows.push(assignments(&text(&arguments.from, list)?, digits));
    }
    let table = table(&rows, &arguments.date, &arguments.source)?;
    std::fs::write(root.join(TABLE), &table).map_err(|error| format!("cannot write `{TABLE}`: {error}"))?;
    let counts = rows.iter().map(|rows| rows.len().to_string()).collect::<Vec<_>>().join(", ");
    Ok(format!("wrote {TABLE}: {counts} prefixes of 24, 28 and 36 bits, {} bytes", table.len()))
}

fn text(folder: &Path, list: &str) -> Outcome<String> {
    let plain = folder.join(format!("{list}.csv"));
    if plain.exists() {
        return crate::read(&plain);
    }
    let packed = folder.join(format!("{list}.csv.gz"));
    let output =
        Command::new("gzip").arg("-dc").arg(&packed).output().map_err(|error| format!("cannot run gzip: {error}"))?;
    if !output.status.success() {
        return Err(format!("cannot read `{}` or `{}`", plain.display(), packed.display()));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("`{}` is not UTF-8", packed.display()))
}

/// Prefix and name of every row that says something about a device.
fn assignments(csv: &str, digits: usize) -> BTreeMap<u64, String> {
    let mut found = BTreeMap::new();
    for record in records(csv) {
        let [_, prefix, name, ..] = record.as_slice() else { continue };
        let name = short(name);
        // "Private" wants no name, and "IEEE Registration Authority" marks what the longer lists divide.
        if prefix.len() != digits
            || name.is_empty()
            || ["Private", "IEEE Registration Authority"].contains(&name.as_str())
        {
            continue;
        }
        let Ok(number) = u64::from_str_radix(prefix, 16) else { continue };
        // Assigned before the second bit of the first byte came to mean "made up by a system".
        if number >> (4 * digits - 8) & 2 == 0 {
            found.entry(number).or_insert(name);
        }
    }
    found
}

/// The name without its legal form, in one line.
fn short(name: &str) -> String {
    let name: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut rest = name.as_str();
    loop {
        let trimmed = rest.trim_end_matches([' ', '.', ',', '，', '、']);
        let start = trimmed.rfind([' ', ',', '.', ')']).map_or(0, |at| at + 1);
        // A form that holds dots itself begins further in front.
        let dotted = trimmed.rfind([' ', ',']).map_or(0, |at| at + 1);
        let form = [dotted, start]
            .into_iter()
            .find(|at| *at > 0 && LEGAL_FORMS.contains(&trimmed[*at..].to_lowercase().as_str()));
        match form {
            Some(at) => rest = &trimmed[..at],
            None => return trimmed.chars().take(60).collect(),
        }
    }
}

/// A name without what two ways of writing it differ in.
fn folded(name: &str) -> String {
    name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Records of comma-separated values (RFC 4180).
fn records(csv: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut characters = csv.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            '\r' if !quoted => {}
            other => field.push(other),
        }
    }
    if !record.is_empty() || !field.is_empty() {
        record.push(field);
        records.push(record);
    }
    records
}

fn table(lists: &[BTreeMap<u64, String>], date: &str, source: &str) -> Outcome<Vec<u8>> {
    let head = format!("Makers of network hardware (IEEE MA-L, MA-M, MA-S): {date}, {source}");
    if head.len() > 127 || head.contains('\n') {
        return Err("date and source are too long for the head of the table".to_owned());
    }
    let mut table = format!("{head:<127}\n").into_bytes();
    for rows in lists {
        table.extend(u32::try_from(rows.len()).map_err(|_| "too many rows")?.to_be_bytes());
    }
    // The same company stands there in capitals and not; the way of writing with most small letters reads best.
    let mut writings: BTreeMap<String, &String> = BTreeMap::new();
    for name in lists.iter().flat_map(BTreeMap::values) {
        let best = writings.entry(folded(name)).or_insert(name);
        let small = |name: &str| name.chars().filter(|c| c.is_lowercase()).count();
        if small(name) > small(best) {
            *best = name;
        }
    }
    let (mut names, mut blocks, mut numbers) = (Vec::new(), Vec::new(), BTreeMap::new());
    let mut rows_of = Vec::new();
    for (rows, (_, digits, width)) in lists.iter().zip(LISTS) {
        for (prefix, name) in rows {
            let key = folded(name);
            let name = writings.get(&key).copied().unwrap_or(name);
            let next = numbers.len();
            let number = *numbers.entry(key).or_insert_with(|| {
                if next % BLOCK == 0 {
                    blocks.extend(&(names.len() as u64).to_be_bytes()[5..]);
                }
                let end = name.floor_char_boundary(255);
                names.push(end as u8);
                names.extend(&name.as_bytes()[..end]);
                next
            });
            let prefix = prefix << (8 * width - 4 * digits);
            rows_of.extend(&prefix.to_be_bytes()[8 - width..]);
            rows_of.extend(u16::try_from(number).map_err(|_| "more names than two bytes count")?.to_be_bytes());
        }
    }
    table.extend(u32::try_from(blocks.len() / 3).map_err(|_| "too many names")?.to_be_bytes());
    table.extend([rows_of, blocks, names].concat());
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legal_forms_are_cut_and_names_stay() {
        for (written, cut) in [
            ("Apple, Inc.", "Apple"),
            ("Synology Incorporated", "Synology"),
            ("HUAWEI TECHNOLOGIES CO.,LTD", "HUAWEI TECHNOLOGIES"),
            (
                "AVM Audiovisuelles Marketing und Computersysteme GmbH",
                "AVM Audiovisuelles Marketing und Computersysteme",
            ),
            ("Drägerwerk AG & Co. KG aA", "Drägerwerk AG & Co. KG aA"),
            (
                "Philips Medical Systems - Cardiac and Monitoring Systems (CM",
                "Philips Medical Systems - Cardiac and Monitoring Systems (CM",
            ),
            ("Danfoss A/S", "Danfoss"),
            ("Magneti Marelli S.p.A.", "Magneti Marelli"),
            ("SE", "SE"),
            ("Co., Ltd.", "Co"),
        ] {
            assert_eq!(short(written), cut);
        }
    }

    #[test]
    fn quotes_commas_and_lines_belong_to_a_field() {
        let csv = "a,b\r\n1,\"x, \"\"y\"\"\nz\"\n";
        assert_eq!(records(csv), [vec!["a", "b"], vec!["1", "x, \"y\"\nz"]]);
    }

    #[test]
    fn rows_say_who_made_a_device() {
        let csv = "Registry,Assignment,Organization Name,Organization Address\n\
                   MA-L,001132,Synology Incorporated,x\nMA-L,02608C,3COM,x\nMA-L,70B3D5,IEEE Registration Authority,x\n";
        assert_eq!(assignments(csv, 6), BTreeMap::from([(0x001132, "Synology".to_owned())]));
    }
}

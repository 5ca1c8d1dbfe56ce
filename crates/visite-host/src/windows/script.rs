//! A script that notes on a computer without Visite what [`super::live`] would read there.
//!
//! It is made of the questions of all collectors, so that it never asks for anything else. PowerShell 3 or newer, ASCII only: files
//! without a mark of their encoding are read in the code page of the computer. Its answer is a [`super::recording::Recording`].

use super::recording::SCHEMA;
use super::wanted;
use super::wanted::Wanted;

/// What it does, without the questions.
const TEMPLATE: &str = include_str!("script.ps1");

/// The script, ready to be copied to a computer.
pub fn collector_script() -> String {
    let (mut values, mut keys, mut rows) = (Vec::new(), Vec::new(), Vec::new());
    for want in wanted() {
        match want {
            Wanted::Values(path, names) => values.push(format!("{path}|{}", names.join("|"))),
            Wanted::Keys(path) => keys.push(path.to_owned()),
            Wanted::Rows { namespace, class, properties, condition } => {
                rows.push(format!("{namespace}|{class}|{}|{condition}", properties.join(",")));
            }
        }
    }
    TEMPLATE
        .replace("{version}", env!("CARGO_PKG_VERSION"))
        .replace("{schema}", SCHEMA)
        .replace("{values}", &values.join("\n"))
        .replace("{keys}", &keys.join("\n"))
        .replace("{rows}", &rows.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_asks_what_the_collectors_want_and_nothing_else() {
        let script = collector_script();
        assert!(script.is_ascii());
        let lines = |begin: &str| -> Vec<String> {
            let text = script.split_once(&format!("${begin} = @'\n")).expect(begin).1;
            text.split_once("\n'@").expect("it ends").0.lines().map(str::to_owned).collect()
        };
        let (values, keys, rows) = (lines("values"), lines("keys"), lines("rows"));
        assert_eq!(values.len() + keys.len() + rows.len(), wanted().len());
        // Nothing in a question means something to the script.
        for want in wanted() {
            let parts = match want {
                Wanted::Values(path, names) => [&[path], names].concat(),
                Wanted::Keys(path) => vec![path],
                Wanted::Rows { namespace, class, properties, condition } => {
                    assert!(
                        properties
                            .iter()
                            .all(|property| property.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
                    );
                    [&[namespace, class, condition], properties].concat()
                }
            };
            assert!(parts.iter().all(|part| !part.contains(['|', '\n', '\r'])), "{parts:?}");
            assert!(parts.iter().all(|part| !part.starts_with("'@")), "{parts:?}");
        }
        assert!(values.iter().any(|line| line.contains(r"\Winlogon|AutoAdminLogon")));
        assert!(!script.contains("DefaultPassword"));
    }

    #[test]
    fn it_is_powershell() {
        let mut parser = tree_sitter::Parser::new();
        parser.set_language(&tree_sitter_powershell::LANGUAGE.into()).expect("the grammar fits");
        let script = collector_script();
        let tree = parser.parse(&script, None).expect("it ends");
        assert!(!tree.root_node().has_error(), "{}", tree.root_node().to_sexp());
        let broken = script.replacen("try {", "try", 1);
        assert!(parser.parse(&broken, None).expect("it ends").root_node().has_error(), "mistakes are seen");
    }
}

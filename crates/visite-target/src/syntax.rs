//! What beginners do when the YAML parser stops, in the words of someone who writes a file by hand.
//!
//! For [`crate::wording`]: the parser tells kinds of errors, this says in both languages what they mean and what to
//! write instead. Deliberately absent: the rare kinds that a hand-written file hardly meets; they keep the parser's own
//! words in English and get one plain sentence in German.

use crate::wording::{printable, too_much};
use serde_saphyr::granit_parser::ErrorKind;
use visite_facts::Text;

/// What is wrong where the parser stopped; `parser_words` is what it says itself.
pub(crate) fn message(kind: &ErrorKind, parser_words: &str) -> Text {
    use ErrorKind::*;
    match kind {
        TabNotAllowed | TabInBlockIndentation | TabInIndentation | TabAtBlockScalarStart | TabInPlainScalar => {
            Text::new("Hier steht ein Tabulator", "a tab stands here")
        }
        UnclosedFlowCollection { open } => Text::new(
            format!("Die Klammer `{open}` wird nicht geschlossen"),
            format!("the bracket `{open}` is not closed"),
        ),
        UnexpectedEofFlowSequence | UnexpectedEofFlowMapping | UnexpectedEofImplicitFlowMapping => {
            Text::new("Eine Klammer wird nicht geschlossen", "a bracket is not closed")
        }
        MismatchedFlowCollectionEnd { open, close } => Text::new(
            format!("Die Klammer `{open}` wird mit `{close}` geschlossen"),
            format!("the bracket `{open}` is closed with `{close}`"),
        ),
        MisplacedFlowCollectionEnd => Text::new(
            "Hier wird eine Klammer geschlossen, die nicht geöffnet wurde",
            "a bracket is closed here that was not opened",
        ),
        ExpectedFlowMappingSeparator | ExpectedFlowSequenceSeparator => Text::new(
            "In der Klammer fehlt ein Komma, oder sie wird nicht geschlossen",
            "a comma is missing in the bracket, or it is not closed",
        ),
        UnclosedQuotedScalar | DocumentIndicatorInQuotedScalar => {
            Text::new("Ein Anführungszeichen wird nicht geschlossen", "a quote is not closed")
        }
        InvalidTrailingSingleQuotedScalar | InvalidTrailingDoubleQuotedScalar => {
            Text::new("Hinter dem schließenden Anführungszeichen steht noch etwas", "something stands after the quote")
        }
        UnknownQuotedScalarEscape | InvalidQuotedScalarHexEscape | InvalidUnicodeEscape => Text::new(
            "Was in Anführungszeichen hinter `\\` steht, hat dort keine Bedeutung",
            "what stands after `\\` in quotes has no meaning there",
        ),
        MappingValueNotAllowed | InvalidColonPlacement | FlowMappingValueAdjacentCollection => {
            Text::new("Dieser Doppelpunkt kann hier nicht stehen", "this colon cannot stand here")
        }
        SimpleKeyExpected | InvalidSimpleKey => {
            Text::new("Hinter einem Schlüssel fehlt der Doppelpunkt", "the colon after a key is missing")
        }
        ExpectedBlockMappingKey
        | ExpectedBlockSequenceEntry
        | InvalidIndentation
        | InvalidQuotedScalarIndent
        | InvalidBlockScalarIndent
        | InvalidFlowScalarIndent => Text::new(
            "Diese Zeile ist anders eingerückt, als sie sein sollte",
            "this line is indented in another way than it should be",
        ),
        BlockSequenceEntryNotAllowed | BlockEntryInFlowCollection | InvalidBlockEntryWhitespace => {
            Text::new("Eine Listenzeile (`- `) kann hier nicht stehen", "a line of a list (`- `) cannot stand here")
        }
        MappingKeyNotAllowed => Text::new("Ein Schlüssel kann hier nicht stehen", "a key cannot stand here"),
        UnexpectedCharacter { character } => {
            let shown = printable(&character.to_string());
            Text::new(
                format!("Ein Text kann nicht mit `{shown}` beginnen"),
                format!("a text cannot begin with `{shown}`"),
            )
        }
        PlainScalarStartsWithDashFlowIndicator => {
            Text::new("Ein Text kann so nicht beginnen", "a text cannot begin like this")
        }
        MissingAnchorOrAliasName => {
            Text::new("Hinter `&` oder `*` fehlt ein Name", "the name after `&` or `*` is missing")
        }
        CommentNotSeparated => Text::new("Vor `#` fehlt ein Leerzeichen", "the space before `#` is missing"),
        CommentInterceptedScalar => Text::new(
            "Ein Kommentar unterbricht einen Text, der über mehrere Zeilen geht",
            "a comment interrupts a text of several lines",
        ),
        UnexpectedEof | UnexpectedEofBlockSequence | UnexpectedEofBlockMapping => {
            Text::new("Die Datei endet zu früh", "the file ends too early")
        }
        RecursionLimitExceeded => too_much(),
        _ => Text::new("So lässt sich diese Stelle nicht als YAML lesen", parser_words),
    }
}

/// What beginners mostly did when the parser stopped with `kind` in `line`, having read `before` of it.
pub(crate) fn hint(kind: &ErrorKind, line: &str, before: &str) -> Option<Text> {
    use ErrorKind::*;
    let indentation = &line[..line.len() - line.trim_start().len()];
    let hint = match kind {
        _ if indentation.contains('\t') => {
            Text::new("Rücken Sie mit Leerzeichen ein, nicht mit Tabulatoren.", "indent with spaces, not with tabs")
        }
        MappingValueNotAllowed if before.contains(": ") => Text::new(
            "Ein Text mit `: ` gehört in Anführungszeichen, ein zweiter Schlüssel in eine eigene Zeile.",
            "a text that holds `: ` belongs in quotes, and a second key on a line of its own",
        ),
        MappingValueNotAllowed
        | ExpectedBlockMappingKey
        | ExpectedBlockSequenceEntry
        | ExpectedNodeContent
        | ExpectedDocumentStart
        | InvalidIndentation => Text::new(
            "Schlüssel, die zusammengehören, beginnen in derselben Spalte.",
            "keys that belong together begin in the same column",
        ),
        SimpleKeyExpected => Text::new("Schreiben Sie `Schlüssel: Wert`.", "write `key: value`"),
        UnexpectedCharacter { .. } | MissingAnchorOrAliasName => Text::new(
            "Ein Text, der mit diesem Zeichen beginnt, gehört in Anführungszeichen.",
            "a text that begins with this character belongs in quotes",
        ),
        InvalidTrailingSingleQuotedScalar => Text::new(
            "Ein Text, der `'` enthält, gehört in doppelte Anführungszeichen (`\"`).",
            "put a text that holds `'` in double quotes",
        ),
        InvalidTrailingDoubleQuotedScalar => Text::new(
            "Ein Text, der `\"` enthält, gehört in einfache Anführungszeichen (`'`).",
            "put a text that holds `\"` in single quotes",
        ),
        UnknownQuotedScalarEscape | InvalidQuotedScalarHexEscape | InvalidUnicodeEscape => Text::new(
            "Ein Text, der `\\` enthält, gehört in einfache Anführungszeichen (`'`).",
            "put a text that holds `\\` in single quotes",
        ),
        PlainScalarStartsWithDashFlowIndicator | InvalidBlockEntryWhitespace => {
            Text::new("Hinter den Bindestrich gehört ein Leerzeichen.", "a space belongs after the hyphen")
        }
        _ => return None,
    };
    Some(hint)
}

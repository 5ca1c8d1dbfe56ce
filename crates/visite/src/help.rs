//! What the command line says about itself, in both languages: help pages and mistakes in the arguments.
//!
//! Every command and every argument has its line in [`TEXTS`]; a test holds that none is missing.

use crate::cli::Cli;
use clap::builder::Styles;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, CommandFactory};
use std::process::ExitCode;
use visite_facts::{Lang, Text};

/// Exit code for mistakes in the arguments (EX_USAGE of sysexits.h).
const USAGE: u8 = 64;

/// Where in a list an argument stands that is to stand behind all others.
const LAST: usize = 1_000;

/// Names of values, as the command line defines them and in German.
const VALUES: &[(&str, &str)] = &[
    ("DIR", "ORDNER"),
    ("FILE", "DATEI"),
    ("FILE|DIR", "DATEI|ORDNER"),
    ("ID", "KENNUNG"),
    ("LANG", "SPRACHE"),
    ("PROFILE", "PROFIL"),
    ("SET|LIST", "SATZ|LISTE"),
    ("SEVERITY", "SCHWERE"),
    ("TARGET", "ZIEL"),
    ("WHAT", "WAS"),
];

/// Command or argument, German, English.
const TEXTS: &[(&str, &str, &str)] = &[
    ("visite", "Die Visite für die IT einer Arztpraxis", "The ward round for a medical practice's IT"),
    ("--lang", "Sprache der Ausgabe: de oder en [Vorgabe: de]", "Language of the output: de or en [default: de]"),
    ("--help", "Diese Hilfe zeigen", "Show this help"),
    ("--version", "Die Version zeigen", "Show the version"),
    (
        "visite check",
        "Diesen Computer ansehen: ohne Server, ohne Einstellungen, ohne etwas zu ändern",
        "Look at this computer: no server, no configuration, nothing is changed",
    ),
    (
        "check --format",
        "Format der Ausgabe: text, json, sarif, junit oder html [Vorgabe: text]",
        "Form of the output: text, json, sarif, junit or html [default: text]",
    ),
    ("check --output", "In diese Datei schreiben statt auf den Bildschirm", "Write to this file instead of the screen"),
    (
        "check --facts",
        "Gespeicherte Beobachtungen beurteilen statt dieses Computers; mehrfach möglich",
        "Judge recorded facts instead of this computer; may be given several times",
    ),
    ("check --save-facts", "Die Beobachtungen auch in dieser Datei speichern", "Also save what was seen to this file"),
    ("check --practice", "Die Praxisdatei (practice.yaml)", "The practice file (practice.yaml)"),
    (
        "check --previous",
        "Ergebnis der letzten Visite (JSON): zeigt, was seitdem behoben oder neu ist",
        "Result of the last round (JSON): shows what has been fixed or is new since",
    ),
    (
        "check --catalog",
        "Einen eigenen Katalog über den eingebauten legen; mehrfach möglich",
        "Lay a catalogue of your own over the embedded one; may be given several times",
    ),
    (
        "check --root",
        "Ein anderes Dateisystem ansehen, etwa eine eingehängte Festplatte",
        "Look at another file system, such as a mounted disk",
    ),
    (
        "check --fail-on",
        "Mit dem Rückgabewert 2 enden, wenn eine Lücke ab dieser Schwere offen ist: low, medium, high oder critical",
        "End with 2 if something of this severity or above is found: low, medium, high or critical",
    ),
    (
        "check --collector-script",
        "Ein PowerShell-Skript für Windows-Computer ohne Visite ausgeben; was es schreibt, liest --facts",
        "Print a PowerShell script for Windows computers without Visite; what it writes is read by --facts",
    ),
    ("check --quiet", "Nur Lücken nennen, eine Zeile je Lücke", "Name gaps only, one line each"),
    (
        "check --verbose",
        "Zu jedem Punkt zeigen, worauf das Urteil beruht",
        "Show for every point what the verdict rests on",
    ),
    (
        "visite scan",
        "Ein Netz untersuchen, schonend und nur mit Freigabe: Geräte, Dienste, Lücken",
        "Examine a network, gently and only with a permission (release): devices, services, gaps",
    ),
    (
        "scan targets",
        "Netze, Bereiche, Adressen oder Namen, z. B. 192.168.10.0/24 [Vorgabe: die Netze dieses Computers]",
        "Networks, ranges, addresses or names, e.g. 192.168.10.0/24 [default: the networks of this computer]",
    ),
    (
        "scan --targets-from",
        "Weitere Ziele aus dieser Datei; mehrfach möglich",
        "More targets from this file; may be given several times",
    ),
    (
        "scan --exclude",
        "Diese Ziele auslassen; mehrere durch Komma getrennt",
        "Leave out these targets; several separated by commas",
    ),
    (
        "scan --authorised-by",
        "Wer die Untersuchung erlaubt hat; wird im Nachweis festgehalten",
        "Who allowed the scan; is kept in the record",
    ),
    (
        "scan --ports",
        "Satz von Ports (practice, top1000, all) oder Liste wie 22,80,8000-8100,udp:161 [Vorgabe: practice]",
        "Set of ports (practice, top1000, all) or a list such as 22,80,8000-8100,udp:161 [default: practice]",
    ),
    (
        "scan --ports-only",
        "Nur nach offenen Ports suchen; kein Dienst wird gefragt, was er ist",
        "Only look for open ports; no service is asked what it is",
    ),
    (
        "scan --profile",
        "Wie schonend: practice (Praxisbetrieb) oder fast (nach der Sprechstunde) [Vorgabe: practice]",
        "How gently: practice (practice hours) or fast (after hours) [default: practice]",
    ),
    (
        "scan --allow-logins",
        "Auch übliche Kennwörter und Zugänge ohne Kennwort versuchen; nur mit Erlaubnis dafür",
        "Also try usual passwords and access without one; only with permission for it",
    ),
    (
        "scan --import",
        "Beobachtungen aus XML von nmap oder Greenbone übernehmen; ohne Ziele wird nichts gesendet; mehrfach möglich",
        "Take observations from XML of nmap or Greenbone; without targets nothing is sent; may be given several times",
    ),
    (
        "scan --fingerprints",
        "Weitere Produkte erkennen: XML-Dateien von recog, oder ein Ordner mit ihnen; mehrfach möglich",
        "Recognise more products: XML files of recog, or a directory of them; may be given several times",
    ),
    (
        "scan --resume",
        "Eine unterbrochene Untersuchung fortsetzen: ihr Ergebnis (JSON). Fertige Geräte werden übernommen; ohne Ziele gelten die von damals. Der Nachweis gilt für den neuen Lauf, der alte bleibt in seiner Datei",
        "Resume an interrupted scan: its result (JSON). Devices that are finished are taken over; without targets those of then count. The record is about the new run, the old one stays in its file",
    ),
    (
        "scan --facts",
        "Die Beobachtungen der unterbrochenen Untersuchung (--save-facts); gehört zu --resume",
        "The facts of the interrupted scan (--save-facts); belongs to --resume",
    ),
    (
        "scan --assume-up",
        "Jede Adresse untersuchen, auch wenn sie sich nicht meldet",
        "Examine every address, even if it does not answer",
    ),
    (
        "scan --window",
        "Nur in dieser Zeit senden, z. B. 12:30-14:00; in der Zeitzone der Praxisdatei, sonst Europe/Berlin",
        "Send only in this time, e.g. 12:30-14:00; in the time zone of the practice file, else Europe/Berlin",
    ),
    (
        "scan --dry-run",
        "Nur zeigen, was geschehen würde; nichts wird gesendet",
        "Only show what would happen; nothing is sent",
    ),
    (
        "scan --json-lines",
        "Den Fortschritt als JSON auf die Fehlerausgabe schreiben, eine Zeile je Stand",
        "Write the progress to the error output as JSON, one line each",
    ),
    (
        "scan --format",
        "Format der Ausgabe: text, json, sarif, junit, html oder xml (wie nmap) [Vorgabe: text]",
        "Form of the output: text, json, sarif, junit, html or xml (as nmap) [default: text]",
    ),
    ("scan --output", "In diese Datei schreiben statt auf den Bildschirm", "Write to this file instead of the screen"),
    ("scan --save-facts", "Die Beobachtungen auch in dieser Datei speichern", "Also save what was seen to this file"),
    ("scan --practice", "Die Praxisdatei (practice.yaml)", "The practice file (practice.yaml)"),
    (
        "scan --previous",
        "Ergebnis der letzten Untersuchung (JSON): zeigt neue Geräte und Dienste und was behoben ist",
        "Result of the last scan (JSON): shows new devices and services and what has been fixed",
    ),
    (
        "scan --catalog",
        "Einen eigenen Katalog über den eingebauten legen; mehrfach möglich",
        "Lay a catalogue of your own over the embedded one; may be given several times",
    ),
    (
        "scan --fail-on",
        "Mit dem Rückgabewert 2 enden, wenn eine Lücke ab dieser Schwere offen ist: low, medium, high oder critical",
        "End with 2 if something of this severity or above is found: low, medium, high or critical",
    ),
    ("scan --quiet", "Nur Lücken nennen, eine Zeile je Lücke", "Name gaps only, one line each"),
    (
        "scan --verbose",
        "Alles zeigen: jedes Gerät mit allen Einzelheiten, jeden Punkt mit Belegen",
        "Show everything: each device in detail, each point with its evidence",
    ),
    (
        "visite agent",
        "Diesen Computer regelmäßig ansehen und dem Server der Praxis berichten",
        "Look at this computer regularly and report to the practice's server",
    ),
    (
        "agent --data",
        "Ordner für Schlüssel und Ablage [Vorgabe: /var/lib/visite]",
        "Directory for keys and what is kept [default: /var/lib/visite]",
    ),
    (
        "visite agent enroll",
        "Diesen Computer beim Server anmelden, mit einem einmaligen Token",
        "Enrol this computer at the server, with a one-time token",
    ),
    (
        "enroll url",
        "Adresse des Servers für Agenten, z. B. https://praxis-server:8444",
        "Address of the server for agents, e.g. https://praxis-server:8444",
    ),
    (
        "enroll token",
        "Das Token von der Seite „Verbundene Computer“; - liest es von der Eingabe, damit es nicht in der Prozessliste steht",
        "The token from the page “Connected computers”; - reads it from the input, so that it is in no list of processes",
    ),
    (
        "enroll --name",
        "Name für Menschen, z. B. Empfang links [Vorgabe: der Name des Computers]",
        "Name for people, e.g. reception left [default: the computer's name]",
    ),
    (
        "enroll --relay",
        "Über diesen Computer zum Server gehen, auf dem visite agent relay läuft",
        "Reach the server through this computer, on which visite agent relay runs",
    ),
    (
        "enroll --medical-device",
        "Gehört der Computer zu einem Medizinprodukt? yes oder no; ohne Angabe wird gefragt",
        "Does the computer belong to a medical device? yes or no; asked if not given",
    ),
    (
        "enroll --manufacturer-approval",
        "Freigabe des Herstellers: wer, was, wann; nötig bei einem Medizinprodukt, wird festgehalten",
        "Approval of the manufacturer: who, what, when; needed for a medical device, is kept in the record",
    ),
    (
        "enroll --replace",
        "Eine frühere Anmeldung ersetzen; was von ihr in der Ablage liegt, wird gelöscht",
        "Replace an earlier enrolment; what is kept of it is deleted",
    ),
    (
        "visite agent run",
        "Arbeiten, bis es beendet wird; so startet ihn der Dienst",
        "Work until it is ended; this is how the service starts it",
    ),
    (
        "visite agent status",
        "Zeigen, ob der Agent läuft, wann er zuletzt geliefert hat und was ihn hindert",
        "Show whether the agent works, when it last delivered and what holds it up",
    ),
    (
        "visite agent install",
        "Den Agenten als Dienst einrichten und starten",
        "Set up the agent as a service and start it",
    ),
    (
        "install --root",
        "In dieses Dateisystem schreiben und nichts starten, z. B. für ein Paket [Vorgabe: /]",
        "Write into this file system and start nothing, e.g. for a package [default: /]",
    ),
    (
        "install --program",
        "Das Programm, das der Dienst startet [Vorgabe: dieses]",
        "The program that the service starts [default: this one]",
    ),
    (
        "install --medical-device",
        "Gehört der Computer zu einem Medizinprodukt? yes oder no; sonst gilt die Antwort der Anmeldung, oder es wird gefragt",
        "Does the computer belong to a medical device? yes or no; else the answer of the enrolment counts, or it is asked",
    ),
    (
        "install --manufacturer-approval",
        "Freigabe des Herstellers: wer, was, wann; nötig bei einem Medizinprodukt",
        "Approval of the manufacturer: who, what, when; needed for a medical device",
    ),
    (
        "visite agent uninstall",
        "Den Dienst beenden und entfernen; Schlüssel und Ablage bleiben",
        "End the service and remove it; keys and what is kept stay",
    ),
    ("uninstall --root", "Aus diesem Dateisystem entfernen [Vorgabe: /]", "Remove from this file system [default: /]"),
    (
        "uninstall --forget",
        "Auch Schlüssel und Ablage löschen; der Computer muss danach neu angemeldet werden",
        "Also delete keys and what is kept; the computer must be enrolled again afterwards",
    ),
    (
        "visite agent relay",
        "Verbindungen anderer Computer zum Server weiterreichen, ohne sie lesen zu können",
        "Forward connections of other computers to the server, without being able to read them",
    ),
    (
        "relay --listen",
        "Adresse und Port, auf denen gewartet wird, z. B. 192.168.10.5:8444",
        "Address and port to listen on, e.g. 192.168.10.5:8444",
    ),
    (
        "relay --server",
        "Der Server, zu dem weitergereicht wird [Vorgabe: der, bei dem dieser Computer angemeldet ist]",
        "The server to forward to [default: the one at which this computer is enrolled]",
    ),
    (
        "visite serve",
        "Den Server starten: Seiten im Browser, Verlauf, angeschlossene Computer",
        "Start the server: pages in the browser, history, connected computers",
    ),
    (
        "serve --data",
        "Ordner für Daten und Schlüssel; wird angelegt [Vorgabe: visite-data]",
        "Folder for data and keys; is made if missing [default: visite-data]",
    ),
    (
        "serve --demo",
        "Eine Beispielpraxis zum Umsehen; beim Beenden wird alles gelöscht",
        "A practice to look around in; when it ends, everything is deleted",
    ),
    (
        "serve --listen",
        "Adresse für Browser, verschlüsselt [Vorgabe: 127.0.0.1:8443]",
        "Address for browsers, encrypted [default: 127.0.0.1:8443]",
    ),
    (
        "serve --public-url",
        "Adresse, unter der Menschen den Server erreichen [Vorgabe: https://localhost und der Port von --listen]",
        "Address at which people reach the server [default: https://localhost and the port of --listen]",
    ),
    (
        "serve --proxy",
        "Adresse eines Proxys vor dem Server, der in X-Forwarded-For sagt, für wen er fragt; mehrfach möglich",
        "Address of a proxy before the server that says in X-Forwarded-For for whom it asks; may be given several times",
    ),
    (
        "serve --agent-listen",
        "Adresse für Agenten [Vorgabe: 127.0.0.1:8444]",
        "Address for agents [default: 127.0.0.1:8444]",
    ),
    (
        "serve --plain-listen",
        "Adresse für Browser dieses Computers, ohne Verschlüsselung [Vorgabe: 127.0.0.1:8080]",
        "Address for browsers of this computer, without encryption [default: 127.0.0.1:8080]",
    ),
    ("serve --no-plain", "Nur verschlüsselt antworten", "Answer encrypted only"),
    (
        "serve --database",
        "Andere Datenbank als die Datei im Datenordner: postgres://… oder ein Dateiname",
        "Another database than the file in the data folder: postgres://… or a file name",
    ),
    (
        "serve --certificate",
        "Eigenes Zertifikat mit seiner Kette (PEM) statt eines vom Server ausgestellten",
        "Your own certificate with its chain (PEM) in place of one that the server issues",
    ),
    ("serve --key", "Der Schlüssel zu --certificate (PEM)", "The key of --certificate (PEM)"),
    (
        "serve --catalog",
        "Einen eigenen Katalog über den eingebauten legen; mehrfach möglich",
        "Lay a catalogue of your own over the embedded one; may be given several times",
    ),
    ("serve --quiet", "Beim Start nichts anzeigen", "Show nothing at the start"),
    (
        "visite backup",
        "Alles sichern, was der Server behält; er darf dabei weiterlaufen",
        "Save everything that the server keeps; it may go on running",
    ),
    (
        "backup --data",
        "Datenordner des Servers [Vorgabe: visite-data]",
        "The server's data folder [default: visite-data]",
    ),
    (
        "backup --database",
        "Andere Datenbank als die Datei im Datenordner, wie bei visite serve",
        "Another database than the file in the data folder, as with visite serve",
    ),
    ("backup --output", "In diese neue Datei", "To this new file"),
    (
        "backup --with-keys",
        "Auch die Schlüssel des Servers sichern, mit Passwort verschlüsselt: für den Umzug auf einen neuen Computer",
        "Save the server's keys, too, encrypted with a passphrase: for the move to a new computer",
    ),
    (
        "backup --passphrase-file",
        "Mit dem Passwort in der ersten Zeile dieser Datei verschlüsseln, statt danach zu fragen; auch: VISITE_PASSPHRASE_FILE",
        "Encrypt with the passphrase in the first line of this file instead of asking for it; also: VISITE_PASSPHRASE_FILE",
    ),
    (
        "visite restore",
        "Einen Server aus einer Sicherung zurückholen, hier oder auf einem neuen Computer",
        "Restore a server from a backup, here or on a new computer",
    ),
    ("restore file", "Die Sicherung", "The backup"),
    (
        "restore --data",
        "Neuer Datenordner; er darf noch nicht da oder muss leer sein [Vorgabe: visite-data]",
        "New data folder, which must not be there or be empty [default: visite-data]",
    ),
    ("restore --database", "Andere, leere Datenbank: postgres://…", "Another database, empty: postgres://…"),
    (
        "restore --passphrase-file",
        "Das Passwort steht in der ersten Zeile dieser Datei; auch: VISITE_PASSPHRASE_FILE",
        "The passphrase is in the first line of this file; also: VISITE_PASSPHRASE_FILE",
    ),
    (
        "visite practice",
        "Praxen eines Servers: auflisten, mitnehmen, löschen",
        "Practices of a server: list, take along, delete",
    ),
    (
        "practice --data",
        "Datenordner des Servers [Vorgabe: visite-data]",
        "The server's data folder [default: visite-data]",
    ),
    (
        "practice --database",
        "Andere Datenbank als die Datei im Datenordner, wie bei visite serve",
        "Another database than the file in the data folder, as with visite serve",
    ),
    ("visite practice list", "Auflisten", "List"),
    (
        "visite practice export",
        "Eine Praxis in eine verschlüsselte Datei schreiben, etwa beim Wechsel des Dienstleisters",
        "Write a practice to an encrypted file, e.g. when the provider changes",
    ),
    ("export id", "Kennung der Praxis", "Id of the practice"),
    ("export --output", "In diese neue Datei", "To this new file"),
    (
        "export --passphrase-file",
        "Mit dem Passwort in der ersten Zeile dieser Datei verschlüsseln, statt danach zu fragen; auch: VISITE_PASSPHRASE_FILE",
        "Encrypt with the passphrase in the first line of this file instead of asking for it; also: VISITE_PASSPHRASE_FILE",
    ),
    ("visite practice import", "Eine Praxis aus einer solchen Datei aufnehmen", "Take in a practice from such a file"),
    ("import file", "Die Datei", "The file"),
    (
        "import --passphrase-file",
        "Das Passwort steht in der ersten Zeile dieser Datei; auch: VISITE_PASSPHRASE_FILE",
        "The passphrase is in the first line of this file; also: VISITE_PASSPHRASE_FILE",
    ),
    (
        "visite practice delete",
        "Eine Praxis für immer löschen, mit Nachweis",
        "Delete a practice for good, with a proof",
    ),
    ("delete id", "Kennung der Praxis", "Id of the practice"),
    ("delete --proof", "Den Nachweis in diese neue Datei schreiben", "Write the proof to this new file"),
    ("delete --yes", "Nicht nachfragen", "Do not ask"),
    ("visite audit", "Das Protokoll des Servers", "The server's audit log"),
    (
        "audit --data",
        "Datenordner des Servers [Vorgabe: visite-data]",
        "The server's data folder [default: visite-data]",
    ),
    (
        "audit --database",
        "Andere Datenbank als die Datei im Datenordner, wie bei visite serve",
        "Another database than the file in the data folder, as with visite serve",
    ),
    ("visite audit verify", "Prüfen, ob es vollständig und unverändert ist", "Verify that it is whole and unchanged"),
    (
        "verify --format",
        "Form der Ausgabe: text oder json [Vorgabe: text]",
        "Form of the output: text or json [default: text]",
    ),
    (
        "visite catalog",
        "Was Visite weiß: Prüfungen, Maßnahmen, Anforderungen",
        "What Visite knows: checks, measures, requirements",
    ),
    (
        "catalog --catalog",
        "Einen eigenen Katalog über den eingebauten legen; mehrfach möglich",
        "Lay a catalogue of your own over the embedded one; may be given several times",
    ),
    ("visite catalog list", "Auflisten", "List"),
    (
        "list what",
        "Was aufgelistet wird: checks, measures, requirements, lifecycles oder services [Vorgabe: checks]",
        "What to list: checks, measures, requirements, lifecycles or services [default: checks]",
    ),
    ("visite catalog show", "Alles zu einer Kennung zeigen", "Show everything about an id"),
    ("show id", "Kennung einer Prüfung, Maßnahme oder Anforderung", "Id of a check, measure or requirement"),
    (
        "visite catalog validate",
        "Den Katalog prüfen: Aufbau, Kennungen, Bedingungen und alle Beispiele",
        "Validate the catalogue: shape, ids, conditions and every case",
    ),
    (
        "validate --open",
        "Auch auflisten, was Anforderungen nennen und was es noch nicht gibt",
        "Also list what requirements name and what does not exist yet",
    ),
    (
        "visite catalog docs",
        "Die Nachschlageseiten zum Katalog schreiben",
        "Write the reference pages of the catalogue",
    ),
    ("docs --output", "Ordner, in den die Seiten geschrieben werden", "Directory to which the pages are written"),
];

/// The command line, with its texts in `lang`.
pub fn command(lang: Lang) -> Command {
    let mut root = localised(Cli::command(), lang, "visite");
    let (help, version) = (text("--help", lang), text("--version", lang));
    root = root.disable_help_flag(true).disable_version_flag(true);
    // What every command has stands at the end of its list.
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help).global(true).help(help);
    root = root.arg(help.display_order(LAST + 1)).mut_arg("lang", |argument| argument.display_order(LAST));
    let heading = headings(lang).options;
    let version = Arg::new("version").short('V').long("version").action(ArgAction::Version).help(version);
    let version = version.display_order(LAST + 2);
    root.arg(version).mut_args(|argument| argument.help_heading(heading))
}

struct Headings {
    usage: &'static str,
    options: &'static str,
    arguments: &'static str,
    commands: &'static str,
    command: &'static str,
}

fn headings(lang: Lang) -> Headings {
    match lang {
        Lang::De => Headings {
            usage: "Aufruf:",
            options: "Optionen",
            arguments: "Angaben",
            commands: "Befehle",
            command: "Befehl",
        },
        Lang::En => Headings {
            usage: "Usage:",
            options: "Options",
            arguments: "Arguments",
            commands: "Commands",
            command: "Command",
        },
    }
}

fn localised(command: Command, lang: Lang, path: &str) -> Command {
    let name = command.get_name().to_owned();
    let headings = headings(lang);
    let template = format!("{{about-with-newline}}\n{} {{usage}}\n\n{{all-args}}{{after-help}}", headings.usage);
    let usage = usage(&command, path, &headings, lang);
    command
        .override_usage(usage)
        .about(text(path, lang))
        .long_about(None)
        .help_template(template)
        .subcommand_help_heading(headings.commands)
        .styles(Styles::plain())
        .mut_args(|argument| {
            let positional = argument.is_positional();
            let heading = if positional { headings.arguments } else { headings.options };
            let help = text(&argument_key(&name, &argument), lang);
            let takes_value = argument.get_action().takes_values();
            let argument = argument.help(help).help_heading(heading);
            if !takes_value {
                return argument;
            }
            let german = german_value(&value_name(&argument)).filter(|_| lang == Lang::De);
            let argument = german.map_or(argument.clone(), |name| argument.value_name(name));
            // Possible values and defaults stand in the text, in the reader's language.
            argument.hide_possible_values(true).hide_default_value(true)
        })
        .mut_subcommands(|sub| {
            let path = format!("{path} {}", sub.get_name());
            localised(sub, lang, &path)
        })
}

/// `visite check [Optionen]`, with what a command cannot do without.
fn usage(command: &Command, path: &str, headings: &Headings, lang: Lang) -> String {
    let mut usage = format!("{path} [{}]", headings.options);
    let named = |argument: &Arg| {
        let name = value_name(argument);
        german_value(&name).filter(|_| lang == Lang::De).map_or(name, str::to_owned)
    };
    for argument in command.get_positionals() {
        let name = named(argument);
        usage += &if argument.is_required_set() { format!(" <{name}>") } else { format!(" [{name}]") };
        if matches!(argument.get_action(), ArgAction::Append) {
            usage += "...";
        }
    }
    for argument in command.get_opts().filter(|argument| argument.is_required_set()) {
        usage += &format!(" --{} <{}>", argument.get_long().unwrap_or_default(), named(argument));
    }
    if command.has_subcommands() {
        usage += &format!(" <{}>", headings.command);
    }
    usage
}

/// What the command line calls the value of an argument.
fn value_name(argument: &Arg) -> String {
    let id = argument.get_id().as_str().to_uppercase();
    argument.get_value_names().and_then(|names| names.first()).map_or(id, ToString::to_string)
}

/// What that is in German, if it is another word.
fn german_value(name: &str) -> Option<&'static str> {
    VALUES.iter().find(|(known, _)| *known == name).map(|(_, german)| *german)
}

fn argument_key(command: &str, argument: &Arg) -> String {
    match argument.get_long() {
        Some("lang") => "--lang".to_owned(),
        Some(long) => format!("{command} --{long}"),
        None => format!("{command} {}", argument.get_id()),
    }
}

fn text(key: &str, lang: Lang) -> &'static str {
    let found = TEXTS.iter().find(|(name, _, _)| *name == key);
    // The test `every_argument_has_its_texts` holds that nothing is missing.
    found.map_or("", |(_, de, en)| match lang {
        Lang::De => de,
        Lang::En => en,
    })
}

/// Tells a mistake in the arguments, or prints the help that was asked for.
pub fn usage_error(error: &clap::Error, lang: Lang) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // A reader that went away needs no help.
            let _ = error.print();
            ExitCode::SUCCESS
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            eprint!("{}", error.render());
            ExitCode::from(USAGE)
        }
        _ => {
            eprint!("{}", usage_text(error, lang));
            ExitCode::from(USAGE)
        }
    }
}

fn usage_text(error: &clap::Error, lang: Lang) -> String {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        _ => String::new(),
    };
    let argument = context(ContextKind::InvalidArg);
    let value = context(ContextKind::InvalidValue);
    let (de, en) = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let name = context(ContextKind::InvalidSubcommand);
            (format!("Den Befehl `{name}` gibt es nicht"), format!("there is no command `{name}`"))
        }
        ErrorKind::UnknownArgument => {
            (format!("Die Angabe `{argument}` gibt es hier nicht"), format!("there is no argument `{argument}` here"))
        }
        ErrorKind::InvalidValue if value.is_empty() => {
            (format!("Zu `{argument}` fehlt der Wert"), format!("`{argument}` needs a value"))
        }
        ErrorKind::InvalidValue => {
            let known = context(ContextKind::ValidValue);
            (
                format!("`{value}` passt nicht zu `{argument}`; möglich sind: {known}"),
                format!("`{value}` does not fit `{argument}`; possible are: {known}"),
            )
        }
        ErrorKind::ValueValidation => {
            let why = why_not(error);
            (
                format!("`{value}` passt nicht zu `{argument}`: {}", why.de),
                format!("`{value}` does not fit `{argument}`: {}", why.en),
            )
        }
        ErrorKind::MissingRequiredArgument => (format!("Es fehlt: {argument}"), format!("missing: {argument}")),
        ErrorKind::ArgumentConflict if context(ContextKind::PriorArg) == argument => {
            (format!("`{argument}` steht mehrmals da"), format!("`{argument}` is given more than once"))
        }
        ErrorKind::ArgumentConflict => {
            let other = context(ContextKind::PriorArg);
            (
                format!("`{argument}` und `{other}` gehen nicht zusammen"),
                format!("`{argument}` and `{other}` exclude each other"),
            )
        }
        _ => (format!("So geht der Aufruf nicht: {argument}"), format!("this is no valid call: {argument}")),
    };
    let suggested = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue]
        .into_iter()
        .map(context)
        .find(|text| !text.is_empty());
    if cfg!(feature = "scan") && value == "xml" && argument.starts_with("--format") {
        return match lang {
            Lang::De => format!("Fehler: {de}\nHinweis: Diese Form gibt es nur bei: visite scan --format xml\n"),
            Lang::En => format!("error: {en}\nhint: only a scan has that form: visite scan --format xml\n"),
        };
    }
    if error.kind() == ErrorKind::ValueValidation && argument.starts_with("--window") {
        return match lang {
            Lang::De => format!("Fehler: {de}\nHinweis: Schreiben Sie zum Beispiel: --window 22:00-05:00\n"),
            Lang::En => format!("error: {en}\nhint: write, for example: --window 22:00-05:00\n"),
        };
    }
    match (lang, suggested) {
        (Lang::De, Some(near)) => format!("Fehler: {de}\nHinweis: Meinten Sie `{near}`? Mehr zeigt: visite --help\n"),
        (Lang::De, None) => format!("Fehler: {de}\nHinweis: Mehr zeigt: visite --help\n"),
        (Lang::En, Some(near)) => {
            format!("error: {en}\nhint: did you mean `{near}`? For more: visite --lang en --help\n")
        }
        (Lang::En, None) => format!("error: {en}\nhint: for more: visite --lang en --help\n"),
    }
}

/// Why a value was refused by whoever reads it.
fn why_not(error: &clap::Error) -> Text {
    let source = std::error::Error::source(error);
    #[cfg(feature = "scan")]
    if let Some(no_window) = source.and_then(|source| source.downcast_ref::<crate::running::NoWindow>()) {
        return no_window.text();
    }
    let told = source.map(ToString::to_string).unwrap_or_default();
    Text::new(told.clone(), told)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(command: &Command, path: &str, keys: &mut Vec<String>) {
        keys.push(path.to_owned());
        keys.extend(command.get_arguments().map(|argument| argument_key(command.get_name(), argument)));
        for sub in command.get_subcommands() {
            self::keys(sub, &format!("{path} {}", sub.get_name()), keys);
        }
    }

    #[test]
    fn every_argument_has_its_texts() {
        let mut needed = vec!["--help".to_owned(), "--version".to_owned()];
        keys(&Cli::command(), "visite", &mut needed);
        let missing: Vec<_> = needed.iter().filter(|key| text(key, Lang::De).is_empty()).collect();
        assert!(missing.is_empty(), "no texts for {missing:?}");
        // A program without scans or without the agent has no use for their texts.
        let of_agent = ["visite agent", "agent ", "enroll ", "install ", "uninstall ", "relay "];
        let of_server = [
            "visite serve",
            "serve ",
            "visite backup",
            "backup ",
            "visite restore",
            "restore ",
            "visite practice",
            "practice ",
            "export ",
            "import ",
            "delete ",
            "visite audit",
            "audit ",
            "verify ",
        ];
        let left_out = |key: &str| {
            cfg!(not(feature = "server")) && of_server.iter().any(|start| key.starts_with(start))
                || cfg!(not(feature = "scan")) && (key == "visite scan" || key.starts_with("scan "))
                || cfg!(not(feature = "agent")) && of_agent.iter().any(|start| key.starts_with(start))
        };
        let is_used = |key: &str| left_out(key) || needed.iter().any(|used| used == key);
        let unused: Vec<_> = TEXTS.iter().filter(|(key, _, _)| !is_used(key)).collect();
        assert!(unused.is_empty(), "texts for nothing: {unused:?}");
    }

    #[test]
    fn the_command_line_is_consistent() {
        command(Lang::De).debug_assert();
        command(Lang::En).debug_assert();
    }
}

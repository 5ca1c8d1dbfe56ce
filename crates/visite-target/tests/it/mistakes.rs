//! What a person reads who made a mistake: the place, the text, and what to write instead.

use visite_facts::Lang;
use visite_target::{Mistake, Practice, yaml};

/// The mistakes in a practice file that begins with its two compulsory lines and goes on with `rest`.
fn mistakes(rest: &str) -> Vec<Mistake> {
    let text = format!("schema: visite.practice/1\nname: Praxis Beispiel\n{rest}");
    Practice::from_yaml(&text, "practice.yaml").expect_err("a file with mistakes")
}

fn shown(rest: &str) -> String {
    mistakes(rest).iter().map(Mistake::to_string).collect::<Vec<_>>().join("\n")
}

/// What is shown in English, without the lines of the file.
fn brief(rest: &str) -> Vec<String> {
    brief_in(Lang::En, rest)
}

/// What is shown in German, without the lines of the file.
fn german_brief(rest: &str) -> Vec<String> {
    brief_in(Lang::De, rest)
}

fn brief_in(lang: Lang, rest: &str) -> Vec<String> {
    let line = |mistake: &Mistake| {
        let hint = mistake.hint.as_ref().map_or(String::new(), |hint| format!(" -> {}", hint.get(lang)));
        format!("{}:{} {}{hint}", mistake.line, mistake.column, mistake.message.get(lang))
    };
    mistakes(rest).iter().map(line).collect()
}

const WRONG_SHAPES: &str = "size:\n  people_procesing_data: 7\n  considerable_volume: ja\nequipment:\n  wifi: vielleicht\n  wlan: true\n\
     telematics: {mode: paralel}\npeople:\n  - id: Anna\n    role: owner\n  - {id: b, roles: [doctor], since: 1.4.2020}\n\
     zones:\n  - {id: a, name: A, networks: [192.168.10.1/24, 10.0.0], vlan: 5000}\n\
     opening_hours: {monday: [8-12]}\ntime_zone: Europa/Berlin\nname2: x\nlock_after_minutes: {treatment: 0, kitchen: 3}\n";

const CONTRADICTIONS: &str = "size: {override: small}\ntelematics: {mode: none}\nequipment: {connector: true}\n\
     opening_hours: {monday: [\"08:00-12:00\", \"11:00-13:00\"]}\n\
     people:\n  - {id: anna, roles: [owner], since: 2020-01-01, until: 2019-01-01}\n  - {id: anna, roles: [external]}\n\
     zones:\n  - {id: a, name: A, networks: [10.0.0.0/24]}\n  - {id: b, name: B, networks: [10.0.0.0/24]}\n\
     \x20 - {id: internet, name: C}\n\
     conduits:\n  - {id: c, from: a, to: a, services: [any], reason: r, owner: ana}\n\
     \x20 - {id: d, from: a, to: inernet, services: [any], reason: r}\n\
     devices:\n  - {id: pc-1, name: PC, class: workplace, zone: bb, identifiers: [{kind: serial, value: To be filled by O.E.M.}]}\n\
     releases:\n  - {id: r, allowed_by: anna, allowed_on: 2026-01-01, until: 2025-01-01, ranges: [10.0.0.0/8], device_owners: [other]}\n\
     exemptions:\n  - {id: e, device: pc-2, reason: r, by: paul, until: 2027-01-01}\n";

#[test]
fn owners_of_practices_read_german() {
    let found = mistakes("tiem_zone: Europe/Berlin\n");
    assert_eq!(
        found[0].text(Lang::De),
        "Fehler: practice.yaml:3:1: Den Schlüssel `tiem_zone` gibt es in der Praxisdatei nicht\n\
         \x20 3 | tiem_zone: Europe/Berlin\n\
         Hinweis: Meinten Sie `time_zone`?"
    );
    assert_eq!(found[0].text(Lang::En), found[0].to_string());
}

#[test]
fn an_unknown_key_is_shown_with_the_nearest_one() {
    assert_eq!(
        shown("tiem_zone: Europe/Berlin\n"),
        "error: practice.yaml:3:1: `tiem_zone` is not a key of a practice\n\
         \x20 3 | tiem_zone: Europe/Berlin\n\
         hint: did you mean `time_zone`?"
    );
}

#[test]
fn everything_wrong_in_shape_is_listed_at_once() {
    let found = brief(WRONG_SHAPES);
    assert_eq!(
        found,
        [
            "4:3 `people_procesing_data` is not a key of a practice size -> did you mean `people_processing_data`?",
            "5:24 `ja` is neither `true` nor `false` -> write `true`",
            "7:9 `vielleicht` is neither `true` nor `false`",
            "8:3 `wlan` is not a key of an equipment list -> possible here: `windows`, `smartphones`, `mobile_phones`, \
             `mdm`, `removable_media`, `apps`, `web_applications`, `cloud`, `mail_server`, `connector`, \
             `hosted_connector`, `ti_gateway`, `telematics`, `large_devices`, `mobile_work`, `vpn`, `wifi`, \
             `remote_maintenance`",
            "9:20 `paralel` is not a word that can stand here -> did you mean `parallel`?",
            "11:5 the key `roles` of this person is missing",
            "11:9 `Anna` is not an id -> an id has lower-case letters a-z, digits and single hyphens, e.g. \
             `pc-empfang-1`, at most 64 characters",
            "12:5 `role` is not a key of a person -> did you mean `roles`?",
            "13:21 `doctor` is not a word that can stand here -> possible here: `owner`, `physician`, `therapist`, \
             `assistant`, `office`, `trainee`, `it_responsible`, `data_protection_officer`, `external`",
            "13:37 `1.4.2020` is not a day of the calendar -> write `2020-04-01`",
            "15:33 `192.168.10.1/24` is an address inside a network -> write `192.168.10.0/24` for the network",
            "15:50 `10.0.0` is not an IP network -> write address/length, e.g. `192.168.10.0/24`",
            "15:65 `5000` is not a number from 1 to 4094",
            "16:26 `8-12` is not a part of a day -> write e.g. `\"08:00-12:30\"`, in quotes",
            "17:12 `Europa/Berlin` is not a time zone -> did you mean `Europe/Berlin`?",
            "18:1 `name2` is not a key of a practice -> did you mean `name`?",
            "19:33 `0` is not a number from 1 to 60",
            "19:36 `kitchen` is not a key of a room list -> possible here: `treatment`, `reception`, `office`, \
             `server`, `mobile`",
        ]
    );
}

#[test]
fn everything_that_contradicts_itself_is_listed_at_once() {
    let found = brief(CONTRADICTIONS);
    assert_eq!(
        found,
        [
            "3:18 a size that counts instead needs a reason -> add `reason:`",
            "5:24 `connector` contradicts the mode `none` under `telematics` -> correct one of them",
            "6:41 `11:00-13:00` begins before `08:00-12:00` is over",
            "8:58 `2019-01-01` lies before `2020-01-01` -> exchange or correct the days",
            "9:10 the id `anna` stands in line 8 already -> choose another id",
            "9:23 `anna` is external, but of which organisation? -> add `organisation:`",
            "12:33 `10.0.0.0/24` belongs to the zone `a` already",
            "13:10 `internet` stands for everything outside -> choose another id; the zone `internet` is always there",
            "15:26 the conduit leads from `a` to itself",
            "15:64 there is no person `ana` -> did you mean `anna`?",
            "16:26 there is no zone `inernet` -> did you mean `internet`?",
            "18:50 there is no zone `bb` -> possible here: `a`, `b`, `internet`",
            "18:90 this serial says nothing: makers leave it so, or it is no serial -> leave it out",
            "20:62 `2025-01-01` lies before `2026-01-01` -> exchange or correct the days",
            "20:83 `10.0.0.0/8` is more than one practice's network -> name the networks of the practice; at most /16, \
             for IPv6 /48",
            "20:111 devices of others are in these networks, but nobody is named -> add `named_owners:` with a line for each",
            "22:5 `e` needs either `check` or `requirement`",
            "22:21 there is no device `pc-2` -> did you mean `pc-1`?",
            "22:42 there is no person `paul` -> possible here: `anna`",
        ]
    );
}

#[test]
fn an_address_of_a_device_is_one_address_and_belongs_to_one_device() {
    let devices = |first: &str, second: &str| {
        format!(
            "devices:\n  - {{id: a, name: A, class: printer, addresses: [{first}]}}\n\
             \x20 - {{id: b, name: B, class: printer, addresses: [{second}]}}\n"
        )
    };
    let wrong = devices("192.168.10.0/24", "drucker");
    assert_eq!(
        brief(&wrong),
        [
            "4:50 `192.168.10.0/24` is not a single IP address -> write the address without length and interface, e.g. \
             `192.168.10.5`",
            "5:50 `drucker` is not a single IP address -> write the address without length and interface, e.g. \
             `192.168.10.5`",
        ]
    );
    assert_eq!(
        german_brief(&wrong)[0],
        "4:50 `192.168.10.0/24` ist keine einzelne IP-Adresse -> Schreiben Sie die Adresse ohne Länge und ohne \
         Schnittstelle, zum Beispiel `192.168.10.5`."
    );
    let twice = devices("192.168.10.5, 'fd00::5'", "'fd00:0:0::5'");
    assert_eq!(
        brief(&twice),
        [
            "5:50 the address `fd00::5` belongs to `a` already -> state each address once, and only such as do not change"
        ]
    );
    assert_eq!(
        german_brief(&twice),
        [
            "5:50 Die Adresse `fd00::5` gehört schon zu `a` -> Nennen Sie jede Adresse nur einmal, und nur solche, die sich \
          nicht ändern."
        ]
    );
}

#[test]
fn kinds_of_values_that_cannot_stand_there_are_named() {
    assert_eq!(brief("people: keine"), ["3:9 `keine` stands here, expected a list: lines that begin with `- `"]);
    assert_eq!(brief("size: 7"), ["3:7 `7` stands here, expected keys with values: lines like `key: value`"]);
    assert_eq!(brief("size: {people_processing_data: sieben}"), ["3:32 `sieben` is not a whole number"]);
    assert_eq!(brief("size: {people_processing_data: 7.5}"), ["3:32 `7.5` is not a whole number"]);
    assert_eq!(brief("provider: {name: [a]}"), ["3:18 a list stands here, expected a text"]);
    assert_eq!(brief("provider: {name: }"), ["3:16 there is no value here"]);
    assert_eq!(brief("provider: {name: \"\"}"), ["3:18 the text is empty"]);
    assert_eq!(brief("people: [{id: a, roles: []}]"), ["3:25 the list is empty"]);
    assert_eq!(brief("provider: {name: \"\\e[31mrot\"}"), ["3:18 the text holds the control character `\\u{1b}`"]);
}

#[test]
fn texts_may_look_like_numbers_and_times() {
    for name in ["4711", "0042", "1e5", "0x10", "10:20:30", "10:20:30:40:50:06", "true", "2026-01-01", "1_000"] {
        let text = format!("schema: visite.practice/1\nname: {name}\n");
        assert_eq!(Practice::from_yaml(&text, "practice.yaml").expect("a practice").name, name);
    }
}

#[test]
fn other_files_and_versions_are_told_apart() {
    let found = |text| Practice::from_yaml(text, "p.yaml").expect_err("no practice file")[0].clone();
    assert_eq!(
        found("schema: visite.practice/2\nname: x").hint.map(|hint| hint.en).as_deref(),
        Some("did you mean `visite.practice/1`?")
    );
    assert_eq!(found("name: x").message.en, "the key `schema` of this practice is missing");
    assert_eq!(found("- a").message.en, "a list stands here, expected keys with values: lines like `key: value`");
}

#[test]
fn errors_of_the_parser_are_in_plain_words() {
    assert_eq!(brief("name: noch einmal"), ["3:1 the key `name` stands here twice -> keep one of them"]);
    assert_eq!(brief("people:\n\t- id: a"), ["4:2 a tab stands here -> indent with spaces, not with tabs"]);
    assert_eq!(brief("people: ["), ["3:9 the bracket `[` is not closed"]);
    assert_eq!(
        brief("---\nname: zwei"),
        ["4:1 a second document begins here -> keep one document in a file, and no line `---` but the first"]
    );
    assert_eq!(brief("<<: {name: x}"), ["3:1 merge keys (`<<`) are not read"]);
    assert_eq!(brief("provider: !geheim {name: x}"), ["3:19 tags are not read: `!geheim`"]);
    let anchor = "3:11 a text that begins with `*` refers to an anchor, and there is none -> a text that shall begin with \
                  `*` belongs in quotes";
    assert_eq!(brief("provider: *dort"), [anchor]);
}

#[test]
fn what_beginners_do_gets_a_hint() {
    let hint = |rest: &str| mistakes(rest)[0].hint.clone().unwrap_or_default().en;
    let colon = "a text that holds `: ` belongs in quotes, and a second key on a line of its own";
    assert_eq!(hint("provider:\n  name: Drucker: Rezept"), colon);
    assert_eq!(hint("provider: name: x"), colon);
    assert_eq!(hint("provider:\n  name:Beispiel"), "a space belongs after the colon");
    assert_eq!(hint("people:\n  -id: a"), "a space belongs after the hyphen");
    let column = "keys that belong together begin in the same column";
    assert_eq!(hint("provider:\n   name: x\n contact: y"), column);
    assert_eq!(hint("people:\n  - id: a\n   roles: [owner]"), column);
    assert_eq!(hint("zones"), "write `key: value`");
    assert_eq!(hint("provider:\n  name: @praxis"), "a text that begins with this character belongs in quotes");
    assert_eq!(hint("provider:\n  name: 'Haus's'"), "put a text that holds `'` in double quotes");
}

#[test]
fn empty_files_say_so() {
    for text in ["", "\n", "# nur ein Kommentar\n", "---\n", "\u{feff}\r\n"] {
        let found = Practice::from_yaml(text, "p.yaml").expect_err("an empty file");
        assert_eq!(
            found[0].to_string(),
            "error: p.yaml: the file is empty\nhint: start from an example file",
            "{text:?}"
        );
    }
}

#[test]
fn files_of_windows_editors_are_read() {
    let text = "\u{feff}schema: visite.practice/1\r\nname: Praxis Beispiel\r\nsize:\r\n  people_processing_data: 3\r\n";
    assert!(Practice::from_yaml(text, "p.yaml").is_ok());
    let found = Practice::from_yaml(&text.replace("size", "sise"), "p.yaml").expect_err("a typing error");
    assert_eq!((found[0].line, found[0].column, found[0].snippet.as_str()), (3, 1, "sise:"));
}

#[test]
fn other_encodings_are_named() {
    let latin = yaml::decode(b"name: Praxis\nname: Gr\xfcn", "p.yaml").expect_err("not UTF-8");
    assert_eq!((latin.line, latin.column), (2, 9));
    assert_eq!(latin.message.en, "the file is not stored as UTF-8 (byte 0xfc here)");
    let wide = yaml::decode(&[0xff, 0xfe, b'n', 0], "p.yaml").expect_err("UTF-16");
    assert_eq!(wide.message.en, "the file is stored as UTF-16");
    assert_eq!(yaml::decode("name: Grün".as_bytes(), "p.yaml").expect("UTF-8"), "name: Grün");
}

#[test]
fn what_is_shown_is_harmless_to_a_terminal() {
    let found = shown("\"\\e]0;x\\a\": 1\n\"\u{202e}\": 2\n");
    assert!(found.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'), "{found}");
}

#[test]
fn the_plain_reader_tells_the_same_place() {
    let plain = |text| yaml::from_yaml::<Practice>(text, "p.yaml").expect_err("a mistake").to_string();
    assert_eq!(
        plain("schema: visite.practice/1\nname: x\npeopel: []\n"),
        "error: p.yaml:3:1: `peopel` is not a key here\n  3 | peopel: []\nhint: did you mean `people`?"
    );
    assert!(plain("schema: visite.practice/1\nname: x\nsize: {override: smal}\n").contains("p.yaml:3:18: `smal`"));
    assert!(plain("schema: visite.practice/1\nname: x\nequipment: {wifi: yes}\n").ends_with("hint: write `true`"));
    assert!(
        plain("schema: visite.practice/1\nname: x\nzones: [{id: a, name: A, networks: [10.0.0.1/8]}]\n")
            .contains("p.yaml:3:37: `10.0.0.1/8` is an address inside a network")
    );
}

#[test]
fn mistakes_of_shape_are_told_in_german() {
    assert_eq!(
        german_brief(WRONG_SHAPES),
        [
            "4:3 Den Schlüssel `people_procesing_data` gibt es bei der Praxisgröße nicht -> Meinten Sie \
             `people_processing_data`?",
            "5:24 Hier steht `ja`; erwartet wird `true` (ja) oder `false` (nein) -> Schreiben Sie `true`.",
            "7:9 Hier steht `vielleicht`; erwartet wird `true` (ja) oder `false` (nein)",
            "8:3 Den Schlüssel `wlan` gibt es bei der Ausstattung nicht -> Hier möglich: `windows`, \
             `smartphones`, `mobile_phones`, `mdm`, `removable_media`, `apps`, `web_applications`, `cloud`, \
             `mail_server`, `connector`, `hosted_connector`, `ti_gateway`, `telematics`, `large_devices`, \
             `mobile_work`, `vpn`, `wifi`, `remote_maintenance`",
            "9:20 Das Wort `paralel` kann hier nicht stehen -> Meinten Sie `parallel`?",
            "11:5 Der Schlüssel `roles` fehlt; bei einer Person ist er nötig",
            "11:9 `Anna` ist keine Kennung -> Eine Kennung besteht aus Kleinbuchstaben a-z, Ziffern und einzelnen \
             Bindestrichen, zum Beispiel `pc-empfang-1`, höchstens 64 Zeichen.",
            "12:5 Den Schlüssel `role` gibt es bei einer Person nicht -> Meinten Sie `roles`?",
            "13:21 Das Wort `doctor` kann hier nicht stehen -> Hier möglich: `owner`, `physician`, `therapist`, \
             `assistant`, `office`, `trainee`, `it_responsible`, `data_protection_officer`, `external`",
            "13:37 `1.4.2020` ist hier kein gültiges Datum -> Schreiben Sie `2020-04-01`.",
            "15:33 `192.168.10.1/24` ist eine Adresse in einem Netz, nicht das Netz -> Schreiben Sie \
             `192.168.10.0/24`, wenn Sie das Netz meinen.",
            "15:50 `10.0.0` ist kein IP-Netz -> Schreiben Sie Adresse/Länge, zum Beispiel `192.168.10.0/24`.",
            "15:65 `5000` ist keine Zahl von 1 bis 4094",
            "16:26 `8-12` ist hier keine Zeitspanne -> Schreiben Sie zum Beispiel `\"08:00-12:30\"`, in \
             Anführungszeichen.",
            "17:12 `Europa/Berlin` ist keine Zeitzone -> Meinten Sie `Europe/Berlin`?",
            "18:1 Den Schlüssel `name2` gibt es in der Praxisdatei nicht -> Meinten Sie `name`?",
            "19:33 `0` ist keine Zahl von 1 bis 60",
            "19:36 Den Schlüssel `kitchen` gibt es bei den Räumen nicht -> Hier möglich: `treatment`, \
             `reception`, `office`, `server`, `mobile`",
        ]
    );
}

#[test]
fn contradictions_are_told_in_german() {
    assert_eq!(
        german_brief(CONTRADICTIONS),
        [
            "3:18 Die von Hand festgelegte Größe braucht eine Begründung -> Ergänzen Sie `reason:`.",
            "5:24 `connector` widerspricht dem Wert `none` unter `telematics` -> Berichtigen Sie eine der beiden \
             Angaben.",
            "6:41 `11:00-13:00` beginnt, bevor `08:00-12:00` vorbei ist",
            "8:58 `2019-01-01` liegt vor `2020-01-01` -> Vertauschen oder berichtigen Sie die beiden Tage.",
            "9:10 Die Kennung `anna` steht schon in Zeile 8 -> Wählen Sie eine andere Kennung.",
            "9:23 `anna` ist extern (`external`), aber von welcher Firma? -> Ergänzen Sie `organisation:`.",
            "12:33 `10.0.0.0/24` gehört schon zur Zone `a`",
            "13:10 `internet` steht für alles außerhalb der Praxis -> Wählen Sie eine andere Kennung; die Zone \
             `internet` gibt es immer.",
            "15:26 Der Weg führt von `a` zu sich selbst",
            "15:64 Es gibt keine Person `ana` -> Meinten Sie `anna`?",
            "16:26 Es gibt keine Zone `inernet` -> Meinten Sie `internet`?",
            "18:50 Es gibt keine Zone `bb` -> Hier möglich: `a`, `b`, `internet`",
            "18:90 Daran ist das Gerät nicht zu erkennen: Hersteller lassen diesen Wert so stehen, oder er passt \
             nicht zu `serial` -> Lassen Sie dieses Merkmal weg.",
            "20:62 `2025-01-01` liegt vor `2026-01-01` -> Vertauschen oder berichtigen Sie die beiden Tage.",
            "20:83 `10.0.0.0/8` ist mehr als das Netz einer Praxis -> Nennen Sie die Netze der Praxis: höchstens \
             /16, bei IPv6 höchstens /48.",
            "20:111 In diesen Netzen stehen fremde Geräte, aber es ist nicht genannt, wem sie gehören -> Ergänzen \
             Sie `named_owners:` mit einer Zeile für jeden Eigentümer.",
            "22:5 `e` braucht entweder `check` oder `requirement`",
            "22:21 Es gibt kein Gerät `pc-2` -> Meinten Sie `pc-1`?",
            "22:42 Es gibt keine Person `paul` -> Hier möglich: `anna`",
        ]
    );
}

/// What beginners write, and what they read then: one line for each thing that the reader says.
const BEGINNERS: &[(&str, &str)] = &[
    ("people: keine", "3:9 Hier steht `keine`; erwartet wird eine Liste: Zeilen, die mit `- ` beginnen"),
    ("size: 7", "3:7 Hier steht `7`; erwartet werden Schlüssel mit Werten: Zeilen wie `Schlüssel: Wert`"),
    ("size: {people_processing_data: sieben}", "3:32 Hier steht `sieben`; erwartet wird eine ganze Zahl"),
    ("provider: {name: [a]}", "3:18 Hier steht eine Liste; erwartet wird ein Text"),
    ("provider: {name: {a: b}}", "3:18 Hier steht eine Gruppe von Schlüsseln; erwartet wird ein Text"),
    ("provider: {name: }", "3:16 Hier fehlt ein Wert"),
    ("provider: {name: \"\"}", "3:18 Der Text ist leer"),
    ("people: [{id: a, roles: []}]", "3:25 Die Liste ist leer"),
    ("provider: {name: \"\\e[31mrot\"}", "3:18 Der Text enthält das unsichtbare Steuerzeichen `\\u{1b}`"),
    (
        "telematics: {mode: [series]}",
        "3:20 Hier wird ein einzelnes Wort erwartet -> Hier möglich: `none`, `series`, `parallel`, `gateway`",
    ),
    (
        "opening_hours: {monday: [\"12:00-08:00\"]}",
        "3:26 `12:00-08:00` endet, bevor es beginnt -> Schreiben Sie die frühere Uhrzeit zuerst.",
    ),
    (
        "conduits: [{id: a, from: internet, to: internet, services: [https], reason: r}]",
        "3:61 `https` ist kein Dienst -> Schreiben Sie zum Beispiel `tcp/443`, `udp/5000-5100`, `icmp` oder \
         `any`.",
    ),
    (
        "zones: [{id: a, name: A, networks: [10.0.0]}]",
        "3:37 `10.0.0` ist kein IP-Netz -> Schreiben Sie Adresse/Länge, zum Beispiel `192.168.10.0/24`.",
    ),
    ("time_zone: Mitteleuropa", "3:12 `Mitteleuropa` ist keine Zeitzone -> In Deutschland heißt sie `Europe/Berlin`."),
    (
        "people: [{id: a, roles: [owner], since: gestern}]",
        "3:41 `gestern` ist hier kein gültiges Datum -> Schreiben Sie Jahr-Monat-Tag, zum Beispiel \
         `2026-12-31`.",
    ),
    (
        "name: noch einmal",
        "3:1 Der Schlüssel `name` steht hier zweimal -> Lassen Sie nur eine der beiden Angaben stehen.",
    ),
    ("people:\n\t- id: a", "4:2 Hier steht ein Tabulator -> Rücken Sie mit Leerzeichen ein, nicht mit Tabulatoren."),
    ("people: [", "3:9 Die Klammer `[` wird nicht geschlossen"),
    ("people: [a}", "3:9 Die Klammer `[` wird mit `}` geschlossen"),
    ("people: ]", "3:9 Hier wird eine Klammer geschlossen, die nicht geöffnet wurde"),
    ("people: [a b: c d", "3:9 Die Klammer `[` wird nicht geschlossen"),
    ("provider: {name: x y: z}", "3:21 In der Klammer fehlt ein Komma, oder sie wird nicht geschlossen"),
    (
        "---\nname: zwei",
        "4:1 Hier beginnt ein zweites Dokument -> In eine Datei gehört nur ein Dokument; die Zeile `---` darf \
         nur am Anfang stehen.",
    ),
    ("<<: {name: x}", "3:1 Verweise mit `<<` werden nicht gelesen"),
    ("provider: !geheim {name: x}", "3:19 Angaben mit `!` werden nicht gelesen: `!geheim`"),
    (
        "provider: *dort",
        "3:11 Ein Text, der mit `*` beginnt, gilt als Verweis, und diesen gibt es nicht -> Soll ein Text mit \
         `*` beginnen, gehört er in Anführungszeichen.",
    ),
    (
        "provider:\n  name: Drucker: Rezept",
        "4:16 Dieser Doppelpunkt kann hier nicht stehen -> Ein Text mit `: ` gehört in Anführungszeichen, ein \
         zweiter Schlüssel in eine eigene Zeile.",
    ),
    (
        "provider: name: x",
        "3:15 Dieser Doppelpunkt kann hier nicht stehen -> Ein Text mit `: ` gehört in Anführungszeichen, ein \
         zweiter Schlüssel in eine eigene Zeile.",
    ),
    (
        "provider:\n  name:Beispiel",
        "4:3 Hier steht `name:Beispiel`; erwartet werden Schlüssel mit Werten: Zeilen wie `Schlüssel: Wert` \
         -> Hinter den Doppelpunkt gehört ein Leerzeichen.",
    ),
    (
        "people:\n  -id: a",
        "4:3 Hier steht eine Gruppe von Schlüsseln; erwartet wird eine Liste: Zeilen, die mit `- ` beginnen \
         -> Hinter den Bindestrich gehört ein Leerzeichen.",
    ),
    (
        "provider:\n   name: x\n contact: y",
        "5:2 Diese Zeile ist anders eingerückt, als sie sein sollte -> Schlüssel, die zusammengehören, \
         beginnen in derselben Spalte.",
    ),
    (
        "people:\n  - id: a\n   roles: [owner]",
        "5:4 Diese Zeile ist anders eingerückt, als sie sein sollte -> Schlüssel, die zusammengehören, \
         beginnen in derselben Spalte.",
    ),
    ("zones", "3:1 Hinter einem Schlüssel fehlt der Doppelpunkt -> Schreiben Sie `Schlüssel: Wert`."),
    (
        "provider:\n  name: @praxis",
        "4:9 Ein Text kann nicht mit `@` beginnen -> Ein Text, der mit diesem Zeichen beginnt, gehört in \
         Anführungszeichen.",
    ),
    (
        "provider:\n  name: %praxis",
        "4:9 Ein Text kann nicht mit `%` beginnen -> Ein Text, der mit diesem Zeichen beginnt, gehört in \
         Anführungszeichen.",
    ),
    (
        "provider:\n  name: 'Haus's'",
        "4:15 Hinter dem schließenden Anführungszeichen steht noch etwas -> Ein Text, der `'` enthält, gehört \
         in doppelte Anführungszeichen (`\"`).",
    ),
    (
        "provider:\n  name: \"Haus \"am\" See\"",
        "4:16 Hinter dem schließenden Anführungszeichen steht noch etwas -> Ein Text, der `\"` enthält, \
         gehört in einfache Anführungszeichen (`'`).",
    ),
    (
        "provider:\n  name: \"D:\\Daten\"",
        "4:9 Was in Anführungszeichen hinter `\\` steht, hat dort keine Bedeutung -> Ein Text, der `\\` \
         enthält, gehört in einfache Anführungszeichen (`'`).",
    ),
    ("provider:\n  name: \"Haus", "4:9 Ein Anführungszeichen wird nicht geschlossen"),
    (
        "provider:\n  name: &",
        "4:9 Hinter `&` oder `*` fehlt ein Name -> Ein Text, der mit diesem Zeichen beginnt, gehört in \
         Anführungszeichen.",
    ),
    ("provider: {name: \"x\"#y\n}", "3:21 Vor `#` fehlt ein Leerzeichen"),
    (
        "provider: x\n  - y: z",
        "4:6 Dieser Doppelpunkt kann hier nicht stehen -> Schlüssel, die zusammengehören, beginnen in \
         derselben Spalte.",
    ),
    ("? [a, b]\n: c", "3:3 Hier wird etwas anderes erwartet: ein Text"),
    ("provider: !!binary x", "3:20 `x` passt hier nicht"),
];

#[test]
fn what_beginners_do_is_told_in_german() {
    for (rest, expected) in BEGINNERS {
        assert_eq!(german_brief(rest), [*expected], "{rest}");
    }
}

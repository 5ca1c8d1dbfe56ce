//! `visite check --facts`: forms, languages, statuses.

use super::Desk;
use insta::assert_snapshot;

#[test]
fn the_report_is_german_by_default() {
    assert_snapshot!(Desk::new().check(&[]), @"
    status: 0
    ---- stdout
    Visite · empfang-1, Beispiel-OS 1 · heute, [CLOCK]
    6 von 36 Punkten geprüft · 26 hat noch niemand angesehen
    2 brauchen Administratorrechte: sudo visite check
    2 lassen sich auf diesem System nicht ablesen

    DRINGEND
      Das Konto „praxis“ hat kein Passwort
        Warum    Wer an der Tastatur sitzt, liest alles, was dieses Konto lesen
                 darf. Auch Patienten und Besucher kommen an Tastaturen vorbei.
        Tun      Passwort setzen: sudo passwd <Konto> · Sie selbst · 2 Minuten
                 kostenlos
        Beleg    Konto „praxis“ · Anmeldung erlaubt: ja · Passwort: keines (gesehen
                 heute, [CLOCK])                            account-empty-password

    Gut: 5 Punkte (visite check -v zeigt sie) · Nicht zutreffend: 1
    Nächster Schritt: Ein Passwort für das Konto setzen. Danach noch einmal: visite
    check
    ");
}

#[test]
fn the_report_can_be_had_in_english() {
    assert_snapshot!(Desk::new().check(&["--lang", "en"]), @"
    status: 0
    ---- stdout
    Visite · empfang-1, Beispiel-OS 1 · today, [CLOCK]
    6 of 36 points checked · 26 have not been looked at yet
    2 need administrator rights: sudo visite check · 2 cannot be read on this system

    URGENT
      The account “praxis” has no password
        Why      Anyone at the keyboard can read whatever this account may read.
                 Patients and visitors pass keyboards too.
        Do       Set a password: sudo passwd <account> · you · 2 minutes · free
        Evidence Account “praxis” · login allowed: yes · password: none (seen today,
                 [CLOCK])                                       account-empty-password

    Good: 5 points (visite check -v shows them) · Not applicable: 1
    Next step: Set a password for the account. Then run again: visite check
    ");
}

#[test]
fn quiet_names_gaps_only() {
    let desk = Desk::new();
    assert_snapshot!(desk.check(&["--quiet"]), @"
    status: 0
    ---- stdout
    Visite · empfang-1, Beispiel-OS 1 · heute, [CLOCK]
    6 von 36 Punkten geprüft · 26 hat noch niemand angesehen
    2 brauchen Administratorrechte: sudo visite check
    2 lassen sich auf diesem System nicht ablesen
    dringend: Das Konto „praxis“ hat kein Passwort            account-empty-password
    ");
    desk.write("facts.json", super::facts().replace("\"none\"", "\"set\""));
    assert_snapshot!(desk.check(&["--quiet"]), @"
    status: 0
    ---- stdout
    Bisher keine Lücke gefunden. Geprüft: 6 von 36 Punkten.
    ");
}

#[test]
fn verbose_shows_every_point() {
    let desk = Desk::new();
    let (short, long) = (desk.check(&[]).succeeded(), desk.check(&["-v"]).succeeded());
    let judged = desk.check(&["--format", "json"]).verdicts();
    for check in judged.keys() {
        assert!(long.stdout.contains(check.as_str()), "{check} is missing: {long}");
    }
    assert!(long.stdout.len() > 2 * short.stdout.len());
    assert!(short.stderr.is_empty() && long.stderr.is_empty());
}

#[test]
fn severities_decide_the_status() {
    let desk = Desk::new();
    let status = |severity: &str| desk.check(&["--quiet", "--fail-on", severity]).status;
    assert_eq!(["low", "medium", "high", "critical"].map(status), [Some(2), Some(2), Some(2), Some(2)]);
    desk.write("facts.json", super::facts().replace("\"none\"", "\"set\""));
    assert_eq!(["low", "medium", "high", "critical"].map(status), [Some(0); 4]);
    assert_eq!(desk.check(&["--quiet"]).status, Some(0));
}

#[test]
fn json_is_an_assessment() {
    let answer = Desk::new().check(&["--format", "json"]).succeeded();
    let json = answer.json();
    let keys: Vec<&str> = json.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_snapshot!(keys.join(" "), @"schema round catalog summary subjects results findings measures requirements");
    assert_eq!(json["schema"], "visite.assessment/1");
    let results = json["results"].as_array().expect("a list");
    assert!(results.iter().all(|result| result["subject"] == json["subjects"][0]["id"]));
    assert_snapshot!(json["findings"][0]["title"], @r#"{"de":"Das Konto „praxis“ hat kein Passwort","en":"The account “praxis” has no password"}"#);
    assert_snapshot!(answer.verdicts()["sudo-everyone"], @"unknown: incomplete, no_permission");
    assert_eq!(answer.stderr, "");
}

#[test]
fn json_is_the_same_in_both_languages() {
    let desk = Desk::new();
    let tell = |lang: &str| desk.check(&["--format", "json", "--lang", lang]).succeeded().verdicts();
    assert_eq!(tell("de"), tell("en"));
}

#[test]
fn sarif_names_rule_and_computer() {
    let json = Desk::new().check(&["--format", "sarif"]).succeeded().json();
    assert_eq!(json["version"], "2.1.0");
    assert_eq!(json["runs"][0]["tool"]["driver"]["name"], "Visite");
    let results = json["runs"][0]["results"].as_array().expect("a list");
    let failed: Vec<&str> = results
        .iter()
        .filter(|result| result["kind"] == "fail")
        .filter_map(|result| result["ruleId"].as_str())
        .collect();
    assert_eq!(failed, ["account-empty-password"]);
}

#[test]
fn junit_counts_failures() {
    let text = Desk::new().check(&["--format", "junit"]).succeeded().stdout;
    assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"), "{text}");
    assert_eq!(text.matches("<failure").count(), 1, "{text}");
    assert!(text.contains("failures=\"1\""), "{text}");
}

#[test]
fn html_is_one_page_that_loads_nothing() {
    let text = Desk::new().check(&["--format", "html"]).succeeded().stdout;
    assert!(text.starts_with("<!DOCTYPE html>") && text.contains("lang=\"de\""), "{text}");
    assert!(text.contains("praxis"), "the account without a password is named");
    for loading in ["<script", "<link", "src=\"http", "@import", "url(http"] {
        assert!(!text.contains(loading), "{loading}");
    }
}

#[test]
fn colour_stays_away_from_files_and_pipes() {
    let desk = Desk::new();
    for variables in [&[][..], &[("NO_COLOR", "1")], &[("CLICOLOR_FORCE", "1"), ("TERM", "xterm-256color")]] {
        let call = desk.call(&["check", "--facts", "@facts.json"]);
        let call = variables.iter().fold(call, |call, (name, value)| call.env(name, value));
        assert!(!call.run().succeeded().stdout.contains('\u{1b}'));
    }
}

/// On a terminal, which `script` of util-linux gives it.
#[test]
fn colour_is_shown_on_a_terminal_unless_no_color_is_set() {
    let desk = Desk::new();
    let on_terminal = |variables: &[(&str, &str)]| {
        let line = format!("{} check --facts {}", env!("CARGO_BIN_EXE_visite"), desk.arg("facts.json"));
        let mut command = std::process::Command::new("script");
        command.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .envs(variables.iter().copied())
            .stdin(std::process::Stdio::null());
        crate::scratch::run(&mut command)
    };
    assert!(on_terminal(&[]).contains("\u{1b}[1;31m"));
    assert!(!on_terminal(&[("NO_COLOR", "1")]).contains('\u{1b}'));
    // An empty value means that it is not set (no-color.org).
    assert!(on_terminal(&[("NO_COLOR", "")]).contains("\u{1b}[1;31m"));
}

#[test]
fn saved_facts_give_the_same_verdicts() {
    let desk = Desk::new();
    let first = desk.check(&["--save-facts", "@saved.json", "--format", "json"]).succeeded();
    let again =
        desk.call(&["check", "--facts", "@saved.json", "--save-facts", "@again.json", "--format", "json"]).run();
    assert_eq!(first.verdicts(), again.succeeded().verdicts());
    assert_eq!(desk.read("saved.json"), desk.read("again.json"));
}

#[test]
fn this_computer_and_its_saved_facts_are_judged_alike() {
    let desk = Desk::new();
    let live = desk.call(&["check", "--save-facts", "@live.json", "--format", "json"]).run().succeeded();
    let saved = desk.call(&["check", "--facts", "@live.json", "--format", "json"]).run().succeeded();
    assert_eq!(live.verdicts(), saved.verdicts());
    assert_eq!(live.json()["summary"], saved.json()["summary"]);
}

#[test]
fn a_folder_of_facts_is_judged_whole() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("round")).expect("ours");
    desk.write("round/a.json", super::facts());
    desk.write(
        "round/b.json",
        super::facts().replace("host-c11c11c11c11", "host-c22c22c22c22").replace("c11c", "c22c"),
    );
    desk.write("round/notes.txt", "not read");
    let json = desk.call(&["check", "--facts", "@round", "--format", "json"]).run().succeeded().json();
    assert_eq!(json["subjects"].as_array().map(Vec::len), Some(2));
}

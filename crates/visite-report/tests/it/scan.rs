//! Reports on a scan of a network: every format, what is grouped, and words that are about computers only.

use crate::golden::{options, rendered};
use visite_facts::facts::ZoneKind;
use visite_facts::scan::{ScanSection, ScannedHost, ScannedService};
use visite_facts::{Assessment, Lang};
use visite_report::{Asked, Changes, Detail, Format, Options, Room, Surroundings};

fn file() -> String {
    let path = format!("{}/tests/data/scan.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).expect("the file is there")
}

pub fn scan() -> (Assessment, ScanSection) {
    let text = file();
    (serde_json::from_str(&text).expect("an assessment"), serde_json::from_str(&text).expect("a scan"))
}

/// The zones of the practice file that the sample was judged with.
pub fn rooms() -> Vec<Room> {
    let room = |name: &str, kind, network: &str| Room {
        name: name.to_owned(),
        kind: Some(kind),
        networks: vec![network.parse().expect("a network")],
    };
    vec![
        room("Server", ZoneKind::Server, "192.168.10.0/24"),
        room("Anmeldung", ZoneKind::Office, "192.168.20.0/24"),
        room("Behandlung", ZoneKind::Treatment, "192.168.30.0/24"),
        room("Medizingeräte", ZoneKind::Medical, "192.168.40.0/24"),
        room("Telematik", ZoneKind::Telematics, "192.168.50.0/24"),
        room("Telefone", ZoneKind::Telephony, "192.168.60.0/24"),
        room("Netzgeräte", ZoneKind::Management, "192.168.80.0/24"),
    ]
}

/// A week before: one device was not there, one still was, a service was closed and another open.
fn changes(now: &ScanSection) -> Changes {
    let mut earlier = now.clone();
    earlier.record.finished_at = "2026-11-17T11:40:00Z".parse().expect("a time");
    let mut lost = earlier.hosts[7].clone();
    lost.subject.0 = "device-lost".into();
    lost.mac = Some("d4:81:d7:00:00:99".into());
    lost.address = "192.168.20.99".parse().expect("an address");
    lost.names = vec!["altes-notebook".into()];
    earlier.hosts.retain(|host| host.names != ["telefon-empfang"]);
    let reception: &mut ScannedHost = &mut earlier.hosts[5];
    let screen = reception.services.pop().expect("the screen sharing");
    earlier.hosts[4].services.push(screen);
    earlier.hosts.push(lost);
    Changes::between(&earlier, now, &|_| true)
}

fn with<'a>(scan: &'a ScanSection, around: &'a Surroundings, lang: Lang) -> Options<'a> {
    Options {
        scan: Some(scan),
        surroundings: Some(around),
        this_computer: false,
        privileged: true,
        command: "visite scan",
        ..options(lang)
    }
}

#[test]
fn text_golden() {
    let (assessment, scan) = scan();
    let around = Surroundings { rooms: rooms(), changes: Some(changes(&scan)), asked: None };
    for lang in [Lang::De, Lang::En] {
        let options = with(&scan, &around, lang);
        insta::assert_snapshot!(format!("scan-{lang}.txt"), rendered(Format::Text, &assessment, &options));
    }
    let verbose = Options { detail: Detail::Verbose, width: 100, ..with(&scan, &around, Lang::De) };
    insta::assert_snapshot!("scan-verbose-de.txt", rendered(Format::Text, &assessment, &verbose));
}

/// Over the network nobody becomes an administrator, and no computer is the one it is read on.
#[test]
fn words_about_this_computer_stay_away() {
    let (mut assessment, scan) = scan();
    assessment.round.practice = None;
    let around = Surroundings { rooms: rooms(), ..Surroundings::default() };
    for privileged in [false, true] {
        for format in [Format::Text, Format::Html, Format::Sarif, Format::Junit, Format::Json] {
            for lang in [Lang::De, Lang::En] {
                let options = Options { detail: Detail::Verbose, privileged, ..with(&scan, &around, lang) };
                let report = rendered(format, &assessment, &options);
                for word in [
                    "dieser Computer",
                    "this computer",
                    "Administratorrechte",
                    "administrator rights",
                    "sudo visite",
                    "visite check",
                    "auf diesem System",
                    "Ein Computer allein",
                    "One computer alone",
                ] {
                    assert!(!report.contains(word), "{format} says {word}");
                }
            }
        }
    }
}

#[test]
fn many_devices_with_the_same_gap_are_one_entry() {
    let (mut assessment, scan) = scan();
    let pattern = assessment.findings.iter().find(|f| f.check == "dicom-unencrypted").expect("in the sample").clone();
    let subject = assessment.subjects[0].clone();
    for number in 0..30 {
        let mut subject = subject.clone();
        subject.subject.id.0 = format!("device-many-{number}");
        subject.subject.name = format!("modality-{number}");
        let mut finding = pattern.clone();
        finding.id = format!("finding-many-{number}");
        finding.subject = subject.subject.id.clone();
        finding.record = Some(format!("tcp 192.168.40.{}:104", 100 + number));
        finding.title.de =
            format!("Der Bilddienst (DICOM) überträgt Bilder unverschlüsselt (tcp 192.168.40.{}:104)", 100 + number);
        assessment.subjects.push(subject);
        assessment.findings.push(finding);
    }
    let around = Surroundings::default();
    let text = rendered(Format::Text, &assessment, &with(&scan, &around, Lang::De));
    assert_eq!(text.matches("überträgt Bilder unverschlüsselt").count(), 1);
    assert_eq!(text.matches("Bilder und Patientennamen laufen lesbar").count(), 1);
    assert!(text.contains("modality-9 (tcp 192.168.40.109:104)") && !text.contains("modality-29"));
    assert!(text.contains("… und 20 weitere"));
    let verbose = Options { detail: Detail::Verbose, ..with(&scan, &around, Lang::De) };
    assert!(rendered(Format::Text, &assessment, &verbose).contains("modality-29 (tcp 192.168.40.129:104)"));
    let page = rendered(Format::Html, &assessment, &with(&scan, &around, Lang::De));
    assert_eq!(page.matches("<article").count(), 5);
    assert!(page.contains("modality-29 (tcp 192.168.40.129:104)"), "the page lists all");
}

#[test]
fn no_line_of_a_scan_is_wider_than_the_terminal() {
    use unicode_width::UnicodeWidthStr;
    let (assessment, mut scan) = scan();
    scan.hosts[0].names = vec!["x".repeat(300)];
    scan.hosts[1].services[0].product = Some("Produkt ".repeat(40));
    let around = Surroundings { changes: Some(changes(&scan)), ..Surroundings::default() };
    for width in [60, 80, 100] {
        for detail in [Detail::Quiet, Detail::Normal, Detail::Verbose] {
            let options = Options { width, detail, ..with(&scan, &around, Lang::De) };
            for line in rendered(Format::Text, &assessment, &options).lines() {
                assert!(line.width() <= width, "{} columns: {line}", line.width());
                assert_eq!(line, line.trim_end());
            }
        }
    }
}

/// Another set of ports says nothing about services, and an address that was not asked nothing about a device.
#[test]
fn only_what_was_asked_again_can_have_changed() {
    let (_, now) = scan();
    let mut earlier = now.clone();
    earlier.record.ports = "all".into();
    earlier.hosts[0].services.clear();
    let mut host = earlier.hosts[3].clone();
    host.subject.0 = "device-elsewhere".into();
    host.mac = Some("00:11:22:33:44:55".into());
    host.address = "10.9.9.9".parse().expect("an address");
    earlier.hosts.push(host);
    let changes = Changes::between(&earlier, &now, &|address| address.to_string().starts_with("192.168."));
    assert!(changes.is_empty() && !changes.services_compared);
    let all = Changes::between(&earlier, &now, &|_| true);
    assert_eq!(all.gone.len(), 1);
    earlier.record.ports = now.record.ports.clone();
    assert_eq!(Changes::between(&earlier, &now, &|_| false).opened.len(), now.hosts[0].services.len());
}

/// Every program that reads nmap's output finds what it looks for; without a scan there is nothing to write.
#[test]
fn xml_is_what_readers_of_nmap_expect() {
    let (assessment, mut scan) = scan();
    scan.hosts[0].names.push("böse\"><\u{1b}[2J&".into());
    let around = Surroundings::default();
    let xml = rendered(Format::Xml, &assessment, &with(&scan, &around, Lang::De));
    let options_of_reader = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
    let document = roxmltree::Document::parse_with_options(&xml, options_of_reader).expect("well-formed");
    let root = document.root_element();
    assert_eq!((root.tag_name().name(), root.attribute("start")), ("nmaprun", Some("1795516680")));
    let hosts: Vec<_> = root.children().filter(|child| child.has_tag_name("host")).collect();
    assert_eq!(hosts.len(), scan.hosts.len());
    let find = |address: &str| {
        let has = |node: &roxmltree::Node<'_, '_>| node.attribute("addr") == Some(address);
        *hosts.iter().find(|host| host.children().any(|child| has(&child))).expect("the host")
    };
    let service = |address: &str, port: &str| {
        let port = find(address).descendants().find(|node| node.attribute("portid") == Some(port)).expect("the port");
        let text = |node: roxmltree::Node<'_, '_>, name: &str| node.attribute(name).unwrap_or("-").to_owned();
        let service = port.children().find(|child| child.has_tag_name("service")).expect("the service");
        let state = port.children().find(|child| child.has_tag_name("state")).expect("the state");
        [("name"), ("product"), ("version"), ("tunnel")]
            .map(|name| text(service, name))
            .into_iter()
            .chain([text(port, "protocol"), text(state, "state")])
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(service("192.168.10.5", "445"), "microsoft-ds - - - tcp open");
    assert_eq!(service("192.168.10.6", "443"), "http nginx 1.22.1 ssl tcp open");
    assert_eq!(service("192.168.10.9", "9000"), "unknown - - - tcp open");
    assert_eq!(service("192.168.20.1", "53"), "domain Thekelleys dnsmasq 2.85 - udp open");
    let mac = find("192.168.10.6").children().find(|node| node.attribute("addrtype") == Some("mac")).expect("its MAC");
    assert_eq!((mac.attribute("addr"), mac.attribute("vendor")), (Some("00:11:32:AA:BB:CC"), Some("Synology")));
    let silent = find("192.168.10.9").descendants().filter(|node| node.has_tag_name("extraports"));
    let silent: Vec<_> = silent.map(|node| (node.attribute("state"), node.attribute("count"))).collect();
    assert_eq!(silent, [(Some("closed"), Some("60")), (Some("filtered"), Some("88"))]);
    assert!(!xml.contains('\u{1b}'));
    let bare = options(Lang::De);
    assert!(visite_report::render(Format::Xml, &assessment, &bare, &mut Vec::new()).is_err());
}

/// One element a line and without the bytes of the font, so that a change can be read.
#[test]
fn html_golden() {
    let (assessment, scan) = scan();
    let around = Surroundings { rooms: rooms(), changes: Some(changes(&scan)), asked: None };
    for lang in [Lang::De, Lang::En] {
        let page = rendered(Format::Html, &assessment, &with(&scan, &around, lang)).replace("><", ">\n<");
        let (_, body) = page.split_once("<body>").expect("the body");
        insta::assert_snapshot!(format!("scan-{lang}.html"), body);
    }
}

/// Services that a device offers over IPv6 as over IPv4 stand once.
#[test]
fn the_same_services_at_a_further_address_are_named_once() {
    let (assessment, mut scan) = scan();
    let host = scan.hosts.iter_mut().find(|host| host.names == ["pvs-server"]).expect("the server");
    let further: std::net::IpAddr = "fd77::5".parse().expect("an address");
    let other: std::net::IpAddr = "fd77::6".parse().expect("an address");
    host.addresses.extend([further, other]);
    let own = host.services.clone();
    host.services.extend(own.iter().cloned().map(|service| ScannedService { address: Some(further), ..service }));
    // At the third address two of them are offered, and another product.
    for index in [0, 1] {
        host.services.push(ScannedService { address: Some(other), ..own[index].clone() });
    }
    let product = Some("Another".to_owned());
    host.services.push(ScannedService { address: Some(other), product, port: 5432, ..own[3].clone() });
    let around = Surroundings::default();
    let text = rendered(Format::Text, &assessment, &with(&scan, &around, Lang::De));
    let device = text.split("192.168.10.5 · pvs-server").nth(1).expect("the device");
    let device = device.split("\n  192.").next().expect("its lines");
    assert_eq!(device.matches("135").count(), 2, "{device}");
    let device = device.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(device.contains("auch über IPv6 fd77::5 "), "{device}");
    assert!(device.contains("auch über IPv6 fd77::6: 135, 445"), "{device}");
    assert!(device.contains("PostgreSQL [fd77::6]:5432: PostgreSQL Another"), "{device}");
    let page = rendered(Format::Html, &assessment, &with(&scan, &around, Lang::En));
    assert!(page.contains("<li>also over IPv6\u{a0}fd77::5</li>"));
}

/// Whoever reads only the head has to see that something is missing.
#[test]
fn an_interrupted_scan_says_so_in_its_head() {
    let (assessment, mut scan) = scan();
    scan.record.interrupted = true;
    let around = Surroundings::default();
    let text = rendered(Format::Text, &assessment, &with(&scan, &around, Lang::De));
    let head: Vec<&str> = text.lines().skip(2).take(1).collect();
    assert_eq!(head, ["Unterbrochen: Die Untersuchung endete vorzeitig. Geräte und Dienste können"]);
    assert_eq!(text.matches("Unterbrochen:").count(), 1);
    let page = rendered(Format::Html, &assessment, &with(&scan, &around, Lang::En));
    assert!(
        page.split("<body>")
            .nth(1)
            .and_then(|body| body.split("points checked").next())
            .expect("its head")
            .contains("Interrupted: the scan ended early.")
    );
}

#[test]
fn quiet_is_silent_only_if_everything_was_checked() {
    let (mut assessment, mut scan) = scan();
    assessment.findings.clear();
    let around = Surroundings::default();
    let quiet = |assessment: &Assessment, scan: &ScanSection| {
        rendered(Format::Text, assessment, &Options { detail: Detail::Quiet, ..with(scan, &around, Lang::De) })
    };
    assert_eq!(quiet(&assessment, &scan), "Bisher keine Lücke gefunden. Geprüft: 19 von 80 Punkten.\n");
    assessment.summary.checked = assessment.summary.points;
    assert_eq!(quiet(&assessment, &scan), "");
    scan.record.interrupted = true;
    assert!(quiet(&assessment, &scan).starts_with("Unterbrochen: "));
    assessment.summary.checked = 0;
    scan.record.interrupted = false;
    assert_eq!(quiet(&assessment, &scan), "Noch nichts geprüft.\n");
}

/// The call is there to be copied: with what it needs, and over several lines so that a shell takes it.
#[test]
fn the_next_step_names_the_call_that_was_used() {
    let (assessment, scan) = scan();
    let around = Surroundings::default();
    let command =
        "visite scan 192.168.10.0/24 192.168.20.0/24 --practice practice.yaml --authorised-by 'Dr. Ada Beispiel'";
    let options = Options { command, ..with(&scan, &around, Lang::De) };
    let text = rendered(Format::Text, &assessment, &options);
    let expected = "Danach noch einmal:\n  visite scan 192.168.10.0/24 192.168.20.0/24 --practice practice.yaml \\\n  --authorised-by 'Dr. Ada Beispiel'\n";
    assert!(text.contains(expected), "{text}");
    assert!(text.contains("Gut: 8 Punkte (visite scan -v zeigt sie)"), "{text}");
}

/// nmap's document type wants the ports that were asked; and over UDP silence is not the same as over TCP.
#[test]
fn xml_lists_the_ports_that_were_asked() {
    let (assessment, scan) = scan();
    let silent = scan.hosts.iter().find(|host| host.unanswered_ports > 0).expect("a silent device");
    let asked = Asked {
        tcp: vec![22, 80, 81, 443],
        udp: vec![53, 161],
        silent_udp: [(silent.address, 8)].into_iter().collect(),
    };
    let around = Surroundings { asked: Some(asked), ..Surroundings::default() };
    let xml = rendered(Format::Xml, &assessment, &with(&scan, &around, Lang::De));
    assert!(xml.contains("protocol=\"tcp\" numservices=\"4\" services=\"22,80-81,443\""), "{xml}");
    assert!(xml.contains("protocol=\"udp\" numservices=\"2\" services=\"53,161\""), "{xml}");
    let (filtered, open) = (silent.unanswered_ports - 8, "<extraports state=\"open|filtered\" count=\"8\"/>");
    assert!(xml.contains(&format!("<extraports state=\"filtered\" count=\"{filtered}\"/>\n{open}")), "{xml}");
    assert!(!xml.contains("PTR") && xml.contains("<hostname name=\"pvs-server\"/>"));
    // Where the list is not known, nothing is said: an empty one would be wrong.
    let around = Surroundings::default();
    let xml = rendered(Format::Xml, &assessment, &with(&scan, &around, Lang::De));
    assert!(!xml.contains("services=\"\"") && !xml.contains("open|filtered"), "{xml}");
}

//! A practice from recorded facts, judged by the whole catalogue, and every page about it. The names are invented.
//!
//! For the example that writes the pages and for the tests that read them.

mod work;

use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use visite_assess::{Input, assess};
use visite_catalog::{Catalog, Layer};
use visite_facts::scan::{Profile, ScanFile, ScanRecord, ScanSection};
use visite_facts::{Acceptance, Assessment, FactsFile, Lang, Snapshot, SubjectKind};
use visite_report::moment::Calendar;
use visite_scan::import::{Imported, ImportedHost, parse_import};
use visite_server::pages::{self, Account, Brand, Frame, Here, May, Message};
use visite_target::Practice;

/// The morning after the recordings.
const NOW: &str = "2026-11-25T08:00:00Z";

/// Computers with an agent.
const HOSTS: [&str; 5] = [
    "debian-12-server",
    "debian-12-workstation-gnome",
    "ubuntu-24.04-desktop",
    "fedora-43-workstation",
    "opensuse-leap-15.6",
];

/// Everything that the pages are made of.
pub struct Samples {
    now: Timestamp,
    catalog: Catalog,
    practice: Practice,
    assessment: Assessment,
    earlier: Assessment,
    clean: Assessment,
    scan: ScanSection,
    examined: ScanFile,
    rounds: Vec<pages::start::Point>,
    assigned: BTreeMap<String, String>,
}

fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests").join(path)
}

fn facts(path: &str) -> Vec<Snapshot> {
    let bytes = fs::read(repository(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    FactsFile::from_json(&bytes).unwrap_or_else(|error| panic!("{path}: {error}")).0.snapshots
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

impl Samples {
    /// Judges the recorded facts.
    pub fn new() -> Self {
        let now = at(NOW);
        let catalog = visite_catalog::load(&[Layer::embedded()]).expect("the embedded catalogue is valid");
        let yaml = fs::read_to_string(repository("browser/scans/practice.yaml")).expect("the practice file");
        let practice = Practice::from_yaml(&yaml, "practice.yaml").expect("a valid practice file");
        let seen = fs::read(repository("browser/scans/practice.xml")).expect("the scan");
        let guests: Vec<_> = practice
            .zones
            .iter()
            .flatten()
            .filter(|zone| zone.kind == Some(visite_facts::facts::ZoneKind::Guest))
            .flat_map(|zone| zone.networks.iter().flatten().map(|network| network.0))
            .collect();
        let hosts = parse_import(&seen).expect("a readable scan");
        let imported = Imported::together(vec![hosts], &guests, &|_| false, &|_| false);
        let scan = ScanSection {
            hosts: imported.hosts.iter().map(ImportedHost::host).collect(),
            guests: imported.guests,
            left_out: 0,
            beyond: 0,
            record: record(),
        };
        let mut snapshots: Vec<Snapshot> =
            HOSTS.iter().flat_map(|host| facts(&format!("hosts/{host}/facts.json"))).collect();
        snapshots.extend(imported.hosts.iter().map(ImportedHost::snapshot));
        let first = judged(&catalog, &practice, &snapshots, &[], &[], at("2026-11-24T12:00:00Z"));
        let gap = first.findings.iter().rev().nth(3).expect("there are findings");
        let acceptance = Acceptance {
            finding: gap.id.clone(),
            reason: "Das Gerät wird im Januar ersetzt.".to_owned(),
            by: "Dr. Beispiel".to_owned(),
            until: "2027-01-31".parse().expect("a date"),
        };
        let assessment = judged(&catalog, &practice, &snapshots, &[acceptance], &first.findings, now);
        let earlier = judged(&catalog, &practice, &before(&snapshots), &[], &[], at("2026-11-24T12:00:00Z"));
        let clean = judged(&catalog, &practice, &facts("browser/facts/nothing-wrong.json"), &[], &[], now);
        let examined = fs::read(repository("../crates/visite-report/tests/data/scan.json")).expect("a scan");
        let examined = serde_json::from_slice(&examined).expect("the file of a scan");
        let assigned =
            assessment.findings.iter().take(2).map(|gap| (gap.id.clone(), "Kim Muster".to_owned())).collect();
        Self {
            now,
            rounds: rounds(&assessment),
            catalog,
            practice,
            assessment,
            earlier,
            clean,
            scan,
            examined,
            assigned,
        }
    }

    /// How many findings are urgent.
    #[allow(dead_code, reason = "only tests ask")]
    pub fn urgent(&self) -> usize {
        visite_report::overview::open_count(&self.assessment, visite_report::overview::Urgency::Urgent)
    }

    /// The same, with names that somebody chose to do harm.
    #[allow(dead_code, reason = "only tests ask")]
    pub fn hostile() -> Self {
        const NAME: &str = "<img src=x onerror=alert(1)>\u{202e}\u{1b}[2J";
        let mut samples = Self::new();
        for subject in &mut samples.assessment.subjects {
            subject.description = NAME.to_owned();
            if subject.subject.name != "empfang-1" {
                subject.subject.name = NAME.to_owned();
            }
        }
        for finding in &mut samples.assessment.findings {
            finding.title = visite_facts::Text::new(NAME, NAME);
        }
        for host in samples.scan.hosts.iter_mut().chain(&mut samples.examined.section.hosts) {
            host.name = Some(NAME.to_owned());
            host.vendor = Some(NAME.to_owned());
        }
        samples
    }

    /// Every page with the name of its file.
    pub fn pages(&self, lang: Lang) -> Vec<(String, String)> {
        let texts = pages::texts(lang);
        let calendar = Calendar::new(texts, "Europe/Berlin", self.now);
        let frame = self.frame(texts, &calendar);
        let mut all = Vec::new();
        self.overview(&frame, &mut all);
        self.findings(&frame, &mut all);
        self.devices(&frame, &mut all);
        self.gone(&frame, &mut all);
        self.connected(&frame, &mut all);
        self.work(&frame, &mut all);
        self.proof(&frame, &mut all);
        self.governed(&frame, &mut all);
        self.provided(&frame, &mut all);
        self.errors(&frame, &mut all);
        all.into_iter().map(|(name, page)| (name.to_owned(), page)).collect()
    }

    fn frame<'a>(&self, texts: &'a visite_report::texts::Texts, calendar: &'a Calendar<'a>) -> Frame<'a> {
        let open = self.assessment.findings.iter().filter(|finding| visite_report::overview::is_open(finding)).count();
        Frame {
            texts,
            calendar,
            practice: Some(Here { id: "musterpraxis", name: "Praxis Dr. Beispiel", open: Some(open) }),
            account: Some(Account { name: "Kim Muster" }),
            may: May {
                decide: true,
                connect: true,
                govern: true,
                oversee: true,
                provide: false,
                administer: false,
                install: true,
            },
            csrf: "0f1e2d3c4b5a",
            message: None,
            search: "",
            brand: None,
            demo: false,
            version: "0.1.0",
        }
    }

    /// What the server tells about the running job a little later, and that it has ended.
    #[allow(dead_code, reason = "only the example asks")]
    pub fn events(&self, lang: Lang) -> String {
        let texts = pages::texts(lang);
        let calendar = Calendar::new(texts, "Europe/Berlin", self.now);
        let later = pages::jobs::Job {
            steps: Some((201, 256)),
            seconds_left: Some(130),
            now: "Fragt 192.168.20.201: Arbeitsplatz".to_owned(),
            ..work::running()
        };
        let progress = pages::jobs::progress(&self.frame(texts, &calendar), &later).into_string();
        format!("event: progress\ndata: {progress}\n\nevent: end\ndata:\n\n")
    }

    fn overview(&self, frame: &Frame<'_>, all: &mut Vec<(&str, String)>) {
        let view = pages::start::View {
            assessment: Some(&self.assessment),
            reached: Some((18, 19)),
            rounds: &self.rounds,
            next_round: Some(at("2026-11-25T11:30:00Z")),
            running: None,
            set_up: true,
        };
        all.push(("start", frame.render(pages::start::page(frame, &view))));
        let clean = pages::start::View {
            assessment: Some(&self.clean),
            reached: None,
            rounds: &self.rounds[..1],
            next_round: None,
            running: Some("job-7"),
            set_up: false,
        };
        let reader = Frame { may: May::default(), demo: true, ..frame.clone() };
        all.push(("start-clean", reader.render(pages::start::page(&reader, &clean))));
        let nothing = pages::start::View {
            assessment: None,
            reached: None,
            rounds: &[],
            next_round: None,
            running: None,
            set_up: false,
        };
        all.push(("start-empty", frame.render(pages::start::page(frame, &nothing))));
        let search = Frame { search: "ssh", ..frame.clone() };
        let view = pages::search::View { assessment: &self.assessment };
        all.push(("search", search.render(pages::search::page(&search, &view))));
        let search = Frame { search: "Einhorn", ..frame.clone() };
        all.push(("search-nothing", search.render(pages::search::page(&search, &view))));
    }

    fn findings(&self, frame: &Frame<'_>, all: &mut Vec<(&str, String)>) {
        let list = |filter: &pages::findings::Filter, assessment: &Assessment| {
            let view = pages::findings::View { assessment, assigned: &self.assigned, filter };
            frame.render(pages::findings::page(frame, &view))
        };
        all.push(("findings", list(&pages::findings::Filter::default(), &self.assessment)));
        let filter = pages::findings::Filter { q: "zzz".to_owned(), ..Default::default() };
        all.push(("findings-narrow", list(&filter, &self.assessment)));
        all.push(("findings-none", list(&pages::findings::Filter::default(), &self.clean)));
        let people = [
            ("a1".to_owned(), "Dr. Beispiel".to_owned()),
            ("a2".to_owned(), "Kim Muster".to_owned()),
            ("a3".to_owned(), "IT-Service Nord".to_owned()),
        ];
        let first = &self.assessment.findings[0];
        let accepted = self.assessment.findings.iter().find(|finding| finding.acceptance.is_some());
        let scripted = self.assessment.findings.iter().find(|finding| {
            let planned = visite_report::overview::measure_of(&self.assessment, finding);
            planned.is_some_and(|planned| !planned.measure.provider.script.is_empty())
        });
        let shown = [("finding", Some(first)), ("finding-accepted", accepted), ("finding-script", scripted)];
        for (name, finding) in shown {
            let finding = finding.expect("the sample has such a finding");
            let event = |at, kind, by: Option<&str>, note: Option<&str>| pages::finding::Event {
                at,
                kind,
                by: by.map(str::to_owned),
                note: note.map(str::to_owned),
            };
            use pages::finding::EventKind;
            let history = [
                event(finding.first_seen, EventKind::Opened, None, None),
                event(at("2026-11-24T15:10:00Z"), EventKind::Assigned, Some("Dr. Beispiel"), Some("Kim Muster")),
            ];
            let view = pages::finding::View {
                assessment: &self.assessment,
                finding,
                catalog: &self.catalog,
                history: &history,
                people: &people,
                assigned: Some("a2"),
                acceptance_days: (Date::constant(2026, 11, 25), Date::constant(2027, 11, 25)),
            };
            let frame = Frame {
                message: Message::done(frame.texts, if name == "finding" { "assigned" } else { "" }),
                ..frame.clone()
            };
            all.push((name, frame.render(pages::finding::page(&frame, &view))));
        }
        let view = pages::order::View { assessment: &self.assessment, planned: &self.assessment.measures[0] };
        all.push(("order", frame.render(pages::order::page(frame, &view))));
    }

    fn devices(&self, frame: &Frame<'_>, all: &mut Vec<(&str, String)>) {
        let filter = pages::devices::Filter::default();
        let view = pages::devices::View { assessment: &self.assessment, scan: Some(&self.scan), filter: &filter };
        all.push(("devices", frame.render(pages::devices::page(frame, &view))));
        let agents = self.agents();
        let subjects = &self.assessment.subjects;
        let computer = subjects
            .iter()
            .find(|it| it.subject.name == "empfang-1" && it.subject.kind == SubjectKind::Host)
            .expect("a computer");
        let device = subjects.iter().find(|assessed| assessed.subject.kind == SubjectKind::Device);
        for (name, subject) in [("device", computer), ("device-network", device.expect("a device"))] {
            let agent = agents.iter().find(|agent| agent.subject.as_ref() == Some(&subject.subject.id.0));
            let view = pages::device::View { assessment: &self.assessment, subject, scan: Some(&self.scan), agent };
            all.push((name, frame.render(pages::device::page(frame, &view))));
        }
    }

    fn gone(&self, frame: &Frame<'_>, all: &mut Vec<(&str, String)>) {
        let kept: Vec<_> = self.assessment.findings.iter().take(2).collect();
        let page = pages::device::not_judged(frame, "empfang-alt", at("2026-10-02T09:14:00Z"), &kept);
        all.push(("device-gone", frame.render(page)));
    }

    fn agents(&self) -> Vec<pages::agents::Agent> {
        use pages::agents::State;
        let hosts = self.assessment.subjects.iter().filter(|it| it.subject.kind == SubjectKind::Host);
        let agent = |(index, assessed): (usize, &visite_facts::AssessedSubject)| pages::agents::Agent {
            id: format!("agent-{index}"),
            subject: Some(assessed.subject.id.0.clone()),
            name: assessed.subject.name.clone(),
            state: [State::Active, State::Active, State::Silent, State::Active, State::Revoked][index % 5],
            last_seen: Some(assessed.observed_at),
            certificate_until: Some(at("2027-02-22T08:00:00Z")),
            version: "0.1.0".to_owned(),
            gap: index == 2,
            medical: index == 3,
        };
        hosts.enumerate().map(agent).collect()
    }

    fn connected(&self, frame: &Frame<'_>, all: &mut Vec<(&str, String)>) {
        let agents = self.agents();
        let expires = at("2026-11-26T08:00:00Z");
        let waiting = [pages::agents::Enrolment { name: "Sono 2".to_owned(), expires }];
        let made = pages::agents::Made {
            name: "Anmeldung 2",
            command: "sudo visite agent install --server https://visite.musterpraxis.example:8444 --token \
                      vt1.4b9s2kq7w1e8r5t6z3u0i9o8p7a6s5d4f3g2h1j0k9l8.9f86d081884c7d65",
            expires,
        };
        let view = pages::agents::View { agents: &agents, enrolments: &waiting, made: Some(made), unreachable: None };
        all.push(("agents", frame.render(pages::agents::page(frame, &view))));
        let call = "visite serve --listen 0.0.0.0:8443 --agent-listen 0.0.0.0:8444 --public-url https://NAME:8443";
        let view = pages::agents::View { agents: &[], enrolments: &[], made: None, unreachable: Some(call) };
        all.push(("agents-none", frame.render(pages::agents::page(frame, &view))));
    }

    fn errors(&self, frame: &Frame<'_>, all: &mut Vec<(&str, String)>) {
        use pages::errors::{Error, page};
        let outside = Frame { practice: None, account: None, may: May::default(), ..frame.clone() };
        all.push(("error-missing", frame.render(page(frame, Error::NotFound, None))));
        all.push(("error-forbidden", frame.render(page(frame, Error::Forbidden, None))));
        all.push(("error-internal", frame.render(page(frame, Error::Internal, Some("7f3a-0912")))));
        all.push(("error-store", outside.render(page(&outside, Error::StoreAway, Some("7f3a-0913")))));
        all.push(("error-signed-out", outside.render(page(&outside, Error::SignedOut, None))));
        let brand = Brand {
            name: "IT-Service Nord".to_owned(),
            phone: "040 000000".to_owned(),
            mail: "hilfe@it-nord.example".to_owned(),
            logo: false,
        };
        let branded = Frame {
            brand: Some(&brand),
            message: Some(Message::problem(
                "Das Logo ist größer als 200 KB. Verkleinern Sie es, und laden Sie es noch einmal hoch.",
            )),
            ..frame.clone()
        };
        all.push(("error-large", branded.render(page(&branded, Error::TooLarge, None))));
        all.push(("error-many", frame.render(page(frame, Error::TooMany, None))));
        all.push(("error-bad", frame.render(page(frame, Error::BadRequest, None))));
    }
}

fn judged(
    catalog: &Catalog,
    practice: &Practice,
    snapshots: &[Snapshot],
    acceptances: &[Acceptance],
    previous: &[visite_facts::Finding],
    now: Timestamp,
) -> Assessment {
    assess(&Input { catalog, practice: Some(practice), snapshots, acceptances, previous, now })
}

/// What there was before: the last computer was not there yet.
fn before(snapshots: &[Snapshot]) -> Vec<Snapshot> {
    snapshots.iter().filter(|snapshot| snapshot.subject.name != "server-1").cloned().collect()
}

/// The record of a scan whose result another program handed over.
fn record() -> ScanRecord {
    ScanRecord {
        authorised_by: "Dr. Beispiel".to_owned(),
        release: Some("freigabe-1".to_owned()),
        logins: false,
        profile: Profile::Practice,
        targets: vec!["192.168.10.0/24".to_owned(), "192.168.20.0/24".to_owned()],
        excluded: Vec::new(),
        seen_from: vec!["192.168.20.0/24".to_owned()],
        ports: "practice (118 TCP, 21 UDP)".to_owned(),
        started_at: at("2026-11-24T10:38:00Z"),
        finished_at: at("2026-11-24T11:40:00Z"),
        interrupted: false,
        packets: BTreeMap::from([("syn".to_owned(), 28_412)]),
        dialogues: BTreeMap::from([("http".to_owned(), 9)]),
        packets_per_second: 100,
    }
}

/// Rounds before the newest one, with gaps that were closed one after the other.
fn rounds(newest: &Assessment) -> Vec<pages::start::Point> {
    use visite_report::overview::{Urgency, open_count};
    let count = |urgency| u32::try_from(open_count(newest, urgency)).unwrap_or(u32::MAX);
    let (urgent, act, occasion) = (count(Urgency::Urgent), count(Urgency::Act), count(Urgency::Occasion));
    let summary = &newest.summary;
    let round = |index: u32| {
        let before = 9 - index;
        pages::start::Point {
            round: format!("round-{index}"),
            at: newest.round.at - jiff::SignedDuration::from_hours(i64::from(before) * 72),
            points: summary.points - before,
            checked: summary.checked - before.min(summary.checked),
            urgent: urgent + before * 2 / 3,
            act: act + before / 2,
            occasion: occasion + before / 4,
        }
    };
    (0..=9).map(round).collect()
}

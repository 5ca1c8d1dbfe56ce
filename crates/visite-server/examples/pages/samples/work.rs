//! Pages about work, proof, settings, and those of a provider.

use super::{Samples, at};
use jiff::civil::Date;
use visite_report::{Room, Surroundings};
use visite_server::pages::{self, Brand, Frame, May};
use visite_server::policies::{ALL, Policy};
use visite_store::Role;

impl Samples {
    pub(super) fn work(&self, frame: &Frame<'_>, all: &mut Vec<(&str, String)>) {
        use pages::jobs::{Job, State};
        let running = running();
        let failed = Job {
            finished: Some(at("2026-11-25T07:58:00Z")),
            problem: Some(
                "Der Computer „labor-1“ war ausgeschaltet. Schalten Sie ihn ein; Visite versucht es dann wieder."
                    .to_owned(),
            ),
            ..job("job-6", "labor-1 nachmessen", State::Failed, "")
        };
        let done = Job {
            finished: Some(at("2026-11-25T07:59:00Z")),
            ..job("job-5", "Visite", State::Done, "19 Geräte beurteilt, 26 Feststellungen offen")
        };
        let waiting = job("job-8", "Visite in der Mittagspause", State::Waiting, "Beginnt um 12:30 Uhr");
        let jobs = [running.clone(), waiting, failed.clone(), done.clone()];
        all.push(("jobs", frame.render(pages::jobs::page(frame, &jobs))));
        all.push(("jobs-none", frame.render(pages::jobs::page(frame, &[]))));
        for (name, job) in [("job", running), ("job-failed", failed), ("job-done", done)] {
            all.push((name, frame.render(pages::jobs::job(frame, &job))));
        }
        all.push(("measures", frame.render(pages::measures::page(frame, &self.assessment))));
        all.push(("measures-none", frame.render(pages::measures::page(frame, &self.clean))));
        let planned = &self.assessment.measures[0];
        all.push(("measure", frame.render(pages::measures::measure(frame, &self.assessment, planned))));
    }

    pub(super) fn proof(&self, frame: &Frame<'_>, all: &mut Vec<(&str, String)>) {
        let view = pages::rounds::View { rounds: &self.rounds, running: None };
        all.push(("rounds", frame.render(pages::rounds::page(frame, &view))));
        let none = pages::rounds::View { rounds: &[], running: Some("job-7") };
        all.push(("rounds-none", frame.render(pages::rounds::page(frame, &none))));
        all.push(("compare", frame.render(pages::compare::page(frame, &self.earlier, &self.assessment))));
        let filter = pages::checks::Filter::default();
        all.push(("checks", frame.render(pages::checks::page(frame, &self.assessment, &filter))));
        for (name, id) in [("check", "screen-lock-missing"), ("check-nowhere", "dicom-association-unencrypted")] {
            let known = if self.catalog.checks.contains_key(id) { id } else { &self.assessment.findings[0].check };
            let page = pages::checks::check(frame, &self.assessment, &self.catalog, known).expect("a known check");
            all.push((name, frame.render(page)));
        }
        let filter = pages::requirements::Filter::default();
        let page = pages::requirements::page(frame, &self.assessment, &self.catalog, &filter);
        all.push(("requirements", frame.render(page)));
        let around = self.surroundings();
        let release = |id: &str, networks: &str, running: Option<&str>| pages::network::Release {
            id: id.to_owned(),
            networks: networks.to_owned(),
            until: jiff::civil::date(2027, 11, 23),
            running: running.map(str::to_owned),
        };
        let releases = [
            release("freigabe-1", "192.168.10.0/24, 192.168.20.0/24", Some("job-7")),
            release("freigabe-2", "192.168.40.0/24", None),
        ];
        let view = pages::network::View {
            assessment: Some(&self.examined.assessment),
            scan: Some(&self.examined.section),
            around: &around,
            releases: &releases,
        };
        all.push(("network", frame.render(pages::network::page(frame, &view))));
        let view = pages::network::View { assessment: None, scan: None, around: &around, releases: &[] };
        all.push(("network-none", frame.render(pages::network::page(frame, &view))));
        let view = pages::network::View { releases: &releases[1..], ..view };
        all.push(("network-released", frame.render(pages::network::page(frame, &view))));
        use pages::sockets::{Socket, State};
        let socket = |label: &str, room: &str, zone: Option<&str>, state| Socket {
            label: label.to_owned(),
            room: room.to_owned(),
            zone: zone.map(str::to_owned),
            state,
            measured: zone.map(|_| self.now),
        };
        let sockets = [
            socket("12", "Wartezimmer", Some("Server"), State::Forbidden),
            socket("3", "Anmeldung", Some("Anmeldung und Verwaltung"), State::Wanted),
            socket("7", "Flur", Some("–"), State::Dead),
            socket("8", "Sono", None, State::NotMeasured),
        ];
        all.push(("sockets", frame.render(pages::sockets::page(frame, &sockets))));
        all.push(("sockets-none", frame.render(pages::sockets::page(frame, &[]))));
    }

    /// The zones of the practice, as the program makes them from its file.
    fn surroundings(&self) -> Surroundings {
        let rooms = self.practice.zones.iter().flatten().map(|zone| Room {
            name: zone.name.clone(),
            kind: zone.kind,
            networks: zone.networks.iter().flatten().map(|network| network.0).collect(),
        });
        Surroundings { rooms: rooms.collect(), changes: None, asked: None }
    }

    pub(super) fn governed(&self, frame: &Frame<'_>, all: &mut Vec<(&str, String)>) {
        use pages::setup::{STEPS, Step, View};
        let steps = STEPS.iter().map(|(step, name)| (*step, format!("setup-{name}")));
        for (step, name) in steps.chain([(Step::Done, "setup-done".to_owned())]) {
            let view = View {
                step,
                name: "Praxis Dr. Beispiel".to_owned(),
                size: "small".to_owned(),
                telematics: String::new(),
                care: "provider".to_owned(),
                networks: vec!["192.168.20.0/24".to_owned()],
                may_provide: true,
            };
            let page = frame.render(pages::setup::page(frame, &view));
            let name = ["setup-name", "setup-size", "setup-telematics", "setup-care", "setup-release", "setup-done"]
                .into_iter()
                .find(|known| *known == name)
                .expect("a known step");
            all.push((name, page));
        }
        let settings = pages::settings::View {
            name: "Praxis Dr. Beispiel".to_owned(),
            size: "small".to_owned(),
            telematics: "parallel".to_owned(),
            care: "provider".to_owned(),
            lunch: "12:30".to_owned(),
            night: "02:00".to_owned(),
            alerts: "praxis@beispiel.example".to_owned(),
            releases: vec![pages::settings::Release {
                id: "r1".to_owned(),
                networks: "192.168.20.0/24".to_owned(),
                by: "Dr. Beispiel".to_owned(),
                until: Some(Date::constant(2027, 6, 30)),
            }],
            access: Some(pages::settings::Access {
                name: "IT-Service Nord".to_owned(),
                until: Date::constant(2027, 3, 31),
            }),
        };
        all.push(("settings", frame.render(pages::settings::page(frame, &settings))));
        self.programs(frame, all);
        let entry = |number, at: &str, who: &str, what: &str| pages::audit::Entry {
            number,
            at: at.parse().expect("a time"),
            who: who.to_owned(),
            what: what.to_owned(),
        };
        let entries = [
            entry(4711, "2026-11-25T07:56:00Z", "Kim Muster", "Untersuchung des Netzes 192.168.20.0/24 begonnen"),
            entry(4710, "2026-11-24T15:10:00Z", "Dr. Beispiel", "Feststellung „server-1“ Kim Muster zugeordnet"),
            entry(4709, "2026-11-24T15:02:00Z", "Visite", "Visite abgeschlossen: 26 Feststellungen offen"),
        ];
        let filter = pages::audit::Filter::default();
        for (name, chain) in [("audit", Ok(4711)), ("audit-broken", Err(4710))] {
            let view = pages::audit::View { entries: &entries, chain, more: true, filter: &filter };
            all.push((name, frame.render(pages::audit::page(frame, &view))));
        }
    }

    pub(super) fn provided(&self, frame: &Frame<'_>, all: &mut Vec<(&str, String)>) {
        let brand = Brand {
            name: "IT-Service Nord".to_owned(),
            phone: "040 000000".to_owned(),
            mail: "hilfe@it-nord.example".to_owned(),
            logo: false,
        };
        let may = May {
            decide: true,
            connect: true,
            govern: false,
            oversee: true,
            provide: true,
            administer: true,
            install: true,
        };
        let frame = &Frame { practice: None, may, brand: Some(&brand), ..frame.clone() };
        let practice = |id: &str, name: &str, urgent, act, silent, last: Option<&str>| pages::practices::Row {
            id: id.to_owned(),
            name: name.to_owned(),
            urgent,
            act,
            occasion: if last.is_some() { 2 } else { 0 },
            checked: if last.is_some() { 129 } else { 0 },
            points: if last.is_some() { 165 } else { 0 },
            silent,
            last_round: last.map(at),
        };
        let practices = [
            practice("anders", "Augenzentrum am Markt", 0, 4, 0, Some("2026-11-25T06:00:00Z")),
            practice("musterpraxis", "Praxis Dr. Beispiel", 4, 16, 1, Some("2026-11-25T08:00:00Z")),
            practice("neu", "Kinderarztpraxis Sonnenhof", 0, 0, 0, None),
            practice("mvz", "MVZ Musterstadt", 1, 9, 3, Some("2026-11-24T22:00:00Z")),
        ];
        let filter = pages::practices::Filter::default();
        all.push(("practices", frame.render(pages::practices::page(frame, &practices, &filter))));
        all.push(("practices-none", frame.render(pages::practices::page(frame, &[], &filter))));
        let policy = |policy: Policy| {
            let (title, text) = policy.texts();
            let choices = policy.choices().into_iter();
            pages::policies::Policy {
                id: policy.word().to_owned(),
                title: title.get(frame.lang()).to_owned(),
                text: text.get(frame.lang()).to_owned(),
                value: policy.choices().first().map_or("", |(word, _)| word).to_owned(),
                choices: choices.map(|(word, name)| (word.to_owned(), name.get(frame.lang()).to_owned())).collect(),
                exceptions: Vec::new(),
            }
        };
        let mut policies = ALL.map(policy);
        policies[0].exceptions.push(pages::policies::Exception {
            id: "mvz".to_owned(),
            practice: "MVZ Musterstadt".to_owned(),
            reason: "Umstellung im Januar".to_owned(),
            until: Date::constant(2027, 1, 31),
        });
        let names = [
            ("musterpraxis".to_owned(), "Praxis Dr. Beispiel".to_owned()),
            ("mvz".to_owned(), "MVZ Musterstadt".to_owned()),
        ];
        all.push(("policies", frame.render(pages::policies::page(frame, &policies, &names))));
        all.push(("import", frame.render(pages::import::page(frame, None))));
        let line = |number, name: &str, size: &str, problem: Option<&str>| pages::import::Line {
            number,
            name: name.to_owned(),
            place: "Hamburg".to_owned(),
            size: size.to_owned(),
            problem: problem.map(str::to_owned),
        };
        let lines = [
            line(2, "Praxis am Park", "klein", None),
            line(3, "Praxis am Hafen", "riesig", Some("Die Größe ist klein, mittel oder groß.")),
        ];
        let preview = pages::import::Preview { token: "t1", lines: &lines };
        all.push(("import-preview", frame.render(pages::import::page(frame, Some(&preview)))));
        all.push(("branding", frame.render(pages::branding::page(frame, &brand))));
        let member = |id: &str, name: &str, role, practices, waiting| pages::team::Member {
            id: id.to_owned(),
            name: name.to_owned(),
            email: format!("{id}@it-nord.example"),
            role,
            practices,
            waiting,
            own: id == "kim",
        };
        let members = vec![
            member("kim", "Kim Muster", Role::ProviderAdmin, 4, false),
            member("alex", "Alex Beispiel", Role::Technician, 3, false),
            member("sam", "Sam Probe", Role::Technician, 3, true),
        ];
        let link = "https://visite.it-nord.example/invitation/0123456789abcdef".to_owned();
        for (name, link) in [("team", None), ("team-link", Some(("Sam Probe".to_owned(), link)))] {
            let view = pages::team::View { members: members.clone(), link };
            all.push((name, frame.render(pages::team::page(frame, &view))));
        }
        let kept = pages::mail::View {
            host: "smtp.it-nord.example".to_owned(),
            port: String::new(),
            security: "starttls".to_owned(),
            user: "visite".to_owned(),
            has_password: true,
            from: "Visite <visite@it-nord.example>".to_owned(),
            kept: true,
            to: "kim@it-nord.example".to_owned(),
        };
        let none = pages::mail::View { security: "tls".to_owned(), ..pages::mail::View::default() };
        for (name, view) in [("mail", &kept), ("mail-none", &none)] {
            all.push((name, frame.render(pages::mail::page(frame, view))));
        }
        let back = "https://visite.it-nord.example/login/oidc/return".to_owned();
        let kept = pages::service::View {
            issuer: "https://login.it-nord.example/realms/praxen".to_owned(),
            client: "visite".to_owned(),
            has_secret: true,
            label_de: "Mit IT-Nord-Konto anmelden".to_owned(),
            label_en: "Sign in with your IT-Nord account".to_owned(),
            second_factor: "mfa".to_owned(),
            certificate: String::new(),
            kept: true,
            linked: 3,
            back: back.clone(),
        };
        let none = pages::service::View { back, ..pages::service::View::default() };
        for (name, view) in [("sign-in-service", &kept), ("sign-in-service-none", &none)] {
            all.push((name, frame.render(pages::service::page(frame, view))));
        }
        let fingerprint = (0..32_u8).map(|byte| format!("{:02X}", byte * 7 + 11)).collect::<Vec<_>>().join(":");
        for (name, fingerprint, reachable) in
            [("certificate", Some(fingerprint.clone()), true), ("certificate-given", None, true)]
        {
            let address = "https://praxis-server:8443".to_owned();
            let view = pages::certificate::View { address, fingerprint, reachable };
            all.push((name, frame.render(pages::certificate::page(frame, &view))));
        }
    }
}

impl Samples {
    fn programs(&self, frame: &Frame<'_>, all: &mut Vec<(&str, String)>) {
        use pages::hooks::{Hook, Hooks};
        use pages::programs::{Made, Token, View, page};
        use visite_server::api::scope::Scope;
        use visite_server::hooks::HookEvent;
        let token = |name: &str, ended| Token {
            id: "0a".to_owned(),
            name: name.to_owned(),
            scopes: vec![Scope::FindingsRead, Scope::FindingsWrite, Scope::DevicesRead],
            by: "Dr. Kim Beispiel".to_owned(),
            expires: at(if ended { "2026-11-01T08:00:00Z" } else { "2027-02-23T08:00:00Z" }),
            ended,
            last_used: (!ended).then(|| at("2026-11-25T07:40:00Z")),
        };
        let tokens = [token("Ticketsystem", false), token("Alte Auswertung", true)];
        let hooks = Hooks {
            all: vec![Hook {
                id: "w".to_owned(),
                address: "https://tickets.example/visite".to_owned(),
                events: vec![HookEvent::FindingOpened, HookEvent::RoundFinished],
            }],
            made: None,
        };
        let made = Made { name: "Ticketsystem", token: "vst_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc" };
        let view = View { tokens: &tokens, made: Some(made), overall: false, may_overall: true, hooks, private: false };
        all.push(("programs", frame.render(page(frame, &view))));
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned();
        let hooks = Hooks { made: Some(("https://tickets.example/visite".to_owned(), secret)), all: Vec::new() };
        let view = View { tokens: &[], made: None, overall: false, may_overall: false, hooks, private: false };
        all.push(("programs-none", frame.render(page(frame, &view))));
        let hooks = Hooks::default();
        let view = View { tokens: &tokens, made: None, overall: true, may_overall: true, hooks, private: true };
        all.push(("programs-overall", frame.render(page(frame, &view))));
    }
}

fn job(id: &str, title: &str, state: pages::jobs::State, now: &str) -> pages::jobs::Job {
    pages::jobs::Job {
        id: id.to_owned(),
        title: title.to_owned(),
        state,
        since: at("2026-11-25T07:56:00Z"),
        finished: None,
        steps: None,
        now: now.to_owned(),
        seconds_left: None,
        by: None,
        problem: None,
    }
}

/// A job that runs.
pub(super) fn running() -> pages::jobs::Job {
    let now = "Fragt 192.168.20.118: Drucker";
    pages::jobs::Job {
        steps: Some((118, 256)),
        seconds_left: Some(410),
        by: Some("Kim Muster".to_owned()),
        ..job("job-7", "Netz 192.168.20.0/24 untersuchen", pages::jobs::State::Running, now)
    }
}

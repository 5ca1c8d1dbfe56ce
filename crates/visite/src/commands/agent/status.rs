//! `visite agent status`: how the agent is, from its own files; nobody is asked.

use super::identity_failure;
use crate::failure::Failure;
use crate::output;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::process::ExitCode;
use visite_agent::enrolment::certificate_of;
use visite_agent::identity::{Home, Identity};
use visite_agent::status::Status;
use visite_facts::Lang;

/// Runs the command.
pub fn run(home: &Home, lang: Lang) -> Result<ExitCode, Failure> {
    let identity = home.read().map_err(|error| identity_failure(&error))?;
    let status = Status::read(home).map_err(|error| Failure::reading(&home.status(), &error))?;
    // Whoever holds the lock is at work.
    let working = home.lock().is_err();
    output::to_stdout(text(&identity, &status, working, lang).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn text(identity: &Identity, status: &Status, working: bool, lang: Lang) -> String {
    let (de, none) = (lang == Lang::De, if lang == Lang::De { "noch nie" } else { "never" });
    let time = |time: Option<Timestamp>| time.map_or(none.to_owned(), |time| shown(time, lang));
    let until = certificate_of(&identity.credentials).ok().map(|certificate| certificate.not_after);
    let yes = |yes| match (yes, lang) {
        (true, Lang::De) => "ja",
        (false, Lang::De) => "nein",
        (true, Lang::En) => "yes",
        (false, Lang::En) => "no",
    };
    let mut lines = vec![
        ("Server", identity.server.to_string()),
        (if de { "Angemeldet als" } else { "Enrolled as" }, identity.name.to_string()),
        (if de { "Läuft" } else { "Running" }, yes(working).to_owned()),
        (if de { "Zuletzt angesehen" } else { "Last look" }, time(status.looked_at)),
        (if de { "Zuletzt geliefert" } else { "Last delivery" }, time(status.delivered_at)),
        (if de { "Wartende Lieferungen" } else { "Deliveries waiting" }, status.waiting.to_string()),
        (if de { "Zertifikat gültig bis" } else { "Certificate valid until" }, time(until)),
    ];
    if let Some(relay) = &identity.relay {
        lines.insert(1, (if de { "Über" } else { "Through" }, relay.clone()));
    }
    if status.dropped > 0 {
        let name = if de { "Unbekanntes vom Server" } else { "Unknown from the server" };
        lines.push((name, status.dropped.to_string()));
    }
    if let Some(problem) = &status.problem {
        lines.push(("Problem", problem.get(lang).to_owned()));
    }
    lines.into_iter().fold(String::new(), |text, (name, value)| format!("{text}{name}: {value}\n"))
}

/// A time as people of the practice read it.
fn shown(time: Timestamp, lang: Lang) -> String {
    let format = match lang {
        Lang::De => "%d.%m.%Y, %H:%M Uhr",
        Lang::En => "%-d %B %Y, %H:%M",
    };
    TimeZone::system().to_datetime(time).strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use visite_agent::identity::Credentials;
    use visite_agent::protocol::{MedicalDevice, Schedule, parse_agent_name};
    use visite_facts::Text;

    #[test]
    fn what_holds_the_agent_up_is_told() {
        let identity = Identity {
            server: "https://praxis-server".parse().expect("an URL"),
            relay: Some("10.0.0.1:8444".to_owned()),
            name: parse_agent_name("agent:p/a").expect("a name"),
            credentials: Credentials { key: String::new(), certificate: String::new(), ca: String::new() },
            epoch: 1,
            schedule: Schedule::default(),
            medical_device: MedicalDevice::No,
        };
        let problem = Some(Text::new("Die Festplatte ist voll", "the disk is full"));
        let status = Status { waiting: 3, problem, ..Status::default() };
        assert_eq!(
            text(&identity, &status, false, Lang::De),
            "Server: https://praxis-server:8444\nÜber: 10.0.0.1:8444\nAngemeldet als: agent:p/a\nLäuft: nein\n\
             Zuletzt angesehen: noch nie\nZuletzt geliefert: noch nie\nWartende Lieferungen: 3\n\
             Zertifikat gültig bis: noch nie\nProblem: Die Festplatte ist voll\n"
        );
        assert!(text(&identity, &status, true, Lang::En).contains("Running: yes\nLast look: never\n"));
    }
}

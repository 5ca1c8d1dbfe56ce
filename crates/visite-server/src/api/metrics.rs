//! The figures of the server, as Prometheus reads them.
//!
//! Counts over all practices and nothing about a single one: who reads them looks after the server. They need a token also
//! on the machine itself, for behind a proxy everybody seems to come from there.

use crate::jobs::plan::Kind;
use crate::show::practices::silent as silent_agents;
use crate::web::app::App;
use crate::web::refusal::Refusal;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use std::collections::BTreeMap;
use std::fmt::{Display, Write};
use visite_facts::{Severity, Word};

/// The text format of Prometheus.
pub const KIND: &str = "text/plain; version=0.0.4";

/// Families of figures, as they are written.
#[derive(Default)]
struct Text(String);

impl Text {
    /// A family: what it is, and its figures by label.
    fn family<L: Display, V: Display>(&mut self, name: &str, kind: &str, help: &str, figures: &[(L, V)]) {
        // Writing to a text cannot fail.
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
        for (label, value) in figures {
            let _ = writeln!(self.0, "{name}{label} {value}");
        }
    }
}

/// `GET /metrics`
pub async fn show(State(app): State<App>) -> Result<impl IntoResponse, Refusal> {
    let now = app.now();
    let overview = app.store().overview().await?;
    let mut open: BTreeMap<Severity, u64> =
        Severity::ALL.iter().filter_map(|word| Some((Severity::from_word(word)?, 0))).collect();
    let (mut alerts, mut active, mut silent, mut oldest) = (0, 0, 0, None);
    for seen in &overview {
        for (severity, count) in &seen.open {
            *open.entry(*severity).or_default() += count;
        }
        alerts += seen.alerts;
        active += seen.agents;
        silent += u64::from(silent_agents(&app, now, seen).await?);
        if let Some(round) = &seen.round {
            oldest = Some(oldest.map_or(round.at, |oldest: jiff::Timestamp| oldest.min(round.at)));
        }
    }
    let mut text = Text::default();
    let version = format!("{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"));
    text.family("visite_build_info", "gauge", "The version that runs.", &[(version, 1)]);
    let started = [("", app.counts().started.as_second())];
    text.family("visite_start_time_seconds", "gauge", "When the server started, seconds since 1970.", &started);
    text.family("visite_practices", "gauge", "Practices that are not deleted.", &[("", overview.len())]);
    let open: Vec<_> = open.iter().map(|(severity, count)| (format!("{{severity=\"{severity}\"}}"), count)).collect();
    text.family("visite_open_findings", "gauge", "Open findings of all practices.", &open);
    text.family("visite_agents", "gauge", "Agents that may deliver.", &[("", active)]);
    text.family("visite_agents_silent", "gauge", "Agents not heard for more than three days.", &[("", silent)]);
    text.family("visite_alerts_open", "gauge", "Alerts that are not over.", &[("", alerts)]);
    let oldest: Vec<_> = oldest.map(|at| ("", at.as_second())).into_iter().collect();
    text.family(
        "visite_oldest_last_round_seconds",
        "gauge",
        "Time of the last round of the practice whose last round is the oldest.",
        &oldest,
    );
    let jobs = app.store().open_jobs(Kind::ALL, now).await?;
    let jobs = [("{state=\"due\"}", jobs.0), ("{state=\"running\"}", jobs.1)];
    text.family("visite_jobs", "gauge", "Jobs that could begin, and that are under way.", &jobs);
    let requests = app.counts().requests();
    let requests: Vec<_> = requests.iter().map(|(class, count)| (format!("{{status=\"{class}xx\"}}"), count)).collect();
    text.family("visite_http_requests_total", "counter", "Requests answered by this node.", &requests);
    Ok(([(CONTENT_TYPE, KIND)], text.0))
}

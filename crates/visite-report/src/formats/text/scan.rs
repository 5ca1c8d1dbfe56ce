//! What a scan adds to the text: what changed, devices with their services, what was not looked at, and the record.

use super::Report;
use super::page::{Page, Style};
use crate::network::{self, Changes};
use crate::{Detail, Surroundings};
use visite_facts::scan::{ScanSection, ScannedHost};

/// Most devices that are listed without `-v`.
const DEVICES: usize = 60;

/// Most changes that are listed without `-v`.
const CHANGES: usize = 12;

/// What changed since an earlier scan; stands in front of everything, for it is the news.
pub(super) fn news(report: &Report<'_>, page: &mut Page) {
    let Some(changes) = report.options.surroundings.and_then(|around: &Surroundings| around.changes.as_ref()) else {
        return;
    };
    page.blank();
    let when = report.calendar.when(changes.since);
    page.paragraph(Style::Bold, 0, &network::changed(report.texts, changes, &when));
    lines(report, page, changes);
}

fn lines(report: &Report<'_>, page: &mut Page, changes: &Changes) {
    let lines = network::change_lines(report.texts, changes);
    let limit = if report.options.detail == Detail::Verbose { usize::MAX } else { CHANGES };
    for (label, what) in lines.iter().take(limit) {
        let line = if label.is_empty() { what.clone() } else { format!("{label}: {what}") };
        page.paragraph(Style::Plain, 2, &line);
    }
    if lines.len() > limit {
        let more = report.texts.fill("and-more", [("n", (lines.len() - limit).into())]);
        page.paragraph(Style::Plain, 2, &format!("… {more}"));
    }
}

/// Devices, what was not looked at, guests and the record.
pub(super) fn write(report: &Report<'_>, page: &mut Page, scan: &ScanSection) {
    let texts = report.texts;
    page.blank();
    page.paragraph(Style::Bold, 0, &texts.say("group-devices"));
    if scan.hosts.is_empty() {
        page.paragraph(Style::Plain, 2, &texts.say("scan-no-devices"));
    }
    let verbose = report.options.detail == Detail::Verbose;
    let limit = if verbose { usize::MAX } else { DEVICES };
    for host in scan.hosts.iter().take(limit) {
        device(report, page, host);
    }
    if scan.hosts.len() > limit {
        let more = texts.fill("and-more", [("n", (scan.hosts.len() - limit).into())]);
        page.paragraph(Style::Bold, 2, &format!("… {more} ({} -v)", super::short(report.options.command)));
    }
    for counted in network::only_counted(texts, scan) {
        page.paragraph(Style::Plain, 2, &counted);
    }
    left_out(report, page, scan);
    page.blank();
    page.items(Style::Plain, 0, &network::record(texts, scan));
    if verbose {
        for (label, value) in network::record_details(texts, scan) {
            page.paragraph(Style::Dim, 2, &format!("{label}: {value}"));
        }
    }
}

fn device(report: &Report<'_>, page: &mut Page, host: &ScannedHost) {
    let texts = report.texts;
    let mut items = vec![host.address.to_string()];
    items.extend(network::called(host).map(str::to_owned));
    items.push(network::class(texts, host.class));
    items.extend(network::make(host));
    page.items(Style::Bold, 2, &items);
    let verbose = report.options.detail == Detail::Verbose;
    if verbose {
        in_detail(report, page, host);
    } else {
        let services = network::services(texts, host);
        page.items(Style::Plain, 4, &services);
    }
    if !host.finished {
        page.paragraph(Style::Plain, 4, &texts.say("scan-unfinished"));
    }
}

/// One line a service, and everything else that is known about the device.
fn in_detail(report: &Report<'_>, page: &mut Page, host: &ScannedHost) {
    let texts = report.texts;
    let others = host.addresses.iter().filter(|address| **address != host.address).map(ToString::to_string);
    let mut more: Vec<String> = host.mac.iter().cloned().chain(others).collect();
    more.extend(host.names.iter().filter(|name| network::called(host) != Some(name.as_str())).cloned());
    if host.unanswered_ports > 0 {
        let counts = [("n", host.unanswered_ports.into()), ("asked", host.asked_ports.into())];
        more.push(texts.fill("scan-label-silent", counts));
    }
    page.items(Style::Dim, 4, &more);
    for service in network::open(host) {
        let mut items = vec![network::service(texts, service)];
        if let Some(tls) = &service.tls {
            if !tls.versions.is_empty() {
                let versions = tls.versions.join(", ").into();
                items.push(texts.fill("scan-label-versions", [("versions", versions)]));
            }
            items
                .extend(tls.certificate_not_after.map(|until| {
                    texts.fill("scan-label-certificate", [("until", report.calendar.when(until).into())])
                }));
        }
        page.items(Style::Plain, 4, &items);
    }
}

/// What was open but not looked at, and what gave no answer.
fn left_out(report: &Report<'_>, page: &mut Page, scan: &ScanSection) {
    let reasons = network::not_examined(report.texts, scan);
    let unanswered = network::unanswered(report.texts, scan);
    if reasons.is_empty() && unanswered.is_none() {
        return;
    }
    page.blank();
    page.paragraph(Style::Bold, 0, &report.texts.say("group-not-examined"));
    for (what, how) in reasons {
        page.paragraph(Style::Plain, 2, &what);
        page.paragraph(Style::Plain, 4, &how);
    }
    if let Some(unanswered) = unanswered {
        page.paragraph(Style::Plain, 2, &unanswered);
    }
}

//! What a running practice must never feel.

use super::Lab;
use serde_json::Value as Json;
use std::process::Stdio;
use std::time::Duration;

fn laptop<'j>(counters: &'j Json, zone: &str) -> &'j Json {
    &counters["laptops"][format!("laptop-{zone}")]
}

#[test]
fn root_in_a_running_practice_at_most_two_hundred_packets_a_second() {
    let lab = Lab::up("flat");
    lab.run("counters", &["reset"]);
    let (path, result) = lab.scan("office", &["10.77.0.1-63", "--ports", "practice,4711,8445,8446,2576"]);
    let counters = lab.json("counters", &[]);
    let sent = laptop(&counters, "office");
    assert_eq!(sent["missed"], 0, "the recorder saw everything");
    let peak = sent["peak_per_second"].as_u64().expect("a number");
    assert!(peak <= 200, "{peak} packets in a second");
    let own = result["record"]["packets"].as_object().expect("packets").values().filter_map(Json::as_u64).sum::<u64>();
    let counted = sent["packets"].as_u64().expect("a number");
    assert!(counted <= own + own / 10 + 50, "{counted} were sent, {own} are in the record");
    assert_eq!(lab.differences(&path, "office", &["--gentle", "--within", "10.77.0.0/26", "--only-v4"]), "");
    assert_nothing_forbidden(&counters);
    assert_eq!(filled(&counters, &[]), "");
}

#[test]
fn root_printers_listeners_and_the_telematics_network_are_left_alone() {
    let lab = Lab::up("flat");
    lab.run("counters", &["reset"]);
    lab.scan("office", &["10.77.0.33", "10.77.0.60-73", "--profile", "fast", "--ports", "all", "--allow-logins"]);
    let counters = lab.json("counters", &[]);
    assert_nothing_forbidden(&counters);
    // The fast profile speaks with everybody, so with the serial adapter as well.
    assert_eq!(filled(&counters, &["seriell"]), "");

    let refused = lab.scan_command("office", &["100.102.8.0/24"]).output().expect("the program starts");
    assert_eq!(refused.status.code(), Some(77));
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(told.contains("Telematikinfrastruktur"), "{told}");
    let counters = lab.json("counters", &[]);
    let destinations = laptop(&counters, "office")["destinations"].as_object().expect("destinations");
    assert!(!destinations.keys().any(|address| address.starts_with("100.102.")), "{destinations:?}");
}

/// No packet where printers print, and no clinical message.
pub fn assert_nothing_forbidden(counters: &Json) {
    assert_eq!(counters["forbidden_printer_packets"], 0, "{counters}");
    let listeners = counters["mllp_received"].as_object().expect("listeners");
    for frame in listeners.values().flat_map(|frames| frames.as_array().into_iter().flatten()) {
        // MSH, in hexadecimal.
        assert!(!frame.to_string().contains("4d5348"), "{frame}");
    }
}

/// What else had to stay empty, as text; empty if it did.
pub fn filled(counters: &Json, but: &[&str]) -> String {
    let hosts = counters["must_stay_empty"].as_object().expect("hosts");
    let filled = hosts.iter().filter(|(host, _)| !but.contains(&host.as_str()));
    let lines = filled.filter(|(_, logs)| {
        logs.as_object().is_some_and(|logs| logs.values().any(|log| *log != Json::Array(Vec::new())))
    });
    lines.map(|(host, logs)| format!("{host}: {logs}\n")).collect()
}

#[test]
fn root_control_c_ends_with_the_results_so_far() {
    let lab = Lab::up("flat");
    let mut command = lab.scan_command("office", &["10.77.0.0/24", "--format", "json"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("the program starts");
    std::thread::sleep(Duration::from_secs(15));
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("the signal arrives");
    let output = child.wait_with_output().expect("it ends");
    let result: Json = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(result["record"]["interrupted"], true);
    assert!(!result["hosts"].as_array().expect("hosts").is_empty());
    assert!(result["hosts"].as_array().expect("hosts").iter().any(|host| host["finished"] == false));
}

#[test]
fn root_open_ports_alone_and_products_that_only_recog_knows() {
    let lab = Lab::up("flat");
    let call = ["10.77.0.10-34", "--profile", "fast", "--ports", "tcp:1-1023"];
    let services = |result: &Json| -> Vec<Json> {
        let hosts = result["hosts"].as_array().expect("hosts");
        hosts.iter().flat_map(|host| host["services"].as_array().expect("services").clone()).collect()
    };
    let (_, whole) = lab.scan("office", &call);
    let (_, bare) = lab.scan("office", &[&call[..], &["--ports-only"]].concat());
    let port = |service: &Json| (service["address"].to_string(), service["port"].as_u64());
    let of = |result| services(result).iter().map(port).collect::<Vec<_>>();
    assert_eq!(of(&bare), of(&whole), "the same ports are open");
    assert!(of(&bare).len() > 20, "{bare}");
    assert!(services(&bare).iter().all(|service| service["not_examined"] == "ports_only"), "{bare}");
    assert_eq!(bare["record"]["dialogues"], serde_json::json!({}));

    let fingerprints = lab.practice().with_file_name("http_servers.xml");
    let xml = r#"<fingerprints matches="http_header.server"><fingerprint pattern="^Webs$"><description>A camera</description>
        <param pos="0" name="service.product" value="Musterkamera"/></fingerprint></fingerprints>"#;
    std::fs::write(&fingerprints, xml).expect("the folder is ours");
    let path = fingerprints.to_str().expect("a path in UTF-8");
    let (_, told) = lab.scan("office", &[&call[..], &["--fingerprints", path]].concat());
    let cameras = |result| services(result).iter().filter(|service| service["product"] == "Musterkamera").count();
    assert_eq!((cameras(&whole), cameras(&told)), (0, 1));
}

//! What looks medical and is not is never called so, and what is medical is found on whatever port it listens.

use super::Lab;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What was recognised on each TCP port of an address.
fn recognised(result: &Json, address: &str) -> BTreeMap<u64, Option<String>> {
    let hosts = result["hosts"].as_array().expect("hosts");
    let host = hosts.iter().find(|host| host["address"] == address).expect("the host was found");
    let services = host["services"].as_array().expect("services").iter();
    let tcp = services.filter(|service| service["transport"] == "tcp");
    tcp.map(|service| (service["port"].as_u64().expect("a port"), service["service"].as_str().map(str::to_owned)))
        .collect()
}

#[test]
fn root_two_hundred_decoys_and_fifty_real_ones() {
    const MEDICAL: [&str; 4] = ["dicom", "mllp", "konnektor", "sicct"];
    let lab = Lab::up("flat");
    let decoys = lab.json("decoys", &["200", "7"]);
    let dialogues = lab.json("dialogues", &[]);
    let (decoy, real) =
        (decoys["addresses"][0].as_str().expect("text"), dialogues["addresses"][0].as_str().expect("text"));
    let (_, result) = lab.scan("office", &[decoy, real, "--profile", "fast", "--ports", "all"]);

    let seen = recognised(&result, decoy);
    assert_eq!(seen.len(), 200, "no open port is missed");
    let wrong: Vec<_> =
        seen.iter().filter(|(_, service)| service.as_deref().is_some_and(|it| MEDICAL.contains(&it))).collect();
    assert!(wrong.is_empty(), "{wrong:?}");

    let seen = recognised(&result, real);
    let services = dialogues["services"].as_array().expect("services");
    assert_eq!(services.len(), 50);
    let missed: Vec<&Json> = services
        .iter()
        .filter(|service| {
            let port = service["port"].as_u64().expect("a port");
            seen.get(&port).cloned().flatten().as_deref() != service["service"].as_str()
        })
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

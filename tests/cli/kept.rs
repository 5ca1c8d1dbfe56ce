//! Backup, restore, practices that move or end, and the audit log: with a real server and a real agent.

use super::faults::SmallDisk;
use super::server::{Owner, Server};
use crate::program::{Answer, shared_folder, visite};
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A folder with a passphrase, and a server's data in it.
struct House {
    folder: tempfile::TempDir,
}

impl House {
    fn new() -> Self {
        let house = Self { folder: shared_folder() };
        fs::write(house.path("pass"), "lampe regen sofa nuss\n").expect("ours");
        house
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a command on the data in `data`, with the passphrase if it takes one.
    fn run<S: AsRef<OsStr>>(&self, data: &str, arguments: &[S], passphrase: bool) -> Answer {
        let mut all: Vec<&OsStr> = vec!["--lang".as_ref(), "en".as_ref()];
        all.extend(arguments.iter().map(AsRef::as_ref));
        let (data, pass) = (self.path(data), self.path("pass"));
        all.extend(["--data".as_ref(), data.as_os_str()]);
        if passphrase {
            all.extend(["--passphrase-file".as_ref(), pass.as_os_str()]);
        }
        visite(all).run()
    }

    fn refused(&self, data: &str, arguments: &[&OsStr], status: i32, why: &str) {
        let answer = self.run(data, arguments, arguments.first().is_some_and(|first| *first == "restore"));
        assert_eq!(answer.status, Some(status), "{answer}");
        assert!(answer.stderr.contains(why), "{answer}");
    }
}

/// An agent at work, ended when the test is over.
struct Agent(Child);

impl Agent {
    fn run(home: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_visite"));
        command.args(["agent", "run", "--data"]).arg(home).stdout(Stdio::null()).stderr(Stdio::null());
        Self(command.spawn().expect("the program starts"))
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What stands in the list of agents, once `wanted` holds for it.
fn agents_when(owner: &Owner, wanted: impl Fn(&str) -> bool) -> String {
    let mut list = String::new();
    for _ in 0..240 {
        list = owner.get("/agents.csv");
        if wanted(&list) {
            return list;
        }
        std::thread::sleep(Duration::from_millis(250));
    }
    panic!("{list}");
}

/// Enrols an agent with the line that the page shows.
fn enrol(owner: &Owner, home: &Path) {
    let page = owner.post("/agents", "name=Empfang");
    let line = page.split("visite agent enroll ").nth(1).unwrap_or_else(|| panic!("{page}"));
    let mut words = line.split_whitespace();
    let (url, token) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let home = home.as_os_str();
    let arguments: [&OsStr; 10] = [
        "agent".as_ref(),
        "enroll".as_ref(),
        url.as_ref(),
        token.as_ref(),
        "--medical-device".as_ref(),
        "no".as_ref(),
        "--name".as_ref(),
        "Empfang".as_ref(),
        "--data".as_ref(),
        home,
    ];
    visite(arguments).run().succeeded();
}

#[test]
fn a_server_and_its_agents_go_on_from_a_backup_on_another_machine() {
    let house = House::new();
    let home = house.path("agent");
    let server = Server::start(&house.path("data"));
    let owner = server.owner();
    let agents_at = owner.post("/agents", "name=Labor");
    let agents_at = agents_at.split("https://localhost:").nth(1).and_then(|rest| rest.split(' ').next());
    let agents_at = format!("127.0.0.1:{}", agents_at.expect("the address for agents"));
    enrol(&owner, &home);
    let agent = Agent::run(&home);
    let seen = |list: &str| list.lines().any(|line| line.starts_with("Empfang") && !line.contains("noch nie"));
    // The server's own machine is an agent, too.
    agents_when(&owner, |list| seen(list) && list.matches(";verbunden;").count() == 2);

    // The server goes on while it is saved.
    let backup = house.path("sicherung.visite");
    let said =
        house.run("data", &["backup".as_ref(), "--with-keys".as_ref(), "--output".as_ref(), backup.as_os_str()], true);
    let said = said.succeeded().stdout;
    assert!(said.contains("1 practice, 2 agents"), "{said}");
    assert_eq!(fs::metadata(&backup).expect("it is there").permissions().mode() & 0o777, 0o600);
    house.refused("data", &["backup".as_ref(), "--output".as_ref(), backup.as_os_str()], 73, "exists already");
    drop(agent);
    server.kill();

    // On the other machine nothing but the file and its passphrase.
    house.refused("data", &["restore".as_ref(), backup.as_os_str()], 73, "not empty");
    let restore: [&OsStr; 2] = ["restore".as_ref(), backup.as_os_str()];
    let said = house.run("neu", &restore, true).succeeded().stdout;
    assert!(said.contains("and the keys") && said.contains("visite serve --data"), "{said}");
    let mode =
        |name: &str| fs::metadata(house.path("neu").join(name)).expect("it is there").permissions().mode() & 0o777;
    assert_eq!((mode("key"), mode("authority/authority.pem"), mode("")), (0o600, 0o600, 0o700));
    fs::remove_dir_all(house.path("data")).expect("ours");
    let server = Server::start_for_agents_at(&house.path("neu"), &agents_at);
    let owner = server.owner();
    let before = owner.get("/agents.csv");
    assert!(seen(&before), "{before}");
    let version = |list: &str| list.lines().find(|line| line.starts_with("Empfang")).unwrap_or_default().to_owned();
    // Times have minutes; what tells is that the server takes it and the agent has nothing left that waits.
    let agent = Agent::run(&home);
    let mut waiting = String::new();
    for _ in 0..240 {
        let status: [&OsStr; 4] = ["agent".as_ref(), "status".as_ref(), "--data".as_ref(), home.as_os_str()];
        waiting = visite(status).run().succeeded().stdout;
        if waiting.contains("Wartende Lieferungen: 0") && !waiting.contains("Problem") {
            break;
        }
        std::thread::sleep(Duration::from_millis(250));
    }
    assert!(waiting.contains("Wartende Lieferungen: 0") && !waiting.contains("Problem"), "{waiting}");
    assert!(version(&owner.get("/agents.csv")).contains(env!("CARGO_PKG_VERSION")));
    drop(agent);
    assert_eq!(server.end(), Some(0));
    let said = house.run("neu", &["audit", "verify"], false).succeeded().stdout;
    assert!(said.starts_with("The audit log is whole and unchanged: "), "{said}");
}

#[test]
fn files_that_are_no_backup_change_nothing() {
    let house = House::new();
    let server = Server::start(&house.path("data"));
    assert_eq!(server.end(), Some(0));
    let (plain, sealed) = (house.path("plain"), house.path("sealed"));
    house.run("data", &["backup".as_ref(), "--output".as_ref(), plain.as_os_str()], false).succeeded();
    let arguments = ["backup".as_ref(), "--output".as_ref(), sealed.as_os_str(), "--with-keys".as_ref()];
    house.run("data", &arguments, true).succeeded();
    fs::write(house.path("pass"), "ein anderes Passwort\n").expect("ours");
    house.refused("neu", &["restore".as_ref(), sealed.as_os_str()], 65, "does not open this file");
    let whole = fs::read(&plain).expect("ours");
    for (name, content) in [("empty", &b""[..]), ("text", b"no backup"), ("cut", &whole[..whole.len() / 2])] {
        let path = house.path(name);
        fs::write(&path, content).expect("ours");
        house.refused("neu", &["restore".as_ref(), path.as_os_str()], 65, "cannot be used");
    }
    house.refused("neu", &["restore".as_ref(), house.path("none").as_os_str()], 66, "no such file");
    house.refused("neu", &["backup".as_ref(), "--output".as_ref(), house.path("b").as_os_str()], 66, "no such file");
    assert!(!house.path("neu").exists());
    let left = fs::read_dir(house.folder.path()).expect("ours").flatten();
    let left: Vec<_> = left.filter(|entry| entry.file_name().to_string_lossy().starts_with('.')).collect();
    assert!(left.is_empty(), "{left:?}");
    let short = house.path("pass");
    fs::write(&short, "kurz\n").expect("ours");
    let answer = house.run("data", &arguments[..3], true);
    assert_eq!(answer.status, Some(64), "{answer}");
    // Without keys it comes back, too, and says what that means.
    let said = house.run("neu", &["restore".as_ref(), plain.as_os_str()], false).succeeded().stdout;
    assert!(said.contains("recovery code") && said.contains("enroll --replace"), "{said}");
    let server = Server::start(&house.path("neu"));
    assert_eq!(server.end(), Some(0));
}

/// A folder that is there may be a volume or a link to one: it is filled, not replaced.
#[test]
fn an_empty_folder_is_filled_and_stays_what_it_is() {
    let house = House::new();
    let server = Server::start(&house.path("data"));
    assert_eq!(server.end(), Some(0));
    let backup = house.path("backup");
    house
        .run("data", &["backup".as_ref(), "--with-keys".as_ref(), "--output".as_ref(), backup.as_os_str()], true)
        .succeeded();
    fs::create_dir(house.path("real")).expect("ours");
    std::os::unix::fs::symlink(house.path("real"), house.path("link")).expect("ours");
    let restore: [&OsStr; 2] = ["restore".as_ref(), backup.as_os_str()];
    // What fails leaves it empty.
    let cut = house.path("cut");
    let whole = fs::read(&backup).expect("ours");
    fs::write(&cut, &whole[..whole.len() - 1]).expect("ours");
    assert_eq!(house.run("link", &["restore".as_ref(), cut.as_os_str()], true).status, Some(65));
    assert_eq!(fs::read_dir(house.path("real")).expect("ours").count(), 0);
    house.run("link", &restore, true).succeeded();
    assert!(fs::symlink_metadata(house.path("link")).expect("ours").is_symlink());
    let mut names: Vec<_> =
        fs::read_dir(house.path("real")).expect("ours").flatten().map(|one| one.file_name()).collect();
    names.sort();
    assert_eq!(names, ["authority", "key", "visite.db"]);
    let mode = |name: &str| fs::metadata(house.path(name)).expect("it is there").permissions().mode() & 0o777;
    assert_eq!((mode("real"), mode("real/key"), mode("real/visite.db")), (0o700, 0o600, 0o600));
    let server = Server::start(&house.path("link"));
    assert_eq!(server.end(), Some(0));
    assert_eq!(house.run("link", &restore, true).status, Some(73), "it is not empty any more");
}

#[test]
fn a_passphrase_comes_from_a_file_that_the_environment_names_but_never_from_nowhere() {
    let house = House::new();
    let server = Server::start(&house.path("data"));
    assert_eq!(server.end(), Some(0));
    let (data, pass) = (house.path("data").display().to_string(), house.path("pass").display().to_string());
    let backup = house.path("backup").display().to_string();
    let call = ["--lang", "en", "backup", "--data", &data, "--output", &backup, "--with-keys"];
    let refused = visite(call).run();
    assert_eq!(refused.status, Some(65), "{refused}");
    assert!(refused.stderr.contains("VISITE_PASSPHRASE_FILE") && !house.path("backup").exists(), "{refused}");
    visite(call).env("VISITE_PASSPHRASE_FILE", &pass).run().succeeded();
    assert!(fs::read(&backup).expect("ours").starts_with(b"age-encryption.org/"));
    let new = house.path("new").display().to_string();
    visite(["restore", "--data", &new, &backup]).env("VISITE_PASSPHRASE_FILE", &pass).run().succeeded();
    // Without keys it is missing, not forbidden.
    fs::remove_file(house.path("data/key")).expect("ours");
    let other = house.path("other").display().to_string();
    let none = visite(["backup", "--data", &data, "--output", &other, "--with-keys"]);
    assert_eq!(none.env("VISITE_PASSPHRASE_FILE", &pass).run().status, Some(66));
}

#[test]
fn a_practice_moves_to_another_server_and_ends_at_the_first() {
    let house = House::new();
    for data in ["data", "other"] {
        let server = Server::start(&house.path(data));
        assert_eq!(server.end(), Some(0));
    }
    let id = |data: &str| {
        let list = house.run(data, &["practice", "list"], false).succeeded().stdout;
        let line = list.lines().next().expect("a practice").to_owned();
        line.split_whitespace().next().expect("an id").to_owned()
    };
    let (id, others) = (id("data"), id("other"));
    let (file, proof) = (house.path("praxis"), house.path("proof.json"));
    let export: [&OsStr; 5] =
        ["practice".as_ref(), "export".as_ref(), id.as_ref(), "--output".as_ref(), file.as_os_str()];
    house.run("data", &export, true).succeeded();
    assert!(fs::read(&file).expect("ours").starts_with(b"age-encryption.org/"));
    let import: [&OsStr; 3] = ["practice".as_ref(), "import".as_ref(), file.as_os_str()];
    if id == others {
        // Both were made by a first start; one of the same name gives way first.
        let proof = house.path("others.json");
        let delete: [&OsStr; 6] = [
            "practice".as_ref(),
            "delete".as_ref(),
            others.as_ref(),
            "--yes".as_ref(),
            "--proof".as_ref(),
            proof.as_os_str(),
        ];
        house.run("other", &delete, false).succeeded();
    }
    let came = house.run("other", &import, true).succeeded().stdout;
    assert!(came.contains("is here. Access have: Praxisleitung."), "{came}");
    assert_eq!(house.run("other", &import, true).status, Some(73), "it is there already");
    let list = house.run("other", &["practice", "list"], false).succeeded().stdout;
    assert!(list.contains(&id), "{list}");

    let delete: [&OsStr; 5] =
        ["practice".as_ref(), "delete".as_ref(), id.as_ref(), "--proof".as_ref(), proof.as_os_str()];
    let answer = house.run("data", &delete, false);
    assert_eq!(answer.status, Some(77), "nobody was asked: {answer}");
    assert!(!proof.exists());
    let yes: Vec<&OsStr> = delete.iter().copied().chain(["--yes".as_ref()]).collect();
    house.run("data", &yes, false).succeeded();
    let told: serde_json::Value = serde_json::from_slice(&fs::read(&proof).expect("a proof")).expect("JSON");
    assert_eq!(told["practice"], id.as_str());
    assert!(
        told["rows"]["practice"].as_u64() == Some(1) && told["sha256"].as_str().is_some_and(|hash| hash.len() == 64)
    );
    assert_eq!(house.run("data", &["practice", "list"], false).succeeded().stdout, "No practice yet.\n");
    let gone = house.run("data", &yes, false);
    assert_eq!(gone.status, Some(66), "it is gone: {gone}");
    assert!(gone.stderr.contains("on this server") && gone.stderr.contains("visite practice list"), "{gone}");
    house.run("data", &["audit", "verify"], false).succeeded();
}

#[test]
fn a_changed_audit_log_is_told() {
    let house = House::new();
    let server = Server::start(&house.path("data"));
    assert_eq!(server.end(), Some(0));
    let whole = house.run("data", &["audit", "verify", "--format", "json"], false).succeeded().json();
    assert_eq!(whole["whole"], true);
    // Two rows change places in a copy of the file, as somebody with the database could do it.
    let python = "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\nc.execute(\"UPDATE audit SET who = 'niemand' WHERE number = 1\")\nc.commit()\n";
    let changed = Command::new("python3").args(["-c", python]).arg(house.path("data/visite.db")).status();
    assert!(changed.expect("python3 is installed").success());
    let answer = house.run("data", &["audit", "verify"], false);
    assert_eq!(answer.status, Some(65), "{answer}");
    assert!(answer.stdout.contains("Entry 1 was changed") && answer.stdout.contains("Next: "), "{answer}");
    let told = house.run("data", &["audit", "verify", "--format", "json"], false);
    assert_eq!((told.json()["fault"].as_str(), told.json()["number"].as_i64()), (Some("changed"), Some(1)));
}

/// Each command says what is wrong with a database, and leaves it as it is.
#[test]
fn a_damaged_database_is_bad_data_and_not_touched() {
    let house = House::new();
    fs::create_dir(house.path("data")).expect("ours");
    fs::write(house.path("data/visite.db"), "no database\n").expect("ours");
    let out = house.path("out");
    let backup: [&OsStr; 3] = ["backup".as_ref(), "--output".as_ref(), out.as_os_str()];
    for arguments in [&["audit".as_ref(), "verify".as_ref()][..], &["practice".as_ref(), "list".as_ref()], &backup] {
        let answer = house.run("data", arguments, false);
        assert_eq!(answer.status, Some(65), "{answer}");
    }
    assert!(!out.exists());
    assert_eq!(fs::read(house.path("data/visite.db")).expect("ours"), b"no database\n");
}

/// A backup for which there is no room, and a restore: both say so and leave nothing.
#[test]
fn root_a_full_disk_leaves_no_half_backup() {
    crate::program::assert_root();
    let house = House::new();
    let server = Server::start(&house.path("data"));
    assert_eq!(server.end(), Some(0));
    let good = house.path("good");
    house.run("data", &["backup".as_ref(), "--output".as_ref(), good.as_os_str()], false).succeeded();
    let disk = SmallDisk::mount(&house.path("disk"), "12k");
    // A name takes no room here; what belongs into the file has none.
    let mut ballast = fs::File::create(disk.0.join("ballast")).expect("ours");
    while ballast.write_all(&[0; 4096]).is_ok() {}
    let left = || fs::read_dir(&disk.0).expect("ours").flatten().map(|entry| entry.file_name()).collect::<Vec<_>>();
    let out = disk.0.join("backup");
    let answer = house.run("data", &["backup".as_ref(), "--output".as_ref(), out.as_os_str()], false);
    assert_eq!((answer.status, left()), (Some(74), vec!["ballast".into()]), "{answer}");
    assert!(answer.stderr.contains("the disk is full"), "{answer}");
    let answer = house.run("disk/new", &["restore".as_ref(), good.as_os_str()], false);
    assert!(matches!(answer.status, Some(73 | 74)) && left() == ["ballast"], "{answer}");
}

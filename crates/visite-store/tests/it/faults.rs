//! What happens when programs die, disks are full, and databases are damaged, busy or gone.

use crate::support::*;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::str::FromStr;
use std::time::Duration;
use visite_store::*;

on_both!(nothing_acknowledged_is_lost_when_the_program_is_killed);

/// Names the place of the store for [`child_process`], as text; see there.
const STORE: &str = "VISITE_TEST_STORE";
/// What the child process has to do.
const TASK: &str = "VISITE_TEST_TASK";
const AGENTS: [&str; 4] = ["pc0", "pc1", "pc2", "pc3"];
const ROUNDS: u32 = 20;

/// Not a test of its own: other tests start this binary again to have a process that can be killed or live elsewhere.
#[test]
fn child_process() {
    let (Ok(place), Ok(task)) = (std::env::var(STORE), std::env::var(TASK)) else { return };
    run(async move {
        let store = Store::open(&Location::from_str(&place).expect("a place")).await.expect("open");
        match task.as_str() {
            "deliver" => deliver_without_end(&store).await,
            "fill" => fill_the_disk(&store).await,
            other => panic!("unknown task {other}"),
        }
    });
}

fn child(command: &mut Command, location: &Location, task: &str) -> std::process::Child {
    let place = match location {
        Location::Sqlite(path) => path.display().to_string(),
        Location::Postgres(url) => url.clone(),
    };
    command.args(["--exact", "faults::child_process", "--nocapture", "--test-threads=1"]);
    command.env(STORE, place).env(TASK, task).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    command.spawn().expect("a process")
}

/// Says each delivery that was acknowledged, on a line of its own, until it is killed or its time is over.
async fn deliver_without_end(store: &Store) {
    let linden = store.practice(practice_id("linden"));
    let mut tasks = tokio::task::JoinSet::new();
    for agent in AGENTS {
        let linden = linden.clone();
        tasks.spawn(async move {
            let id = agent_id(agent);
            let first = linden.agent(&id).await.expect("agent").last_sequence + 1;
            for sequence in first..first + 100_000 {
                let host = format!("{agent}-{sequence}");
                let seen = with_body(&snapshot(&host, &host, at(sequence)));
                let receipt = linden.deliver(&id, delivery(sequence, at(sequence), vec![seen])).await;
                assert!(receipt.expect("a receipt").counted);
                let mut out = std::io::stdout().lock();
                writeln!(out, "acknowledged {agent} {sequence}").and_then(|()| out.flush()).expect("a line");
            }
        });
    }
    tasks.join_all().await;
}

async fn nothing_acknowledged_is_lost_when_the_program_is_killed(place: Place) {
    let (store, linden) = practice(&place).await;
    for agent in AGENTS {
        add_agent(&linden, agent).await;
    }
    store.close().await.expect("close");
    let mut seed: u64 = std::env::var("VISITE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_126);
    let mut acknowledged = Vec::new();
    for round in 0..ROUNDS {
        // xorshift: the moments follow from the seed.
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        let own = std::env::current_exe().expect("this program");
        let mut child = child(&mut Command::new(own), &place.location, "deliver");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let mut wanted = seed % 60 + 1;
        // The last line may be cut off: then nobody was told.
        while wanted > 0 {
            let line = lines.next().expect("it goes on").expect("a line");
            if let Some(told) = line.strip_prefix("acknowledged ") {
                acknowledged.push(told.to_owned());
                wanted -= 1;
            }
        }
        std::thread::sleep(Duration::from_micros(seed % 5000));
        child.kill().expect("killed");
        child.wait().expect("gone");
        for line in lines.map_while(Result::ok) {
            if let Some(told) = line.strip_prefix("acknowledged ") {
                acknowledged.push(told.to_owned());
            }
        }
        wait_until_alone(&place).await;
        check(&place, &acknowledged, round).await;
    }
    assert!(acknowledged.len() >= ROUNDS as usize);
}

/// PostgreSQL may still be at the last commit of the process that is gone.
async fn wait_until_alone(place: &Place) {
    if place.location.engine() == Engine::Sqlite {
        return;
    }
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    for _ in 0..500 {
        if place.number(others).await == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the connections of the killed process do not end");
}

/// Everything that was acknowledged is there, and as many deliveries were counted as there are.
async fn check(place: &Place, acknowledged: &[String], round: u32) {
    let store = place.open().await;
    store.integrity_check().await.expect("whole");
    let linden = store.practice(practice_id("linden"));
    let kept = linden.snapshots().await.expect("snapshots");
    for told in acknowledged {
        let (agent, sequence) = told.split_once(' ').expect("agent and number");
        let id = format!("host-{agent}-{sequence}");
        assert!(kept.iter().any(|snapshot| snapshot.subject.id.0 == id), "round {round}: {told} is lost");
    }
    let agents = linden.agents().await.expect("agents");
    for agent in &agents {
        assert_eq!(agent.deliveries, agent.last_sequence, "round {round}: {}", agent.id);
        let of_agent = format!("host-{}-", agent.id);
        let snapshots = kept.iter().filter(|snapshot| snapshot.subject.id.0.starts_with(&of_agent)).count();
        assert_eq!(snapshots as i64, agent.deliveries, "round {round}: {}", agent.id);
    }
    store.close().await.expect("close");
}

/// Delivers until there is no room, then makes room and goes on.
async fn fill_the_disk(store: &Store) {
    let linden = add_practice(store, "linden").await;
    let agent = add_agent(&linden, "pc1").await;
    let mut sequence = 0;
    let error = loop {
        sequence += 1;
        assert!(sequence < 10_000, "the disk is larger than this test expects");
        let host = format!("pc-{sequence}");
        let seen = with_body(&snapshot(&host, &"x".repeat(4000), at(sequence)));
        let mut seen = seen.clone();
        seen.hash = format!("{sequence:064x}");
        if let Err(error) = linden.deliver(&agent, delivery(sequence, at(sequence), vec![seen])).await {
            break error;
        }
    };
    assert!(matches!(error, StoreError::Full(_)), "{error:?}");
    assert!(error.text().de.contains("Platz"), "{}", error.text().de);
    assert_eq!(linden.agent(&agent).await.expect("still readable").deliveries, sequence - 1);
    let place = std::env::var(STORE).expect("a place");
    std::fs::remove_file(Path::new(&place).with_file_name("ballast")).expect("room");
    let again = linden.deliver(&agent, delivery(sequence, at(sequence), vec![])).await.expect("it goes on");
    assert!(again.counted, "what failed was not counted");
    store.integrity_check().await.expect("whole");
    assert_eq!(linden.agent(&agent).await.expect("agent").deliveries, sequence);
    println!("went on after a full disk");
}

/// On a small disk in a mount namespace of its own, which is gone with the process.
#[test]
fn root_a_full_disk_loses_nothing_and_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    let script =
        "mount -t tmpfs -o size=6m none \"$1\" && head -c 1m /dev/zero >\"$1/ballast\" && shift && exec \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", script, "sh"]).arg(path).arg(std::env::current_exe().expect("this program"));
    let child = child(&mut command, &Location::file(path.join("visite.db")), "fill");
    let output = child.wait_with_output().expect("its output");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("went on after a full disk"), "{said}");
}

#[test]
fn a_damaged_file_is_named_and_not_touched() {
    run(async {
        let place = sqlite();
        let Location::Sqlite(path) = &place.location else { panic!("no file") };
        let (store, linden) = practice(&place).await;
        let agent = add_agent(&linden, "pc1").await;
        for sequence in 1..=30 {
            let seen = with_body(&snapshot(&format!("pc{sequence}"), &format!("{sequence}").repeat(900), at(sequence)));
            linden.deliver(&agent, delivery(sequence, at(sequence), vec![seen])).await.expect("delivered");
        }
        store.close().await.expect("close");
        let whole = std::fs::read(path).expect("the file");
        let mut no_database = whole.clone();
        no_database[..16].copy_from_slice(b"something else..");
        let mut holes = whole.clone();
        for page in holes.chunks_mut(4096).skip(3) {
            page[..200].fill(0xff);
        }
        for damaged in [no_database, holes] {
            std::fs::write(path, &damaged).expect("damaged");
            let Err(error) = Store::open(&place.location).await else { panic!("it cannot be opened") };
            assert!(matches!(error, StoreError::Damaged { .. }), "{error:?}");
            assert!(error.text().de.contains("visite restore"), "{}", error.text().de);
            assert_eq!(std::fs::read(path).expect("the file"), damaged, "as it was, for whoever repairs it");
        }
        std::fs::write(path, whole).expect("mended");
        assert_eq!(place.open().await.practices().await.expect("practices").len(), 1);
    });
}

#[test]
fn a_row_that_refers_to_nothing_is_found_by_the_full_check() {
    run(async {
        let place = sqlite();
        let store = place.open().await;
        place
            .execute(
                "PRAGMA foreign_keys = OFF; INSERT INTO site VALUES ('nowhere', 'a', 'x'); PRAGMA foreign_keys = ON",
            )
            .await;
        let error = store.integrity_check().await.expect_err("damaged");
        assert!(matches!(&error, StoreError::Damaged { detail } if detail.contains("site")), "{error:?}");
    });
}

#[test]
fn places_that_are_not_there_are_named() {
    run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let Err(error) = Store::open(&Location::file(folder.path().join("none/visite.db"))).await else {
            panic!("open")
        };
        assert!(matches!(error, StoreError::Denied(_)), "{error:?}");
        let nobody = format!("postgres://visite:secret@localhost/x?host={}", folder.path().display());
        let location = Location::from_str(&nobody).expect("a place");
        let Err(error) = Store::open(&location).await else { panic!("open") };
        assert!(matches!(error, StoreError::Unreachable(_)), "{error:?}");
        assert!(!error.chain().contains("secret") && !format!("{location} {location:?}").contains("secret"));
        assert!(Location::from_str("mysql://x").is_err());
        assert_eq!(Location::from_str("sqlite:a b?.db").expect("a place"), Location::file("a b?.db"));
    });
}

#[test]
fn another_program_that_writes_is_waited_for() {
    run(async {
        let place = sqlite();
        let (_store, linden) = practice(&place).await;
        let agent = add_agent(&linden, "pc1").await;
        let other = place.hold_write_lock().await;
        let waiting = tokio::spawn(async move { linden.deliver(&agent, delivery(1, at(0), vec![])).await });
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!waiting.is_finished(), "it waits");
        other.close().await.expect("the other one is done");
        assert!(waiting.await.expect("a task").expect("a receipt").counted);
    });
}

#[test]
fn root_a_database_that_was_gone_is_used_again() {
    run(async {
        let place = postgres::place();
        let (_store, linden) = practice(&place).await;
        let agent = add_agent(&linden, "pc1").await;
        for sequence in 1..=5 {
            let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                        WHERE datname = current_database() AND pid <> pg_backend_pid()";
            place.execute(kill).await;
            // The first attempts may meet a dead connection; the agent tries again, and so does this.
            let mut attempts = 0;
            let receipt = loop {
                match linden.deliver(&agent, delivery(sequence, at(sequence), vec![])).await {
                    Ok(receipt) => break receipt,
                    Err(error) => assert!(error.is_passing(), "{error:?}"),
                }
                attempts += 1;
                assert!(attempts < 20, "it does not come back");
            };
            assert_eq!(receipt.acknowledged, sequence);
        }
        assert_eq!(linden.agent(&agent).await.expect("agent").deliveries, 5);
    });
}

#[test]
fn only_the_owner_may_read_the_file() {
    run(async {
        let place = sqlite();
        let (_store, _linden) = practice(&place).await;
        let mut seen = 0;
        for entry in std::fs::read_dir(place.folder.path()).expect("a folder").flatten() {
            let mode = rustix::fs::stat(entry.path()).expect("a file").st_mode & 0o777;
            assert_eq!(mode, 0o600, "{:?}", entry.file_name());
            seen += 1;
        }
        assert_eq!(seen, 3, "the database, its log and its index");
    });
}

#[test]
fn a_closed_store_says_so() {
    run(async {
        let place = sqlite();
        let (store, linden) = practice(&place).await;
        let agent = add_agent(&linden, "pc1").await;
        store.close().await.expect("close");
        let error = linden.deliver(&agent, delivery(1, at(0), vec![])).await.expect_err("closed");
        assert!(matches!(error, StoreError::Closed), "{error:?}");
        assert!(matches!(store.ready().await, Err(StoreError::Closed)));
    });
}

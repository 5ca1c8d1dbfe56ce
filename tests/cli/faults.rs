//! The whole server is killed and loses its database while agents deliver and people change things: nothing that it
//! acknowledged is lost, and nothing counts twice.

use super::load::{Courier, Made, check, work_until};
use super::postgres::Postgres;
use super::server::Server;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use visite_store::{JobState, Location, PracticeId, Store};

/// How often the server is killed if [`KILLS`] does not say more.
const FEW: u64 = 20;
/// Variable that says how often; `./test` sets 200.
const KILLS: &str = "VISITE_KILLS";
/// Variable that says which moments.
const SEED: &str = "VISITE_SEED";

fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// xorshift: the moments follow from the seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// A server with agents and somebody who is signed in.
struct Scene {
    folder: tempfile::TempDir,
    agents_at: String,
    session: (String, String),
    couriers: Vec<Courier>,
    made: Made,
}

impl Scene {
    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn location(&self) -> Location {
        Location::file(self.data().join("visite.db"))
    }

    fn practice(&self) -> &str {
        self.session.1.rsplit('/').next().unwrap_or_default()
    }

    async fn check(&self, location: &Location, told: &str) {
        check(location, self.practice(), &self.couriers, &self.made, told).await;
    }

    /// Starts a server in `folder`, and enrols agents at it.
    async fn set(folder: tempfile::TempDir, database: Option<&str>, agents: usize) -> (Self, Server) {
        let server = Server::start_with(&folder.path().join("data"), "127.0.0.1:0", database);
        let owner = server.owner();
        let mut couriers = Vec::new();
        for number in 0..agents {
            let home = folder.path().join(format!("agent{number}"));
            couriers.push(Courier::enrol(&owner, &home, &format!("pc{number}")).await);
        }
        let session = (owner.cookie.clone(), owner.practice.clone());
        let agents_at = server.agents_at();
        drop(owner);
        (Self { folder, agents_at, session, couriers, made: Made::default() }, server)
    }
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime").block_on(test);
}

#[test]
fn nothing_acknowledged_is_lost_when_the_server_is_killed() {
    run(async {
        let (kills, mut chance) = (number(KILLS, FEW), Chance(number(SEED, 20_261_126)));
        let (mut scene, server) = Scene::set(crate::program::shared_folder(), None, 4).await;
        let mut server = Some(server);
        for kill in 1..=kills {
            let told = format!("kill {kill}");
            let running = match server.take() {
                Some(running) => running,
                None => {
                    if chance.below(8) == 0 {
                        // Killed already while it starts, recovery included.
                        let moment = Duration::from_millis(chance.below(400));
                        Server::kill_at_start(&scene.data(), &scene.agents_at, moment);
                    }
                    Server::start_for_agents_at(&scene.data(), &scene.agents_at)
                }
            };
            scene.check(&scene.location(), &told).await;
            let (enough, moment) = (chance.below(40), Duration::from_micros(chance.below(20_000)));
            let Scene { session, couriers, made, .. } = &mut scene;
            let victim = running.process();
            work_until(&running, session, couriers, made, enough, || {
                std::thread::sleep(moment);
                rustix::process::kill_process(victim, rustix::process::Signal::KILL).expect("the signal arrives");
            });
            running.kill();
        }
        let last = Server::start_for_agents_at(&scene.data(), &scene.agents_at);
        scene.check(&scene.location(), "at the end").await;
        assert_eq!(last.end(), Some(0));
        let delivered: u64 = scene.couriers.iter().map(Courier::acknowledged).sum();
        assert!(delivered > kills && scene.made.count() > 0, "{delivered} deliveries, {} changes", scene.made.count());
        println!("{kills} kills, {delivered} deliveries and {} changes acknowledged", scene.made.count());
    });
}

#[test]
fn root_a_server_goes_on_when_its_postgresql_was_gone() {
    crate::program::assert_root();
    run(async {
        let postgres = Postgres::start();
        let url = postgres.url();
        let location: Location = url.parse().expect("a place");
        let (mut scene, server) = Scene::set(crate::program::shared_folder(), Some(&url), 3).await;
        for round in 1..=5 {
            let Scene { session, couriers, made, .. } = &mut scene;
            work_until(&server, session, couriers, made, 10, || postgres.stop());
            // While it is gone nothing is acknowledged, and the server stays.
            assert!(!scene.couriers[0].deliver().await, "nothing keeps it");
            postgres.again();
            let mut attempts = 0;
            while !scene.couriers[0].deliver().await {
                attempts += 1;
                assert!(attempts < 60, "round {round}: it does not come back");
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
            scene.check(&location, &format!("round {round}")).await;
        }
        assert_eq!(server.end(), Some(0));
    });
}

#[test]
fn root_two_nodes_on_one_postgresql_share_the_work_and_one_is_enough() {
    crate::program::assert_root();
    run(async {
        let postgres = Postgres::start();
        let url = postgres.url();
        let location: Location = url.parse().expect("a place");
        let (mut scene, first) = Scene::set(crate::program::shared_folder(), Some(&url), 4).await;
        // A node has the keys of the others: that of the installation, and that of the authority.
        let data = scene.folder.path().join("second");
        std::fs::create_dir_all(data.join("authority")).expect("ours");
        for entry in std::fs::read_dir(scene.data().join("authority")).expect("ours").flatten() {
            std::fs::copy(entry.path(), data.join("authority").join(entry.file_name())).expect("ours");
        }
        std::fs::copy(scene.data().join("key"), data.join("key")).expect("ours");
        let second = Server::start_with(&data, "127.0.0.1:0", Some(&url));
        for node in [&first, &second] {
            let page = node.signed_in(&scene.session).get("/agents");
            assert!(page.starts_with("HTTP/1.1 200 ") && page.contains("pc3"), "a session counts at both: {page}");
        }
        let Scene { session, couriers, made, .. } = &mut scene;
        couriers.iter_mut().skip(2).for_each(|courier| courier.through(&second));
        work_until(&first, session, couriers, made, 80, || {});
        scene.check(&location, "two nodes").await;

        let Scene { session, couriers, made, .. } = &mut scene;
        let victim = first.process();
        work_until(&first, session, couriers, made, 20, || {
            rustix::process::kill_process(victim, rustix::process::Signal::KILL).expect("the signal arrives");
        });
        first.kill();
        scene.check(&location, "one of them killed").await;

        // Who is left does everything, what was planned before included.
        let Scene { session, couriers, made, .. } = &mut scene;
        couriers.iter_mut().for_each(|courier| courier.through(&second));
        let begun = second.signed_in(session).post("/rounds", "");
        assert!(begun.starts_with("HTTP/1.1 303 "), "{begun}");
        work_until(&second, session, couriers, made, 40, || {});
        let store = Store::open(&location).await.expect("a store");
        let practice = store.practice(PracticeId::new(scene.practice()).expect("an id"));
        let mut jobs = Vec::new();
        for _ in 0..300 {
            jobs = practice.jobs(100).await.expect("jobs");
            if jobs.iter().all(|job| job.kind != "round" || job.state == JobState::Done) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        let rounds: Vec<_> = jobs.iter().filter(|job| job.kind == "round").collect();
        assert!(!rounds.is_empty() && rounds.iter().all(|job| job.state == JobState::Done), "{rounds:?}");
        assert!(jobs.iter().all(|job| job.state != JobState::Failed), "{jobs:?}");
        store.close().await.expect("closed");
        scene.check(&location, "at the end").await;
        assert_eq!(second.end(), Some(0));
    });
}

/// A small disk, unmounted when the test is over.
pub struct SmallDisk(pub PathBuf);

impl SmallDisk {
    /// With this many bytes, as `mount` reads them.
    pub fn mount(at: &Path, size: &str) -> Self {
        std::fs::create_dir(at).expect("ours");
        let options = format!("size={size},mode=700");
        let status = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "none"]).arg(at).status();
        assert!(status.expect("it starts").success(), "mount");
        Self(at.to_owned())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Whatever still has it open: it goes when the last one is gone.
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

//! `visite serve`: what it prints, what answers, and what it refuses.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A server that is ended when the test is over, however it ends.
struct Server {
    child: Child,
    /// What it printed first.
    greeting: String,
}

impl Server {
    fn start(data: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_visite"))
            .args(["--lang", "en", "serve", "--listen", "127.0.0.1:0", "--plain-listen", "127.0.0.1:0"])
            .args(["--agent-listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stderr.take().expect("piped"));
        let mut greeting = String::new();
        while !greeting.contains("Ctrl-C") && lines.read_line(&mut greeting).expect("text") > 0 {}
        Self { child, greeting }
    }

    /// The address that the greeting names, without its scheme.
    fn address(&self) -> (String, String) {
        let from = self.greeting.find("http://localhost:").unwrap_or_else(|| panic!("{}", self.greeting));
        let url = self.greeting[from + 7..].split_whitespace().next().unwrap_or_default();
        let (host, path) = url.split_once('/').unwrap_or((url, ""));
        (host.to_owned(), format!("/{path}"))
    }

    fn get(&self, path: &str) -> String {
        self.ask("GET", path, "")
    }

    /// Asks with these further headers, each with its end of line.
    fn ask(&self, method: &str, path: &str, headers: &str) -> String {
        let (host, _) = self.address();
        let mut stream = TcpStream::connect(host.replace("localhost", "127.0.0.1")).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout");
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n")
            .expect("it is sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("text");
        answer
    }

    fn end(mut self) -> Option<i32> {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("the signal arrives");
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_first_start_shows_a_link_that_answers_and_the_next_one_finds_what_is_kept() {
    let folder = crate::program::shared_folder();
    let data = folder.path().join("data");
    let server = Server::start(&data);
    let (_, link) = server.address();
    assert!(link.starts_with("/invitation/"), "{}", server.greeting);
    let page = server.get(&link);
    assert!(page.starts_with("HTTP/1.1 200 "), "{page}");
    assert!(page.to_lowercase().contains("content-security-policy: default-src 'none'"), "{page}");
    assert!(server.get("/p/somebody").starts_with("HTTP/1.1 303 "), "whoever is not signed in is asked to");
    let mode = |name: &str| std::fs::metadata(data.join(name)).expect("it is there").permissions().mode() & 0o777;
    assert_eq!((mode("key"), mode("visite.db"), mode("")), (0o600, 0o600, 0o700));
    let key = std::fs::read(data.join("key")).expect("a key");
    assert_eq!(server.end(), Some(0));

    let again = Server::start(&data);
    let (_, new) = again.address();
    assert!(new.starts_with("/invitation/") && new != link, "nobody has a password yet, so a new link is made");
    assert!(!again.get(&link).starts_with("HTTP/1.1 200 "), "the old one no longer counts");
    assert_eq!(std::fs::read(data.join("key")).expect("a key"), key);
    assert_eq!(again.end(), Some(0));
}

/// Whoever starts the server and opens the link sees what Visite sees of this machine, without any setting.
#[test]
fn the_link_leads_to_a_verdict_about_this_machine() {
    let folder = crate::program::shared_folder();
    let server = Server::start(&folder.path().join("data"));
    let (host, link) = server.address();
    let opened = server.ask("POST", &link, &format!("Origin: http://{host}\r\nContent-Length: 0\r\n"));
    let cookie =
        opened.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap_or_else(|| panic!("{opened}"));
    let cookie = format!("Cookie: {}\r\n", cookie.split(';').next().unwrap_or_default());
    let start = server.ask("GET", "/", &cookie);
    let practice = start.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or_else(|| panic!("{start}"));
    let mut page = String::new();
    for _ in 0..240 {
        page = server.ask("GET", practice, &cookie);
        if page.contains("Punkten geprüft") {
            break;
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    assert!(page.contains("1 von 1 Geräten erreicht") && page.contains("Punkten geprüft"), "{page}");
    assert!(page.contains("id=\"sentence\""), "{page}");
    assert_eq!(server.end(), Some(0));
}

#[test]
fn nobody_else_reaches_a_server_that_nobody_protects() {
    let folder = crate::program::shared_folder();
    let data = folder.path().join("data");
    let call = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_visite"));
        command.args(["serve", "--data"]).arg(&data).args(arguments);
        let output = command.output().expect("the program starts");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (status, told) = call(&["--listen", "0.0.0.0:0", "--agent-listen", "127.0.0.1:0", "--no-plain"]);
    assert_eq!(status, Some(77), "{told}");
    assert!(told.contains("zweiten Faktor"), "{told}");
    let (status, told) = call(&["--plain-listen", "0.0.0.0:0", "--agent-listen", "127.0.0.1:0"]);
    assert_eq!(status, Some(77), "{told}");
    let (status, told) = call(&["--public-url", "http://praxis.example"]);
    assert_eq!(status, Some(65), "{told}");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().expect("an address").to_string();
    let (status, told) = call(&["--listen", &taken, "--no-plain", "--agent-listen", "127.0.0.1:0"]);
    assert_eq!(status, Some(69), "{told}");
    std::fs::write(data.join("key"), "no key").expect("ours");
    let (status, told) = call(&["--no-plain"]);
    assert_eq!(status, Some(65), "{told}");
}

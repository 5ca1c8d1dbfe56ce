//! The real server, started for a test, and its first visitor.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A server that is ended when the test is over, however it ends.
pub struct Server {
    child: Child,
    /// What it printed first.
    pub greeting: String,
}

impl Server {
    pub fn start(data: &Path) -> Self {
        Self::start_for_agents_at(data, "127.0.0.1:0")
    }

    /// With agents served at this address.
    pub fn start_for_agents_at(data: &Path, agents: &str) -> Self {
        Self::start_with(data, agents, None)
    }

    /// Starts one and kills it after this time, however far it came.
    pub fn kill_at_start(data: &Path, agents: &str, after: Duration) {
        let mut child = command(data, agents, None).stderr(Stdio::null()).spawn().expect("the program starts");
        std::thread::sleep(after);
        child.kill().expect("the signal arrives");
        child.wait().expect("it ends");
    }

    /// With another database than the file in its folder.
    pub fn start_with(data: &Path, agents: &str, database: Option<&str>) -> Self {
        Self::greeted(&mut command(data, agents, database))
    }

    fn greeted(command: &mut Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stderr.take().expect("piped"));
        let mut greeting = String::new();
        while !greeting.contains("Ctrl-C") && lines.read_line(&mut greeting).expect("text") > 0 {}
        // What it logs later must not fill the pipe.
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        Self { child, greeting }
    }

    /// Which trusts the authorities in this file, as if the system had them.
    #[allow(dead_code, reason = "a measurement trusts nobody")]
    pub fn start_trusting(data: &Path, authorities: &Path) -> Self {
        Self::greeted(command(data, "127.0.0.1:0", None).env("SSL_CERT_FILE", authorities).env_remove("SSL_CERT_DIR"))
    }

    /// A demo, which makes its folder in `temporary`.
    pub fn demo(temporary: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_visite"));
        command.args(["--lang", "en", "serve", "--demo", "--listen", "127.0.0.1:0", "--plain-listen", "127.0.0.1:0"]);
        command.args(["--agent-listen", "127.0.0.1:0"]).env("TMPDIR", temporary);
        Self::greeted(&mut command)
    }

    /// Its process.
    pub fn process(&self) -> rustix::process::Pid {
        rustix::process::Pid::from_child(&self.child)
    }

    /// Where it says that agents report.
    pub fn agents_at(&self) -> String {
        let address = self.greeting.split("gents report to ").nth(1).and_then(|rest| rest.split(". ").next());
        address.unwrap_or_else(|| panic!("{}", self.greeting)).to_owned()
    }

    /// The address that the greeting names, without its scheme.
    pub fn address(&self) -> (String, String) {
        let from = self.greeting.find("http://localhost:").unwrap_or_else(|| panic!("{}", self.greeting));
        let url = self.greeting[from + 7..].split_whitespace().next().unwrap_or_default();
        let (host, path) = url.split_once('/').unwrap_or((url, ""));
        (host.to_owned(), format!("/{path}"))
    }

    pub fn get(&self, path: &str) -> String {
        self.ask("GET", path, "")
    }

    /// Asks with these further headers, each with its end of line.
    pub fn ask(&self, method: &str, path: &str, headers: &str) -> String {
        self.send(method, path, headers, "")
    }

    fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> String {
        self.try_send(method, path, headers, body).expect("it answers")
    }

    /// As [`Server::send`]; the server may be killed meanwhile.
    fn try_send(&self, method: &str, path: &str, headers: &str, body: &str) -> std::io::Result<String> {
        let (host, _) = self.address();
        let mut stream = TcpStream::connect(host.replace("localhost", "127.0.0.1"))?;
        stream.set_read_timeout(Some(Duration::from_secs(40)))?;
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n{body}")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }

    /// Whoever signed in before, by cookie and practice.
    pub fn signed_in(&self, (cookie, practice): &(String, String)) -> Owner<'_> {
        Owner { server: self, cookie: cookie.clone(), practice: practice.clone() }
    }

    /// Opens the first link: whoever does so looks after everything.
    pub fn owner(&self) -> Owner<'_> {
        let (host, link) = self.address();
        let opened = self.ask("POST", &link, &format!("Origin: http://{host}\r\nContent-Length: 0\r\n"));
        let cookie =
            opened.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap_or_else(|| panic!("{opened}"));
        let cookie = format!("Cookie: {}\r\n", cookie.split(';').next().unwrap_or_default());
        let start = self.ask("GET", "/", &cookie);
        let practice =
            start.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or_else(|| panic!("{start}"));
        Owner { server: self, cookie, practice: practice.to_owned() }
    }

    /// Ends it as a power cut does.
    pub fn kill(mut self) {
        self.child.kill().expect("the signal arrives");
        self.child.wait().expect("it ends");
    }

    pub fn end(mut self) -> Option<i32> {
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

fn command(data: &Path, agents: &str, database: Option<&str>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_visite"));
    command.args(["--lang", "en", "serve", "--listen", "127.0.0.1:0", "--plain-listen", "127.0.0.1:0"]);
    command.args(["--agent-listen", agents, "--data"]).arg(data);
    command.args(database.into_iter().flat_map(|database| ["--database", database]));
    command
}

/// Somebody who is signed in and looks after everything.
pub struct Owner<'s> {
    server: &'s Server,
    pub cookie: String,
    /// The address of the practice, as `/p/...`.
    pub practice: String,
}

impl Owner<'_> {
    /// A page of the practice, e.g. `/agents`.
    pub fn get(&self, page: &str) -> String {
        self.server.ask("GET", &format!("{}{page}", self.practice), &self.cookie)
    }

    /// Sends a form.
    pub fn post(&self, page: &str, form: &str) -> String {
        self.try_post(page, form).expect("it answers")
    }

    /// As [`Owner::post`]; the server may be killed meanwhile.
    pub fn try_post(&self, page: &str, form: &str) -> std::io::Result<String> {
        let (host, _) = self.server.address();
        let headers = format!(
            "{}Origin: http://{host}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
            self.cookie,
            form.len()
        );
        self.server.try_send("POST", &format!("{}{page}", self.practice), &headers, form)
    }
}

//! The server in the laboratory, as a practice meets it: a scan begun on the pages, and computers that join over the network.

use super::Lab;
use super::behaviour::{assert_nothing_forbidden, filled};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::Ipv4Addr;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Where the server stands, and its address in the flat network.
const SERVER: (&str, &str) = ("laptop-office", "10.77.0.202");
const PASSWORD: &str = "lampe regen sofa nuss";

/// A process that is ended with the test, however it ends.
struct Running(Child);

impl Running {
    fn start(command: &mut Command) -> Self {
        Self(command.spawn().expect("it starts"))
    }

    /// Asks it to end, and waits for it.
    fn end(mut self) -> Option<i32> {
        let id = rustix::process::Pid::from_child(&self.0);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("it is ours");
        self.0.wait().expect("it ends").code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A command on a host of the laboratory; `lab/exec` becomes that command.
fn on(host: &str) -> Command {
    Lab::command("exec", &[host])
}

/// `visite serve` on a host, and a browser that stands there, too.
struct Server {
    serve: Running,
    _way: Running,
    greeting: String,
    browser: Browser,
}

impl Server {
    fn start(folder: &Path, options: &[&str]) -> Self {
        let mut command = on(SERVER.0);
        command.args([env!("CARGO_BIN_EXE_visite"), "--lang", "en", "serve", "--data"]).arg(folder.join("data"));
        let mut serve = Running::start(command.args(options).stderr(Stdio::piped()));
        let mut lines = BufReader::new(serve.0.stderr.take().expect("piped"));
        let mut greeting = String::new();
        while !greeting.contains("Ctrl-C") && lines.read_line(&mut greeting).expect("text") > 0 {}
        assert!(greeting.contains("Ctrl-C"), "{greeting}");
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        // The network of a host is its own; a socket in a folder is everybody's.
        let socket = folder.join("browser");
        let _ = std::fs::remove_file(&socket);
        let listen = format!("UNIX-LISTEN:{},fork", socket.display());
        let way = Running::start(on(SERVER.0).args(["/usr/bin/socat", &listen, "TCP:127.0.0.1:8080"]));
        let begin = Instant::now();
        while UnixStream::connect(&socket).is_err() {
            assert!(begin.elapsed() < Duration::from_secs(20), "no way to the server");
            std::thread::sleep(Duration::from_millis(50));
        }
        Self { serve, _way: way, greeting, browser: Browser { socket, cookies: Vec::new() } }
    }

    fn first_link(&self) -> String {
        let from = self.greeting.find("/invitation/").unwrap_or_else(|| panic!("{}", self.greeting));
        self.greeting[from..].split_whitespace().next().unwrap_or_default().to_owned()
    }
}

struct Browser {
    socket: PathBuf,
    cookies: Vec<(String, String)>,
}

struct Page {
    status: u16,
    location: String,
    text: String,
}

impl Page {
    /// What is special to the page.
    fn main(&self) -> &str {
        self.text.split_once("<main").map_or(&self.text, |(_, main)| main)
    }

    fn between(&self, before: &str, after: &str) -> String {
        let found = self.text.split_once(before).and_then(|(_, rest)| rest.split_once(after));
        found.unwrap_or_else(|| panic!("no {before} in {}", self.text)).0.to_owned()
    }

    fn leads_to(&self, path: &str) {
        assert_eq!((self.status, self.location.as_str()), (303, path), "{}", self.text);
    }
}

impl Browser {
    fn get(&mut self, path: &str) -> Page {
        self.ask("GET", path, "")
    }

    fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Page {
        let encoded = |text: &str| -> String {
            let sign = |byte: u8| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => char::from(byte).to_string(),
                _ => format!("%{byte:02X}"),
            };
            text.bytes().map(sign).collect()
        };
        let fields: Vec<String> = form.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        self.ask("POST", path, &fields.join("&"))
    }

    fn ask(&mut self, method: &str, path: &str, body: &str) -> Page {
        let mut stream = UnixStream::connect(&self.socket).expect("a way to the server");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a socket");
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: localhost:8080\r\nOrigin: http://localhost:8080\r\nCookie: {}\r\nConnection: \
             close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            cookies.join("; "),
            body.len()
        )
        .expect("it is sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, text) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{method} {path}: {answer}"));
        let header = |name: &str| -> Vec<String> {
            let named = |line: &str| Some(line.split_once(": ").filter(|(known, _)| *known == name)?.1.to_owned());
            head.lines().filter_map(named).collect()
        };
        for line in header("set-cookie") {
            let (name, value) = line.split(';').next().unwrap_or_default().split_once('=').expect("a cookie");
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
        let status = head.split_whitespace().nth(1).and_then(|status| status.parse().ok()).expect("a status");
        Page { status, location: header("location").pop().unwrap_or_default(), text: text.to_owned() }
    }

    /// Asks again until `done` says that the page is as it should be.
    fn wait_for(&mut self, path: &str, seconds: u64, done: impl Fn(&Page) -> bool) -> Page {
        let begin = Instant::now();
        loop {
            let page = self.get(path);
            if done(&page) {
                return page;
            }
            assert!(begin.elapsed() < Duration::from_secs(seconds), "{path} after {seconds} s: {}", page.main());
            std::thread::sleep(Duration::from_secs(1));
        }
    }
}

#[test]
fn root_a_scan_that_is_begun_on_the_pages_shows_what_is_there() {
    let lab = Lab::up("flat");
    lab.run("counters", &["reset"]);
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = Server::start(folder.path(), &[]);
    let link = server.first_link();
    let browser = &mut server.browser;
    browser.post(&link, &[]);
    let practice = browser.get("/").location;
    let setup = format!("{practice}/setup");
    for (step, next, form) in [
        ("name", "size", [("name", "Praxis Dr. Linde"), ("x", "")]),
        ("size", "telematics", [("size", "small"), ("x", "")]),
        ("telematics", "care", [("telematics", "parallel"), ("x", "")]),
        ("care", "release", [("care", "practice"), ("x", "")]),
    ] {
        let said = [&[("step", step)][..], &form].concat();
        browser.post(&setup, &said).leads_to(&format!("{setup}?step={next}"));
    }
    let page = browser.get(&format!("{setup}?step=release"));
    assert!(page.text.contains("10.77.0.0/24"), "the wizard names the network: {}", page.text);
    let networks = "10.77.0.0/28, 10.77.0.32/28, 10.77.0.48/28";
    let release = [("step", "release"), ("networks", networks), ("owner", "Dr. Linde"), ("confirmed", "on")];
    browser.post(&setup, &release).leads_to(&format!("{setup}?step=done&done=setup"));

    let network = format!("{practice}/network");
    let release = browser.get(&network).between("name=\"release\" value=\"", "\"");
    let begun = browser.post(&format!("{network}/scan"), &[("release", &release)]);
    assert!(begun.status == 303 && begun.location.ends_with("?done=scan"), "{}", begun.text);
    let job = begun.location.trim_end_matches("?done=scan").to_owned();
    let page = browser.get(&job);
    assert!(page.text.contains("sse-connect"), "it can be watched: {}", page.main());
    browser.wait_for(&job, 240, |page| !page.text.contains("/cancel\""));

    let page = browser.get(&network);
    for text in ["<svg", "Gemessen", "Netz 10.77.0.32/28", "Dr. Linde"] {
        assert!(page.text.contains(text), "no {text} in {}", page.main());
    }
    // Everything that answers in the released networks stands on the plan, and nothing else does.
    let expected = lab.json("expect", &["flat", SERVER.0.trim_start_matches("laptop-")]);
    let of = |host: &Json| -> Vec<Ipv4Addr> {
        let addresses = host["addresses"].as_array().into_iter().flatten().filter_map(Json::as_str);
        addresses.filter_map(|address| address.parse().ok()).filter(released).collect()
    };
    let wanted: BTreeSet<Ipv4Addr> = expected["hosts"].as_array().expect("hosts").iter().flat_map(of).collect();
    assert!(wanted.len() > 10, "{wanted:?}");
    let titles = page.main().split("<title>").skip(1).filter_map(|rest| rest.split_once("</title>"));
    let seen: BTreeSet<Ipv4Addr> = titles.flat_map(|(title, _)| addresses(title)).collect();
    assert_eq!(seen, wanted, "{}", page.main());
    let list = browser.get(&format!("{practice}/devices.csv")).text;
    // This computer, and the devices.
    assert_eq!(list.lines().count(), 1 + 1 + wanted.len(), "{list}");
    let found = browser.get(&format!("{practice}/findings.csv")).text;
    for gap in ["SMB 1 an (tcp 10.77.0.15:445);dringend", "Telnet an (tcp 10.77.0.11:23);dringend;FILESERVER"] {
        assert!(found.contains(gap), "no {gap} in {found}");
    }
    assert!(addresses(&found).all(|address| wanted.contains(&address)), "{found}");
    let counters = lab.json("counters", &[]);
    assert_nothing_forbidden(&counters);
    assert_eq!(filled(&counters, &[]), "");
    let sent = &counters["laptops"][SERVER.0];
    assert!(sent["peak_per_second"].as_u64().is_some_and(|peak| peak <= 200), "{sent}");
    assert_eq!(server.serve.end(), Some(0));
}

/// The code of an app at this moment, or `later` half minutes on: a code counts once.
fn code(key: &totp_rs::Secret, later: u64) -> String {
    let app = totp_rs::Builder::new().with_secret(key.clone()).build().expect("a key");
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    app.generate(now + 30 * later).to_string()
}

/// Another computer: a host with a name and an identity of its own.
struct Computer {
    host: &'static str,
    name: &'static str,
    folder: PathBuf,
}

impl Computer {
    fn new(host: &'static str, name: &'static str, id: char, folder: &Path) -> Self {
        let folder = folder.join(name);
        std::fs::create_dir(&folder).expect("a folder");
        std::fs::write(folder.join("machine-id"), format!("{}\n", id.to_string().repeat(32))).expect("a file");
        Self { host, name, folder }
    }

    /// `visite agent` there.
    fn agent(&self, arguments: &[&str]) -> Command {
        let script = format!(
            "mount --bind {0}/machine-id /etc/machine-id && hostname {1} && exec \"$@\"",
            self.folder.display(),
            self.name
        );
        let mut command = on(self.host);
        command.args(["/usr/bin/unshare", "--mount", "--uts", "/bin/sh", "-c", &script, "sh"]);
        command.args([env!("CARGO_BIN_EXE_visite"), "--lang", "en", "agent", "--data"]);
        command.arg(self.folder.join("agent")).args(arguments);
        command
    }

    fn enrol(&self, line: &Line, more: &[&str]) -> std::process::Output {
        let enrol = ["enroll", &line.url, &line.token, "--name", &line.name, "--medical-device", "no"];
        self.agent(&[&enrol[..], more].concat()).output().expect("it starts")
    }
}

/// What the page shows to connect one more computer.
struct Line {
    url: String,
    token: String,
    name: String,
}

impl Line {
    fn ask(browser: &mut Browser, practice: &str, name: &str) -> Self {
        let page = browser.post(&format!("{practice}/agents"), &[("name", name)]);
        let line = page.between("sudo visite agent enroll ", " &amp;&amp; sudo visite agent install");
        let rest = format!(" --name '{name}' --medical-device no");
        let words = line.strip_suffix(&rest).and_then(|words| words.split_once(' '));
        let (url, token) = words.unwrap_or_else(|| panic!("{line}"));
        Self { url: url.to_owned(), token: token.to_owned(), name: name.to_owned() }
    }
}

#[test]
fn root_computers_join_with_one_line_and_leave_when_they_are_told() {
    let lab = Lab::up("flat");
    let folder = tempfile::tempdir().expect("a folder");
    let beyond = [
        "--listen",
        &format!("{}:8443", SERVER.1),
        "--agent-listen",
        &format!("{}:8444", SERVER.1),
        "--public-url",
        &format!("https://{}:8443", SERVER.1),
    ];
    let refused = on(SERVER.0)
        .args([env!("CARGO_BIN_EXE_visite"), "serve", "--data"])
        .arg(folder.path().join("data"))
        .args(beyond)
        .output()
        .expect("it starts");
    assert_eq!(refused.status.code(), Some(77), "nobody has a password yet");

    // Who owns it, with password and second factor.
    let mut server = Server::start(folder.path(), &[]);
    let link = server.first_link();
    let browser = &mut server.browser;
    browser.post(&link, &[]);
    let practice = browser.get("/").location;
    let person = [("name", "Dr. Linde"), ("email", "linde@praxis.example"), ("language", "de")];
    browser.post("/account/person", &person).leads_to("/account/password");
    let password = [("new", PASSWORD), ("again", PASSWORD)];
    browser.post("/account/password", &password).leads_to("/account/app");
    let page = browser.get("/account/app");
    let sealed = page.between("name=\"key\" value=\"", "\"");
    let shown = page.between("<p>Oder tippen Sie diesen Schlüssel ab: <code>", "</code>").replace(' ', "");
    let key = totp_rs::Secret::try_from_base32(&shown).expect("a key");
    let said = browser.post("/account/app", &[("code", &code(&key, 0)), ("key", &sealed)]);
    assert_eq!(said.status, 303, "{}", said.main());
    assert_eq!(server.serve.end(), Some(0));

    let mut server = Server::start(folder.path(), &beyond);
    assert!(!server.greeting.contains("/invitation/"), "{}", server.greeting);
    let browser = &mut server.browser;
    browser.post("/login", &[("email", "linde@praxis.example"), ("password", PASSWORD), ("next", "/")]);
    browser.post("/login/code", &[("code", &code(&key, 1)), ("next", "/")]).leads_to("/");

    // A second computer, with the line of the page.
    let line = Line::ask(browser, &practice, "Behandlung 1");
    assert_eq!(line.url, format!("https://{}:8444", SERVER.1));
    let second = Computer::new("laptop-treatment", "zweiter", 'b', folder.path());
    let enrolled = second.enrol(&line, &[]);
    assert!(enrolled.status.success(), "{}", super::told(&enrolled));
    let again = second.enrol(&line, &["--replace"]);
    assert!(!again.status.success(), "a line counts once");
    let at_work = Running::start(&mut second.agent(&["run"]));
    let devices = format!("{practice}/devices.csv");
    browser.wait_for(&devices, 90, |page| page.text.contains("zweiter"));
    let list = browser.get(&format!("{practice}/devices")).text;
    let device =
        list.split("<a href=\"").filter(|link| link.contains(">zweiter<")).find_map(|link| link.split('"').next());
    let page = browser.get(device.expect("a link"));
    assert!(
        page.main().contains("<h1>zweiter</h1>") && page.main().contains("Offene Feststellungen"),
        "{}",
        page.main()
    );

    // A third one that reaches the server through the second only.
    let third = Computer::new("laptop-guest", "dritter", 'c', folder.path());
    let rules = format!(
        "add table inet away; add chain inet away out {{ type filter hook output priority 0; }}; \
         add rule inet away out ip daddr {} reject",
        SERVER.1
    );
    assert!(on(third.host).args(["/usr/sbin/nft", &rules]).status().expect("it starts").success());
    let line = Line::ask(browser, &practice, "Gast");
    let alone = third.enrol(&line, &[]);
    assert_eq!(alone.status.code(), Some(69), "{}", super::told(&alone));
    let relay = ["relay", "--listen", "10.77.0.203:8445", "--server", &line.url];
    let _relay = Running::start(&mut second.agent(&relay));
    let mut through = third.enrol(&line, &["--relay", "10.77.0.203:8445"]);
    for _ in 0..40 {
        if through.status.success() {
            break;
        }
        std::thread::sleep(Duration::from_millis(250));
        through = third.enrol(&line, &["--relay", "10.77.0.203:8445"]);
    }
    assert!(through.status.success(), "{}", super::told(&through));
    let _third = Running::start(&mut third.agent(&["run"]));
    browser.wait_for(&devices, 90, |page| page.text.contains("dritter"));

    // The second leaves when somebody ends its access.
    let agents = format!("{practice}/agents");
    let list = browser.get(&agents).text;
    let forms = list.split("<form").filter(|form| form.contains("/revoke") && form.contains(">: Behandlung 1<"));
    let paths = forms.filter_map(|form| form.split("action=\"").nth(1)?.split('"').next());
    let [revoke] = paths.collect::<Vec<_>>()[..] else { panic!("{list}") };
    browser.post(revoke, &[]).leads_to(&format!("{agents}?done=revoked"));
    let page = browser.get(&agents);
    assert!(!page.text.contains(revoke) && page.main().contains("Behandlung 1"), "{}", page.main());
    assert_eq!(at_work.end(), Some(0));
    let ended = second.agent(&["run"]).output().expect("it starts");
    assert!(!ended.status.success(), "{}", super::told(&ended));
    assert!(super::told(&ended).contains("ended"), "{}", super::told(&ended));
    drop(lab);
}

/// Whether an address lies in what the test releases.
fn released(address: &Ipv4Addr) -> bool {
    let [a, b, c, last] = address.octets();
    [a, b, c] == [10, 77, 0] && [0, 32, 48].contains(&(last & 0xf0)) && last != 0
}

/// Addresses in a text.
fn addresses(text: &str) -> impl Iterator<Item = Ipv4Addr> {
    text.split(|sign: char| !sign.is_ascii_digit() && sign != '.').filter_map(|word| word.parse().ok())
}

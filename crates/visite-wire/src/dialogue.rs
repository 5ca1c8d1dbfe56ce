//! What a conversation with a service is: a state machine that is told what happened and says what to do next.
//!
//! No dialogue knows sockets, clocks or threads; `visite-scan` lends it a connection. So every dialogue can be played
//! with recorded bytes, and fuzzed. Deliberately absent: how long to wait, how often to ask, and whom.

use core::net::SocketAddr;
use visite_facts::facts::{
    DeviceDatabase, DeviceDicom, DeviceDns, DeviceFtp, DeviceIpmi, DeviceKonnektor, DeviceLdap, DeviceMllp, DeviceMqtt,
    DeviceRdp, DeviceSmb, DeviceSnmp, DeviceSsh, DeviceVnc, DeviceWeb, DeviceX11, NetworkService,
};

/// Most bytes of an answer that are kept for a dialogue. What needs more is not what it claims to be.
pub const MAX_ANSWER_BYTES: usize = 64 * 1024;
/// Most steps of a dialogue.
pub const MAX_STEPS: usize = 24;

/// What happened on the connection since the last step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// The connection stands; nothing has been sent or received. Always the first event.
    Connected,
    /// Everything received since the dialogue last sent something; with [`Step::More`] the same bytes come again,
    /// with more behind them. Never empty.
    Received(&'a [u8]),
    /// Nothing more came in the time that a dialogue may wait.
    Silence,
    /// The other side ended the connection. What it had sent before came as [`Event::Received`].
    Closed,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Step<A> {
    /// Send these bytes, then wait for an answer.
    Send(Vec<u8>),
    /// Wait for more bytes.
    More,
    /// The conversation is over, and this came out.
    Done(A),
    /// Whoever answered does not speak this protocol, or nobody answered. Nothing may be concluded but that.
    NotThis,
}

/// A conversation over a stream (TCP or TLS), or over datagrams: there each `Send` is one datagram and each `Received`
/// holds the answers received since, one behind the other as they came; a dialogue for datagrams reads the first.
///
/// Bounds: no dialogue sends more than a few hundred bytes, and none keeps more than it was given.
pub trait Dialogue {
    /// What comes out.
    type Answer;
    /// Goes on.
    fn step(&mut self, event: Event<'_>) -> Step<Self::Answer>;
}

impl<D: Dialogue + ?Sized> Dialogue for Box<D> {
    type Answer = D::Answer;

    fn step(&mut self, event: Event<'_>) -> Step<D::Answer> {
        (**self).step(event)
    }
}

/// A service that was recognised beyond doubt, and what it said about itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// The protocol it speaks.
    pub service: NetworkService,
    /// Vendor of the product, in its usual spelling.
    pub vendor: Option<String>,
    /// Product, in its usual spelling, e.g. `OpenSSH`.
    pub product: Option<String>,
    /// Version of the product, e.g. `9.2p1`.
    pub version: Option<String>,
    /// Operating system or firmware of the device, e.g. `Windows Server 2008 R2`.
    pub system: Option<String>,
    /// Names that the device gives itself (host name, NetBIOS name, mDNS name).
    pub names: Vec<String>,
    /// Hardware address that the device states, of one of its interfaces.
    pub mac: Option<[u8; 6]>,
    /// The text by which fingerprints may recognise the product, and where it stood.
    pub texts: Vec<(TextPlace, String)>,
    /// What else was seen.
    pub detail: Detail,
}

impl Seen {
    /// A service of which only the protocol is known.
    pub fn new(service: NetworkService) -> Self {
        Self {
            service,
            vendor: None,
            product: None,
            version: None,
            system: None,
            names: Vec::new(),
            mac: None,
            texts: Vec::new(),
            detail: Detail::None,
        }
    }
}

/// Where a text stood that fingerprints look at. The names are those of recog's files, without their ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TextPlace {
    /// First line of an FTP server, without the code.
    FtpBanner,
    /// First line of an SMTP server, without the code.
    SmtpBanner,
    /// First line of an IMAP server, without `* OK`.
    ImapBanner,
    /// First line of a POP3 server, without `+OK`.
    PopBanner,
    /// Software version of SSH, behind `SSH-2.0-`.
    SshBanner,
    /// First screen of a Telnet server.
    TelnetBanner,
    /// Version of a MySQL greeting.
    MysqlBanner,
    /// The header `Server` of HTTP.
    HttpServer,
    /// The header `WWW-Authenticate` of HTTP.
    HttpAuthenticate,
    /// A cookie's name and value as set by HTTP.
    HttpCookie,
    /// The header `X-Powered-By` of HTTP.
    HttpPoweredBy,
    /// Title of a page.
    HtmlTitle,
    /// The header `Server` of RTSP.
    RtspServer,
    /// The header `Server` of SIP.
    SipServer,
    /// The header `User-Agent` of SIP.
    SipUserAgent,
    /// System description of SNMP (sysDescr).
    SnmpDescription,
    /// Object id of SNMP (sysObjectID).
    SnmpObjectId,
    /// Native operating system of SMB 1.
    SmbNativeOs,
    /// Native LAN manager of SMB 1.
    SmbNativeLm,
    /// Version text of a name server (`version.bind`).
    DnsVersion,
    /// System field of an NTP control answer.
    NtpBanner,
    /// Subject of a certificate, as `CN=...,O=...`.
    CertificateSubject,
    /// Issuer of a certificate.
    CertificateIssuer,
    /// Name of a DICOM implementation (user information 0x55).
    DicomImplementation,
    /// Vendor and product code of a connector, as `vendor/code`.
    KonnektorProduct,
    /// Manufacturer and kind of a card terminal, as `manufacturer/kind`.
    SicctManufacturer,
}

/// What a dialogue saw beyond product and version. The key `endpoint` is left unknown: the dialogue knows no address.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Detail {
    /// Nothing.
    #[default]
    None,
    /// SSH.
    Ssh(DeviceSsh),
    /// SMB.
    Smb(DeviceSmb),
    /// RDP.
    Rdp(DeviceRdp),
    /// VNC.
    Vnc(DeviceVnc),
    /// FTP.
    Ftp(DeviceFtp),
    /// LDAP.
    Ldap(DeviceLdap),
    /// SNMP.
    Snmp(DeviceSnmp),
    /// A database.
    Database(DeviceDatabase),
    /// A name server.
    Dns(DeviceDns),
    /// A broker for messages.
    Mqtt(DeviceMqtt),
    /// A screen for programs of other computers.
    X11(DeviceX11),
    /// A management controller.
    Ipmi(DeviceIpmi),
    /// A web server.
    Web(DeviceWeb),
    /// DICOM.
    Dicom(DeviceDicom),
    /// MLLP.
    Mllp(DeviceMllp),
    /// A connector of the telematics infrastructure.
    Konnektor(DeviceKonnektor),
}

/// How a dialogue is to be held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    /// Name or address of the server, for protocols that say whom they call.
    pub host: String,
    /// Whether the practice has agreed to login attempts (a default community, a guest session, a database without a
    /// password). Without it no dialogue sends anything that a server could count as a login.
    pub logins: bool,
    /// Whether the conversation runs inside TLS.
    pub encrypted: bool,
    /// From which address and port of this computer datagrams are sent, for protocols that state it.
    pub from: Option<SocketAddr>,
}

/// Plays a dialogue against fixed arrivals, for tests and fuzzing: each time the dialogue waits, the next entry comes in.
/// An empty entry is silence; behind the last one the connection is closed.
///
/// Returns what came out (`None` for [`Step::NotThis`] and for a dialogue that never ends) and everything it sent.
pub fn play<D: Dialogue + ?Sized>(dialogue: &mut D, arrivals: &[&[u8]]) -> (Option<D::Answer>, Vec<Vec<u8>>) {
    let (mut received, mut sent) = (Vec::new(), Vec::new());
    let mut arrivals = arrivals.iter();
    let mut step = dialogue.step(Event::Connected);
    for _ in 0..MAX_STEPS {
        match step {
            Step::Done(answer) => return (Some(answer), sent),
            Step::NotThis => return (None, sent),
            Step::Send(bytes) => {
                received.clear();
                sent.push(bytes);
            }
            Step::More => {}
        }
        step = match arrivals.next() {
            None => dialogue.step(Event::Closed),
            Some([]) => dialogue.step(Event::Silence),
            Some(bytes) => {
                received.extend_from_slice(bytes);
                received.truncate(MAX_ANSWER_BYTES);
                dialogue.step(Event::Received(&received))
            }
        };
    }
    (None, sent)
}

//! What surrounds every page: for whom it is, where it stands, what may be done, and what just happened.

use super::links::encoded;
use maud::Markup;
use visite_facts::Lang;
use visite_report::moment::Calendar;
use visite_report::texts::Texts;

/// What every page needs besides its view.
#[derive(Clone)]
pub struct Frame<'a> {
    /// Texts in the reader's language: [`super::texts`].
    pub texts: &'a Texts,
    /// The reader's clock in the practice's time zone.
    pub calendar: &'a Calendar<'a>,
    /// The practice that the page is about; none on pages of the provider and of the installation.
    pub practice: Option<Here<'a>>,
    /// Who reads; none before login.
    pub account: Option<Account<'a>>,
    /// What the reader may do. Pages only leave out what is not allowed; the routes decide.
    pub may: May,
    /// The token against forged posts; stands in every form as `csrf`.
    pub csrf: &'a str,
    /// What the last action did.
    pub message: Option<Message>,
    /// What stands in the search field.
    pub search: &'a str,
    /// The provider's name and logo, where it has set them.
    pub brand: Option<&'a Brand>,
    /// Whether all of it is made up (`visite serve --demo`).
    pub demo: bool,
    /// Version of Visite.
    pub version: &'a str,
}

/// A practice and where the reader is in it.
#[derive(Clone, Copy, Debug)]
pub struct Here<'a> {
    /// Its id, as it stands in addresses.
    pub id: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Open findings, for the navigation; none if nothing was judged yet.
    pub open: Option<usize>,
}

/// Who reads.
#[derive(Clone, Copy, Debug)]
pub struct Account<'a> {
    /// Their name.
    pub name: &'a str,
}

/// What a reader may do, by role.
#[derive(Clone, Copy, Debug, Default)]
pub struct May {
    /// Accept and assign findings, start rounds.
    pub decide: bool,
    /// Enrol and revoke agents, release scans.
    pub connect: bool,
    /// Change settings of the practice.
    pub govern: bool,
    /// Read the practice's audit log.
    pub oversee: bool,
    /// See all practices of the provider.
    pub provide: bool,
    /// Lead a provider: import practices, set policies and branding, bring colleagues in.
    pub administer: bool,
    /// Look after the server itself.
    pub install: bool,
}

/// How a provider appears to its practices.
#[derive(Clone, Debug, Default)]
pub struct Brand {
    /// Name of the provider.
    pub name: String,
    /// Telephone, for people in need.
    pub phone: String,
    /// E-mail address.
    pub mail: String,
    /// Whether there is a logo at `/logo`.
    pub logo: bool,
}

/// What an action did, in a sentence for people.
#[derive(Clone, Debug)]
pub struct Message {
    /// Whether it worked.
    pub good: bool,
    /// The sentence, and what comes next.
    pub text: String,
}

/// The words by which a redirect says what was done: `?done=accepted`.
pub const DONE: &[&str] = &[
    "accepted",
    "withdrawn",
    "assigned",
    "recheck",
    "round",
    "scan",
    "revoked",
    "token-ended",
    "hook-tested",
    "hook-removed",
    "saved",
    "released",
    "release-ended",
    "cancelled",
    "imported",
    "tried",
    "left",
    "created",
    "exception",
    "setup",
];

impl Message {
    /// The message of a word of [`DONE`]; none for any other word.
    pub fn done(texts: &Texts, word: &str) -> Option<Self> {
        DONE.contains(&word).then(|| Self { good: true, text: texts.say(&format!("done-{word}")) })
    }

    /// Something did not work; `text` says what and what comes next.
    pub fn problem(text: impl Into<String>) -> Self {
        Self { good: false, text: text.into() }
    }
}

/// The entries of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Start page.
    Start,
    /// Findings.
    Findings,
    /// Devices.
    Devices,
    /// Floor plan and zones.
    Network,
    /// Wall sockets.
    Sockets,
    /// Measures.
    Measures,
    /// Rounds and their comparison.
    Rounds,
    /// Checks.
    Checks,
    /// Requirements.
    Requirements,
    /// Connected computers.
    Agents,
    /// Jobs.
    Jobs,
    /// People and roles.
    People,
    /// Settings and the wizard.
    Settings,
    /// Audit log.
    Audit,
    /// All practices.
    Practices,
    /// Policies.
    Policies,
    /// Import of practices.
    Import,
    /// Branding.
    Branding,
    /// People of the provider.
    Team,
    /// The mail server.
    Mail,
    /// The service by which people sign in.
    Service,
    /// The server's authority on other computers.
    Certificate,
    /// Programs that look after several practices.
    Programs,
    /// None of them: errors, search.
    None,
}

/// A page: its place, its title, and what stands in it.
pub struct Page {
    /// Entry of the navigation.
    pub section: Section,
    /// Title of the window, and the only first heading unless `heading` is there.
    pub title: String,
    /// A first heading that is more than the title; it has to hold an `h1`.
    pub heading: Option<Markup>,
    /// Pages above this one: address and name.
    pub above: Vec<(String, String)>,
    /// What stands beside the heading, e.g. the action of the page.
    pub beside: Markup,
    /// The rest.
    pub content: Markup,
}

impl Page {
    /// A page with a plain heading.
    pub fn new(section: Section, title: impl Into<String>, content: Markup) -> Self {
        let nothing = maud::PreEscaped(String::new());
        Self { section, title: title.into(), heading: None, above: Vec::new(), beside: nothing, content }
    }

    /// The same page, below another one.
    pub fn below(mut self, address: impl Into<String>, name: impl Into<String>) -> Self {
        self.above.push((address.into(), name.into()));
        self
    }

    /// The same page, with an action beside its heading.
    pub fn beside(mut self, beside: Markup) -> Self {
        self.beside = beside;
        self
    }
}

impl Frame<'_> {
    /// The reader's language.
    pub fn lang(&self) -> Lang {
        self.texts.lang
    }

    /// A text without placeholders.
    pub fn say(&self, key: &str) -> String {
        self.texts.say(key)
    }

    /// A text about a number.
    pub fn count(&self, key: &str, n: usize) -> String {
        self.texts.fill(key, [("n", n.into())])
    }

    /// An address in the practice: `to(&["findings", id])`. Segments are encoded.
    pub fn to(&self, segments: &[&str]) -> String {
        let mut address = format!("/p/{}", encoded(self.practice.map_or("", |practice| practice.id)));
        for segment in segments {
            address.push('/');
            address.push_str(&encoded(segment));
        }
        address
    }

    /// The whole document.
    pub fn render(&self, page: Page) -> String {
        // The template holds no character that acts, so what is escaped here came from outside.
        visite_report::html::clean_lines(&super::layout::document(self, page).into_string())
    }
}

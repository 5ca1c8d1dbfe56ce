//! The people of a provider.

use super::forms::{Choice, Field, field, guard, select};
use super::frame::{Frame, Page, Section};
use super::table::{Cell, Table};
use crate::login::views::role_name;
use maud::{Markup, html};
use visite_facts::Word;
use visite_store::Role;

/// The roles of people at a provider.
pub const ROLES: [Role; 2] = [Role::Technician, Role::ProviderAdmin];

/// Somebody who works there.
#[derive(Clone, Debug)]
pub struct Member {
    /// Their account.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Their e-mail address; empty if it is not known yet.
    pub email: String,
    /// Their role.
    pub role: Role,
    /// How many practices they have access to.
    pub practices: usize,
    /// Whether they have not signed in yet.
    pub waiting: bool,
    /// Whether it is the reader.
    pub own: bool,
}

/// What the page shows.
#[derive(Clone, Debug)]
pub struct View {
    /// All of them.
    pub members: Vec<Member>,
    /// For whom a link was just made, and the link; it is shown once.
    pub link: Option<(String, String)>,
}

/// The page.
pub fn page(frame: &Frame<'_>, view: &View) -> Page {
    let columns = ["team-name", "team-email", "team-role", "team-practices", "team-change"].map(|key| frame.say(key));
    let mut table = Table::new(frame.say("nav-team"), &columns);
    for member in &view.members {
        let waiting = member.waiting.then(|| format!(" · {}", frame.say("team-waiting")));
        table.rows.push(vec![
            Cell::text(member.name.as_str()),
            Cell::text(member.email.as_str()),
            Cell::text(format!("{}{}", role_name(frame.lang(), member.role), waiting.unwrap_or_default())),
            Cell::number(member.practices.to_string()),
            Cell::shown("", end(frame, member)),
        ]);
    }
    let roles: Vec<Choice> =
        ROLES.iter().map(|role| (role.word().to_owned(), role_name(frame.lang(), *role).to_owned())).collect();
    let line = |name: &'static str, key: &str, kind: &'static str| {
        field(&Field { name, label: frame.say(key), help: None, kind, value: "", required: true, id: None })
    };
    let content = html! {
        p .lead { (frame.say("team-lead")) }
        @if let Some((name, link)) = &view.link {
            section .card aria-labelledby="link-title" {
                h2 #link-title { (frame.texts.fill("team-link", [("name", name.as_str().into())])) }
                p .sub { (frame.say("team-link-text")) }
                p { code .link { (link) } }
            }
        }
        (table.html())
        section .block aria-labelledby="invite-title" {
            h2 #invite-title { (frame.say("team-invite")) }
            p .sub { (frame.say("team-invite-text")) }
            form .narrow-form method="post" action="/team" {
                (guard(frame))
                (line("name", "team-name", "text"))
                (line("email", "team-email", "email"))
                (select("role", "role", &frame.say("team-role"), "", &roles))
                p .buttons { button type="submit" { (frame.say("team-invite-do")) } }
            }
        }
    };
    Page::new(Section::Team, frame.say("nav-team"), content)
}

fn end(frame: &Frame<'_>, member: &Member) -> Markup {
    html! {
        @if !member.own {
            form method="post" action={ "/team/" (super::links::encoded(&member.id)) "/end" } {
                (guard(frame))
                button .plainly type="submit" { (frame.say("team-end")) span .unseen { ": " (member.name) } }
            }
        }
    }
}

//! Who may do what: each route says it, and the router is built from the same list.
//!
//! A route that is not in the list does not exist, and one in the list cannot leave the question open. What a
//! person may not know of is not found; what a person knows of but may not do is forbidden.

use crate::api::caller::Program;
use crate::api::doc::Doc;
use crate::api::scope::Scope;
use crate::login::session::Standing;
use crate::web::app::App;
use crate::web::guard::From;
use crate::web::input;
use crate::web::refusal::Refusal;
use crate::web::visit::{Arrival, Here, Unencrypted, Visit, Visitor};
use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::{DefaultBodyLimit, RawPathParams, Request, State};
use axum::handler::Handler;
use axum::http::Method;
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use visite_facts::Lang;
use visite_store::{PracticeId, Role};

/// The part of a path that names the practice.
pub const PRACTICE: &str = "practice";

/// Everybody who reads the whole practice.
pub const READS: &[Role] = &[
    Role::ProviderAdmin,
    Role::Technician,
    Role::PracticeOwner,
    Role::PracticeManager,
    Role::DataProtectionOfficer,
    Role::Auditor,
];
/// Who accepts, assigns and closes findings.
pub const DECIDES_FINDINGS: &[Role] =
    &[Role::ProviderAdmin, Role::Technician, Role::PracticeOwner, Role::PracticeManager];
/// Who looks after agents and scans.
pub const OPERATES: &[Role] = &[Role::ProviderAdmin, Role::Technician, Role::PracticeOwner];
/// Who changes the practice itself.
pub const DECIDES: &[Role] = &[Role::ProviderAdmin, Role::PracticeOwner];
/// Who reads the audit log of the practice.
pub const OVERSEES: &[Role] = &[Role::ProviderAdmin, Role::PracticeOwner, Role::DataProtectionOfficer, Role::Auditor];
/// Who looks after people's training.
pub const TRAINS: &[Role] = &[Role::ProviderAdmin, Role::PracticeOwner, Role::PracticeManager];
/// Everybody with any role in the practice.
pub const BELONGS: &[Role] = &[
    Role::ProviderAdmin,
    Role::Technician,
    Role::PracticeOwner,
    Role::PracticeManager,
    Role::DataProtectionOfficer,
    Role::Staff,
    Role::Auditor,
];

/// Bytes that a request may bring, unless its route says otherwise.
const BODY_LIMIT: usize = 64 * 1024;

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Anybody, also without a session.
    Anyone,
    /// Whoever has a session, however far it has come.
    Begun,
    /// Whoever has passed the second factor, also while setting up the account.
    OwnAccount,
    /// Whoever is signed in.
    Person,
    /// Whoever has one of these roles in the practice of the path, which has a part `{practice}`.
    Practice(&'static [Role]),
    /// Whoever looks after the installation.
    Installation,
    /// A program with a token that has this scope.
    Token(Scope),
    /// A program with a token that has this scope in the practice of the path, which has a part `{practice}`.
    TokenHere(Scope),
    /// A program with a token of the installation that has this scope.
    TokenOfAll(Scope),
}

/// A route: where, who, and what answers.
pub struct Route {
    /// Method of HTTP. A `GET` answers `HEAD`, too.
    pub method: Method,
    /// Path, as axum writes it.
    pub path: &'static str,
    /// Who may call it.
    pub who: Who,
    /// Whether the person has to have proved a short time ago who it is.
    pub fresh: bool,
    /// What it takes and gives, if it is made for programs.
    pub doc: Option<Doc>,
    body_limit: usize,
    handler: MethodRouter<App>,
}

impl Route {
    /// Answers `GET`.
    pub fn get<H: Handler<T, App>, T: 'static>(path: &'static str, who: Who, handler: H) -> Self {
        Self::new(Method::GET, MethodFilter::GET, path, who, handler)
    }

    /// Answers `POST`.
    pub fn post<H: Handler<T, App>, T: 'static>(path: &'static str, who: Who, handler: H) -> Self {
        Self::new(Method::POST, MethodFilter::POST, path, who, handler)
    }

    /// Answers `PUT`.
    pub fn put<H: Handler<T, App>, T: 'static>(path: &'static str, who: Who, handler: H) -> Self {
        Self::new(Method::PUT, MethodFilter::PUT, path, who, handler)
    }

    /// Answers `DELETE`.
    pub fn delete<H: Handler<T, App>, T: 'static>(path: &'static str, who: Who, handler: H) -> Self {
        Self::new(Method::DELETE, MethodFilter::DELETE, path, who, handler)
    }

    fn new<H: Handler<T, App>, T: 'static>(
        method: Method,
        filter: MethodFilter,
        path: &'static str,
        who: Who,
        handler: H,
    ) -> Self {
        Self { method, path, who, fresh: false, doc: None, body_limit: BODY_LIMIT, handler: on(filter, handler) }
    }

    /// Only for whoever proved a short time ago who it is.
    pub fn fresh(self) -> Self {
        Self { fresh: true, ..self }
    }

    /// Told to programs, as `doc` says.
    pub fn told(self, doc: Doc) -> Self {
        Self { doc: Some(doc), ..self }
    }

    /// Accepts larger requests: up to `bytes`.
    pub fn body_limit(self, bytes: usize) -> Self {
        Self { body_limit: bytes, ..self }
    }
}

#[derive(Clone, Copy)]
struct Rule {
    who: Who,
    fresh: bool,
    body_limit: usize,
}

/// The router of `routes`, and of nothing else.
pub fn router(app: &App, routes: Vec<Route>) -> axum::Router<App> {
    routes.into_iter().fold(axum::Router::new(), |router, route| {
        let rule = Rule { who: route.who, fresh: route.fresh, body_limit: route.body_limit };
        let guarded = route
            .handler
            // The limit of the route takes the place of axum's own, which knows none larger.
            .layer::<_, Infallible>(DefaultBodyLimit::disable())
            .layer::<_, Infallible>(from_fn_with_state((app.clone(), rule), enforce));
        router.route(route.path, guarded)
    })
}

/// What is wrong with a list of routes: nothing, in a program that works. Asked by a test.
pub fn faults(routes: &[Route]) -> Vec<String> {
    let mut faults = Vec::new();
    for (i, route) in routes.iter().enumerate() {
        let names_practice = route.path.split('/').any(|part| part == format!("{{{PRACTICE}}}"));
        if names_practice != matches!(route.who, Who::Practice(_) | Who::TokenHere(_)) {
            faults.push(format!(
                "{} {}: a practice in the path and roles in it belong together",
                route.method, route.path
            ));
        }
        let for_programs = matches!(route.who, Who::Token(_) | Who::TokenHere(_) | Who::TokenOfAll(_));
        if for_programs && route.doc.is_none() {
            faults.push(format!("{} {}: programs are not told about it", route.method, route.path));
        }
        if route.who == Who::Practice(&[]) {
            faults.push(format!("{} {}: nobody may call it", route.method, route.path));
        }
        if routes[..i].iter().any(|other| (&other.method, other.path) == (&route.method, route.path)) {
            faults.push(format!("{} {}: stands there twice", route.method, route.path));
        }
        if route.fresh && matches!(route.who, Who::Anyone | Who::Begun) {
            faults.push(format!("{} {}: nobody is asked, so nobody can be asked again", route.method, route.path));
        }
    }
    faults
}

/// Lets a request through to its handler, or not; tells the handler who asks, and the answer in which language.
///
/// What is sent along is read here, and then who asks is looked up again: who was let go, or proved too long ago who they
/// are, when the last piece of a form has arrived, changes nothing any more.
async fn enforce(
    State((app, rule)): State<(App, Rule)>,
    params: RawPathParams,
    request: Request,
    next: Next,
) -> Response {
    let practice = practice_of(&params);
    let (mut parts, body) = request.into_parts();
    let mut lang = None;
    let mut response = match let_through(&app, rule, practice, &mut parts, body, &mut lang).await {
        Ok(body) => next.run(Request::from_parts(parts, body)).await,
        Err(refusal) => refusal.into_response(),
    };
    if let Some(lang) = lang {
        response.extensions_mut().insert(lang);
    }
    response
}

/// The whole body of a request that may go on; `parts` says who asks, and `lang` the language of the answer.
async fn let_through(
    app: &App,
    rule: Rule,
    practice: Option<String>,
    parts: &mut Parts,
    body: Body,
    lang: &mut Option<Lang>,
) -> Result<Body, Refusal> {
    introduce(app, rule, practice.clone(), parts, lang).await?;
    if body.is_end_stream() {
        return Ok(body);
    }
    let bytes = to_bytes(body, rule.body_limit).await.map_err(|error| input::broken(&error))?;
    introduce(app, rule, practice, parts, lang).await?;
    Ok(Body::from(bytes))
}

/// Looks up who asks, and whether they may. A program is asked for its token: what a browser sends along opens nothing.
async fn introduce(
    app: &App,
    rule: Rule,
    practice: Option<String>,
    parts: &mut Parts,
    lang: &mut Option<Lang>,
) -> Result<(), Refusal> {
    let here = if matches!(rule.who, Who::Token(_) | Who::TokenHere(_) | Who::TokenOfAll(_)) {
        let (program, here) = Program::admit(app, rule.who, &parts.headers, practice).await?;
        parts.extensions.insert(program);
        here
    } else {
        let address = parts.extensions.get::<From>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |from| from.0);
        let unencrypted = parts.extensions.get::<Unencrypted>().is_some();
        let arrival = Arrival::new(app, address, unencrypted, &parts.headers);
        let visitor = Visitor::of(app, &arrival, &parts.headers).await?;
        let spoken = visitor.as_ref().map_or_else(|| app.lang_of(&parts.headers), |visitor| visitor.account.language);
        *lang = Some(spoken);
        let here = admit(app, rule, visitor.as_ref(), practice).await?;
        parts.extensions.insert(Visit { lang: spoken, arrival, visitor });
        here
    };
    if let Some(here) = here {
        parts.extensions.insert(here);
    }
    Ok(())
}

fn practice_of(params: &RawPathParams) -> Option<String> {
    params.iter().find(|(name, _)| *name == PRACTICE).map(|(_, value)| value.to_owned())
}

/// Whether `visitor` may go on, and to which practice.
async fn admit(
    app: &App,
    rule: Rule,
    visitor: Option<&Visitor>,
    practice: Option<String>,
) -> Result<Option<Here>, Refusal> {
    let standing = visitor.map(|visitor| visitor.standing);
    passes_door(rule.who, standing)?;
    let Some(visitor) = visitor else { return Ok(None) };
    let here = match rule.who {
        Who::Practice(roles) => Some(admit_here(app, roles, visitor, practice).await?),
        // These are asked for their token.
        Who::Token(_) | Who::TokenHere(_) | Who::TokenOfAll(_) => return Err(Refusal::Token),
        Who::Installation if !visitor.administers(app).await? => return Err(Refusal::Forbidden),
        _ => None,
    };
    if rule.fresh && !visitor.fresh {
        return Err(Refusal::Next("/login/again"));
    }
    Ok(here)
}

/// Whether somebody who has come so far may try a route for `who`.
fn passes_door(who: Who, standing: Option<Standing>) -> Result<(), Refusal> {
    match (who, standing) {
        (Who::Anyone, _) => Ok(()),
        (_, None) => Err(Refusal::SignIn),
        (Who::Begun, Some(_)) => Ok(()),
        (_, Some(Standing::AwaitsSecondFactor)) => Err(Refusal::Next("/login/code")),
        (Who::OwnAccount, Some(_)) => Ok(()),
        (_, Some(Standing::ToSetUp)) => Err(Refusal::Next("/account/setup")),
        (_, Some(Standing::Complete)) => Ok(()),
    }
}

async fn admit_here(app: &App, roles: &[Role], visitor: &Visitor, practice: Option<String>) -> Result<Here, Refusal> {
    // A practice without a role of the visitor, one that does not exist and a text that is none look the same.
    let id = practice.and_then(|text| PracticeId::new(text).ok()).ok_or(Refusal::NotFound)?;
    let practice = app.store().practice(id);
    let membership = practice.member(&visitor.account.id, app.now()).await?.ok_or(Refusal::NotFound)?;
    let provider = membership.role.is_of_provider();
    if provider && !visitor.factors.any() && !visitor.elsewhere.second_factor {
        return Err(Refusal::Next("/account/app"));
    }
    if roles.contains(&membership.role) { Ok(Here { practice, membership }) } else { Err(Refusal::Forbidden) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use visite_facts::Word;

    #[test]
    fn nobody_comes_further_than_they_have_proved() {
        let everything = [Who::Begun, Who::OwnAccount, Who::Person, Who::Practice(READS), Who::Installation];
        for who in everything {
            assert_eq!(passes_door(who, None), Err(Refusal::SignIn), "{who:?}");
            assert_eq!(passes_door(who, Some(Standing::Complete)), Ok(()), "{who:?}");
        }
        for who in &everything[1..] {
            assert_eq!(passes_door(*who, Some(Standing::AwaitsSecondFactor)), Err(Refusal::Next("/login/code")));
        }
        for who in &everything[2..] {
            assert_eq!(passes_door(*who, Some(Standing::ToSetUp)), Err(Refusal::Next("/account/setup")));
        }
        for standing in [None, Some(Standing::AwaitsSecondFactor), Some(Standing::ToSetUp)] {
            assert_eq!(passes_door(Who::Anyone, standing), Ok(()));
        }
    }

    /// The table of roles in `docs/concepts/platform.md`, once more by hand.
    #[test]
    fn roles_are_those_of_the_concept() {
        for word in Role::ALL {
            let role = Role::from_word(word).unwrap();
            let has = |roles: &[Role]| roles.contains(&role);
            let rights = (has(READS), has(DECIDES_FINDINGS), has(OPERATES), has(TRAINS), has(DECIDES));
            let expected = match role {
                Role::ProviderAdmin | Role::PracticeOwner => (true, true, true, true, true),
                Role::Technician => (true, true, true, false, false),
                Role::PracticeManager => (true, true, false, true, false),
                Role::DataProtectionOfficer | Role::Auditor => (true, false, false, false, false),
                Role::Staff => (false, false, false, false, false),
            };
            assert_eq!(rights, expected, "{word}");
            assert!(has(BELONGS), "{word}");
        }
    }

    #[test]
    fn faults_of_a_list_are_found() {
        let route = |path, who| Route::get(path, who, async || "");
        let wrong = [
            route("/p/{practice}/a", Who::Person),
            route("/b", Who::Practice(READS)),
            route("/p/{practice}/c", Who::Practice(&[])),
            route("/d", Who::Person),
            route("/d", Who::Installation),
            route("/e", Who::Anyone).fresh(),
        ];
        assert_eq!(faults(&wrong).len(), 5, "{:?}", faults(&wrong));
        assert_eq!(
            faults(&[route("/p/{practice}/a", Who::Practice(READS)), route("/d", Who::Person).fresh()]),
            [""; 0]
        );
    }
}

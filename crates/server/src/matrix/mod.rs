//! Every operation, asked by everybody, of each site: who gets in, and that nothing of another site comes out.
//!
//! The operations are those of the description. One that is not in the table of [`operations`] fails the test, and so does
//! one that lets in whom it should not, or shuts out whom it should let in.

mod operations;
mod people;
mod things;

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use tokio_stream::StreamExt as _;
use tower::ServiceExt as _;

use operations::{Asked, May, asked};
use people::Person;
use things::World;

/// An operation as it is described.
struct Operation {
    id: String,
    method: Method,
    /// Whether nobody need have signed in for it.
    is_open: bool,
}

fn described() -> Vec<Operation> {
    let document = crate::openapi();
    let mut all = Vec::new();
    for operations in document["paths"].as_object().unwrap().values() {
        for (method, operation) in operations.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            let method = method.to_uppercase().parse().unwrap();
            all.push(Operation { id, method, is_open: operation["security"] == json!([{}]) });
        }
    }
    all
}

/// What somebody is answered: the status, and the body; of what never ends only that it began.
async fn answer(world: &World, person: &Person, method: &Method, asked: &Asked) -> (StatusCode, String) {
    let mut request = Request::builder().method(method).uri(&asked.path).header("if-match", asked.version);
    let bearer = match &person.bearer {
        // The question ends sessions: others are yet to be asked.
        Some(_) if asked.path.contains("/auth/logout") && !person.is_token => {
            Some(world.signed_in("leaver").await)
        }
        bearer => bearer.clone(),
    };
    if let Some(bearer) = bearer {
        request = request.header("authorization", format!("Bearer {bearer}"));
    }
    let body = match &asked.body {
        Value::Null => Body::empty(),
        body => {
            request = request.header("content-type", "application/json");
            Body::from(body.to_string())
        }
    };
    let response = world.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
    let status = response.status();
    if status.is_success() && asked.is_endless {
        return (status, String::new());
    }
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 24).await.unwrap();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

/// What somebody should be answered.
fn expected(person: &Person, asked: &Asked) -> &'static [StatusCode] {
    const UNKNOWN: &[StatusCode] = &[StatusCode::UNAUTHORIZED];
    const HIDDEN: &[StatusCode] = &[StatusCode::NOT_FOUND];
    const REFUSED: &[StatusCode] = &[StatusCode::FORBIDDEN];
    let rights = &person.rights;
    if person.bearer.is_none() {
        return UNKNOWN;
    }
    match asked.may {
        May::Anybody | May::SignedIn | May::List(_) => asked.done,
        May::Session if person.is_token => REFUSED,
        May::Session => asked.done,
        May::At(least) => match rights.at(&asked.site) {
            None => HIDDEN,
            Some(role) if role < least => REFUSED,
            Some(_) => asked.done,
        },
        May::Hidden(least) if rights.allow(least, &asked.site) => asked.done,
        May::Hidden(_) => HIDDEN,
        May::Granting(least) if rights.allow(least, &asked.site) => asked.done,
        May::Granting(_) => REFUSED,
        May::Everywhere(least) if rights.everywhere >= Some(least) => asked.done,
        May::Everywhere(_) => REFUSED,
        May::Somewhere(least) => {
            let somewhere = rights.everywhere.max(rights.sites.values().copied().max());
            if somewhere >= Some(least) { asked.done } else { REFUSED }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_gets_what_is_theirs_and_nothing_else() {
    let world = World::new().await;
    let operations = described();
    let mut known = BTreeSet::new();
    let mut wrong = Vec::new();
    let mut questions = 0;
    for Operation { id, method, is_open } in &operations {
        for site in ["north", "south"] {
            for person in &world.people {
                for asked in asked(id, site, &world, person).await {
                    known.insert(id.clone());
                    assert_eq!(asked.may == May::Anybody, *is_open, "{id}: whether it asks for a name");
                    if *is_open {
                        continue;
                    }
                    questions += 1;
                    let (status, text) = answer(&world, person, method, &asked).await;
                    let (who, path) = (&person.name, &asked.path);
                    let expected = expected(person, &asked);
                    if !expected.contains(&status) {
                        wrong.push(format!("{who}: {method} {path}: {status} and not {expected:?}: {text}"));
                    }
                    // The question names the site itself where it is about it.
                    let is_theirs = person.rights.at("south").is_some();
                    let is_asked = asked.path.contains("south") || asked.body.to_string().contains("south");
                    if !is_theirs && !is_asked && text.contains("south") {
                        wrong.push(format!("{who}: {method} {path} tells of another site: {text}"));
                    }
                    if let (May::List(least), true) = (asked.may, person.bearer.is_some()) {
                        let shows = person.rights.allow(least, site);
                        if text.contains(&asked.mark) != shows {
                            wrong.push(format!(
                                "{who}: {method} {path}: {site} should be there: {shows}: {text}"
                            ));
                        }
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {questions} answers are wrong:\n{}", wrong.len(), wrong.join("\n"));
    let described: BTreeSet<_> = operations.into_iter().map(|operation| operation.id).collect();
    assert_eq!(known, described, "every operation stands in the table of `operations`");
    println!("{questions} questions to {} operations", described.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_as_it_comes_is_told_to_those_whose_it_is() {
    let world = World::new().await;
    for person in world.people.iter().filter(|person| person.bearer.is_some()) {
        let request = Request::get("/api/v1/live").header("accept", "text/event-stream");
        let request = request.header("authorization", format!("Bearer {}", person.bearer.as_ref().unwrap()));
        let request = request.body(Body::empty()).unwrap();
        let response = world.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{}", person.name);
        let mut stream = response.into_body().into_data_stream();
        // First the other site, so that what was let through would have come by now.
        world.cross("south-door").await;
        world.cross("north-door").await;
        let mut told = String::new();
        while !told.contains("north-door") {
            told += &String::from_utf8_lossy(&stream.next().await.unwrap().unwrap());
        }
        let is_theirs = person.rights.at("south").is_some();
        assert_eq!(told.contains("south-door"), is_theirs, "{}: {told}", person.name);
    }
}

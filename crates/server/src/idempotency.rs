//! `Idempotency-Key`: a request that is sent twice is done once (draft-ietf-httpapi-idempotency-key-header).
//!
//! The key is noted before the request is handled, its answer after. When the program dies between the two it is not known
//! whether the request was done: for a minute the key is refused, then it may be used again.

use std::sync::Arc;
use std::time::Duration;

use access::Who;
use axum::body::Body;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use database::{Access, Database, Value, instant};
use sha2::{Digest as _, Sha256};

use crate::App;
use crate::extract::{Caller, body_bytes};
use crate::problem::{Code, Problem};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// How long an answer is kept.
const KEPT: Duration = Duration::from_secs(24 * 3600);
/// After this a request whose answer is not there is taken to be lost.
const LOST: Duration = Duration::from_secs(60);
/// What a body, asked or answered, may hold to be kept, in bytes.
const LIMIT: usize = 1024 * 1024;

/// Marks an answer that holds a secret: it is not kept, and a repeat is told that the request was done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Once;

/// One request with a key.
struct Asked {
    caller: String,
    key: String,
    request: Vec<u8>,
}

/// Answers a request with a key that was answered before with the same answer; else has it answered.
pub(crate) async fn layer(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !request.headers().contains_key(KEY) {
        return next.run(request).await;
    }
    answer(&app, request, next).await.unwrap_or_else(|problem| problem.into_response())
}

async fn answer(app: &Arc<App>, request: Request, next: Next) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    // Whoever asks is known by it from here on.
    let caller = Caller::from_request_parts(&mut parts, app).await?;
    let body = body_bytes(body, LIMIT).await?;
    let mut digest = Sha256::new();
    digest.update(parts.uri.to_string());
    digest.update([0]);
    digest.update(&body);
    let asked = Asked {
        caller: name(&caller.who),
        key: key(&parts.headers[KEY])?,
        request: digest.finalize().to_vec(),
    };
    let db = app.tables.database(&app.store).await?;
    if let Some(answer) = asked.begin(db, instant::clamped(app.clock.now())).await? {
        return Ok(answer);
    }
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    asked.end(db, response).await
}

fn name(who: &Who) -> String {
    match who {
        Who::User { id, .. } | Who::Token { id, .. } => id.to_string(),
        Who::Program => "program".to_owned(),
        Who::Nobody => "nobody".to_owned(),
    }
}

fn key(value: &HeaderValue) -> Result<String, Problem> {
    let text = value.to_str().ok().filter(|text| (1..=255).contains(&text.len()));
    let wrong = || Problem::question("an `Idempotency-Key` has 1 to 255 visible characters");
    text.map(str::to_owned).ok_or_else(wrong)
}

impl Asked {
    fn values(&self) -> Vec<Value> {
        vec![Value::Text(self.caller.clone()), Value::Text(self.key.clone())]
    }

    /// Notes the key. The answer, if there is one already.
    async fn begin(&self, db: &Database, now: i64) -> Result<Option<Response>, Problem> {
        let before = |time: Duration| Value::Int(now - time.as_micros() as i64);
        let mut tx = db.begin(Access::Add).await?;
        let sql = "DELETE FROM idempotency_keys WHERE begun < $1 OR (status IS NULL AND begun < $2)";
        tx.execute(sql, vec![before(KEPT), before(LOST)]).await?;
        let sql = "INSERT INTO idempotency_keys (caller, idempotency_key, request, begun) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT DO NOTHING";
        let new = [self.values(), vec![Value::Bytes(self.request.clone()), Value::Int(now)]].concat();
        let is_new = tx.execute(sql, new).await? > 0;
        let sql = "SELECT request, status, headers, body FROM idempotency_keys \
                   WHERE caller = $1 AND idempotency_key = $2";
        type Row = (Vec<u8>, Option<i64>, Option<String>, Option<Vec<u8>>);
        let known = if is_new { Vec::new() } else { tx.fetch::<Row>(sql, self.values()).await? };
        tx.commit().await?;
        let Some((request, status, headers, body)) = known.into_iter().next() else { return Ok(None) };
        if request != self.request {
            return Err(Problem::new(
                Code::KeyReused,
                "this `Idempotency-Key` came before with another request",
            ));
        }
        let status = status.and_then(|status| StatusCode::from_u16(u16::try_from(status).ok()?).ok());
        let (Some(status), Some(body)) = (status, body) else {
            let detail = "the request with this `Idempotency-Key` is being done, or its answer is not kept";
            return Err(Problem::new(Code::KeyInUse, detail).after(1));
        };
        let mut response = (status, body).into_response();
        for line in headers.unwrap_or_default().lines() {
            if let Some((name, value)) = line.split_once(": ")
                && let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse())
            {
                response.headers_mut().insert(name, value);
            }
        }
        Ok(Some(response))
    }

    /// Notes the answer. What was refused may be asked again with the same key.
    async fn end(&self, db: &Database, response: Response) -> Result<Response, Problem> {
        let (parts, body) = response.into_parts();
        let mut tx = db.begin(Access::Add).await?;
        if !parts.status.is_success() {
            let sql = "DELETE FROM idempotency_keys WHERE caller = $1 AND idempotency_key = $2";
            tx.execute(sql, self.values()).await?;
            tx.commit().await?;
            return Ok(Response::from_parts(parts, body));
        }
        let bytes = body_bytes(body, LIMIT).await.map_err(|_| Problem::internal())?;
        let kept = [header::CONTENT_TYPE, header::ETAG, header::LOCATION].into_iter().filter_map(|name| {
            let value = parts.headers.get(&name)?.to_str().ok()?;
            Some(format!("{name}: {value}\n"))
        });
        let is_secret = parts.extensions.get::<Once>().is_some();
        let answer = vec![
            Value::Int(parts.status.as_u16().into()),
            Value::Text(kept.collect()),
            Value::BytesOrNull((!is_secret).then(|| bytes.to_vec())),
        ];
        let sql = "UPDATE idempotency_keys SET status = $3, headers = $4, body = $5 \
                   WHERE caller = $1 AND idempotency_key = $2";
        tx.execute(sql, [self.values(), answer].concat()).await?;
        tx.commit().await?;
        Ok(Response::from_parts(parts, Body::from(bytes)))
    }
}

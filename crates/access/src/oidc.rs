//! Single sign-on by OpenID Connect: authorisation code flow with PKCE, state and nonce.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use audit::Object;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use database::{Access, Value};
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreIdTokenClaims, CoreProviderMetadata};
use openidconnect::{
    AsyncHttpClient, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse,
    IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse as _,
};
use serde_json::json;
use time::OffsetDateTime;
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::accounts::Change;
use crate::device::Device;
use crate::users::{Kept, by_id, logged};
use crate::{Accounts, Caller, Error, Grant, NewUser, Result, Rights, SignedIn, Visit};

/// Where the provider sends people back to, after [`Settings::address`](crate::Settings::address).
const CALLBACK: &str = "/api/v1/auth/oidc/callback";
/// How long somebody may take at the provider, in seconds.
const PATIENCE: i64 = 600;
/// How long what the provider says of itself is believed, in seconds. Its keys change now and then.
const FRESH: i64 = 3600;
/// The longest state that is looked at.
const STATE: usize = 4096;

/// Sends a request; follows no redirect.
pub type HttpClient = Arc<
    dyn Fn(HttpRequest) -> Pin<Box<dyn Future<Output = Result<HttpResponse, io::Error>> + Send>>
        + Send
        + Sync,
>;

/// The client as the library takes it. A closure would do as well, but then the compiler cannot show that the future may
/// change threads.
struct Http(HttpClient);

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, io::Error>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        (self.0)(request)
    }
}

/// A provider of single sign-on.
#[derive(Clone, PartialEq, Eq)]
pub struct OidcSettings {
    /// Its address; `/.well-known/openid-configuration` is below it.
    pub issuer: String,
    /// What it calls this program.
    pub client_id: String,
    /// The secret that it gave this program, if it did.
    pub client_secret: Option<String>,
    /// What somebody may do who signs in for the first time. If none, only users who linked their account may sign in.
    pub new_users: Option<Grant>,
}

/// A sign-in that has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcStart {
    /// Where to send the browser.
    pub address: String,
    /// To be kept by the browser meanwhile (ten minutes), and handed to [`Accounts::finish_oidc`]. Sealed.
    pub state: String,
}

/// The provider, and what it said of itself.
pub(crate) struct Oidc {
    settings: OidcSettings,
    issuer: IssuerUrl,
    redirect: RedirectUrl,
    http: Http,
    metadata: Mutex<Option<(OffsetDateTime, CoreProviderMetadata)>>,
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Provider(error.to_string())
}

impl Oidc {
    pub(crate) fn new(settings: OidcSettings, address: &str, http: HttpClient) -> Result<Self> {
        let issuer =
            IssuerUrl::new(settings.issuer.clone()).map_err(|e| Error::invalid("issuer", e.to_string()))?;
        let redirect = RedirectUrl::new(format!("{address}{CALLBACK}"))
            .map_err(|error| Error::invalid("the service's address", error.to_string()))?;
        Ok(Self { settings, issuer, redirect, http: Http(http), metadata: Mutex::new(None) })
    }

    async fn metadata(&self, now: OffsetDateTime) -> Result<CoreProviderMetadata> {
        // Held while it is fetched: all wait for one answer.
        let mut kept = self.metadata.lock().await;
        if let Some((since, metadata)) = &*kept
            && (now - *since).whole_seconds().abs() < FRESH
        {
            return Ok(metadata.clone());
        }
        let metadata =
            CoreProviderMetadata::discover_async(self.issuer.clone(), &self.http).await.map_err(failed)?;
        *kept = Some((now, metadata.clone()));
        Ok(metadata)
    }

    /// Reads what comes back from the provider: who it is.
    async fn claims(&self, code: &str, state: &State, now: OffsetDateTime) -> Result<CoreIdTokenClaims> {
        let client = CoreClient::from_provider_metadata(
            self.metadata(now).await?,
            ClientId::new(self.settings.client_id.clone()),
            self.settings.client_secret.clone().map(ClientSecret::new),
        )
        .set_redirect_uri(self.redirect.clone());
        let answer = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(failed)?
            .set_pkce_verifier(PkceCodeVerifier::new(state.verifier.clone()))
            .request_async(&self.http)
            .await
            .map_err(failed)?;
        let token = answer.id_token().ok_or_else(|| failed("the provider gave no id token"))?;
        let claims = token.claims(&client.id_token_verifier(), &Nonce::new(state.nonce.clone()));
        Ok(claims.map_err(failed)?.clone())
    }
}

/// What the browser keeps while it is at the provider.
struct State {
    state: String,
    nonce: String,
    verifier: String,
    expires: i64,
    /// The signed-in user who links their account.
    link: Option<Uuid>,
}

impl State {
    fn write(&self) -> String {
        json!([self.state, self.nonce, self.verifier, self.expires, self.link]).to_string()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let parts: (String, String, String, i64, Option<String>) = serde_json::from_slice(bytes).ok()?;
        let link = parts.4.map(|id| id.parse()).transpose().ok()?;
        Some(Self { state: parts.0, nonce: parts.1, verifier: parts.2, expires: parts.3, link })
    }
}

const PLACE: &str = "oidc/state";

impl Accounts {
    /// Whether single sign-on is set up.
    pub fn has_oidc(&self) -> bool {
        self.shared.oidc.is_some()
    }

    /// Begins a sign-in at the provider; or, for a signed-in user, links their account there with the one here.
    ///
    /// # Errors
    /// No provider is set up, or it cannot be reached; too many tries.
    pub async fn begin_oidc(&self, caller: Option<&Caller>, visit: &Visit) -> Result<OidcStart> {
        let oidc = self.shared.oidc.as_ref().ok_or(Error::NotSetUp("single sign-on"))?;
        let now = self.now();
        self.shared.gate.open(visit, now)?;
        let link = caller.map(Caller::user).transpose()?;
        let client = CoreClient::from_provider_metadata(
            oidc.metadata(now).await?,
            ClientId::new(oidc.settings.client_id.clone()),
            oidc.settings.client_secret.clone().map(ClientSecret::new),
        )
        .set_redirect_uri(oidc.redirect.clone());
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (address, state, nonce) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scope(Scope::new("email".to_owned()))
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        let kept = State {
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
            expires: now.unix_timestamp() + PATIENCE,
            link,
        };
        let sealed = self.shared.vault.seal(kept.write().as_bytes(), PLACE)?;
        Ok(OidcStart { address: address.to_string(), state: URL_SAFE_NO_PAD.encode(sealed) })
    }

    /// Signs in who comes back from the provider with `code` and `state`; `kept` is what the browser was given.
    ///
    /// # Errors
    /// [`Error::Link`] when it did not begin here, or too long ago; [`Error::Provider`]; [`Error::SignIn`] when the
    /// account is disabled or linked with nobody.
    pub async fn finish_oidc(&self, code: &str, state: &str, kept: &str, visit: &Visit) -> Result<SignedIn> {
        let oidc = self.shared.oidc.as_ref().ok_or(Error::NotSetUp("single sign-on"))?;
        let now = self.now();
        self.shared.gate.open(visit, now)?;
        if kept.len() > STATE {
            return Err(Error::Link);
        }
        let sealed = URL_SAFE_NO_PAD.decode(kept).map_err(|_| Error::Link)?;
        let begun = self.shared.vault.unseal(&sealed, PLACE).map_err(|_| Error::Link)?;
        let begun = State::read(&begun).ok_or(Error::Link)?;
        // The state is a random value that was sealed with a nonce of its own: comparing it leaks nothing to guess by.
        if begun.state != state || begun.expires <= now.unix_timestamp() {
            return Err(Error::Link);
        }
        let claims = oidc.claims(code, &begun, now).await?;
        let kept = self.identified(oidc, &claims, begun.link, visit).await?;
        if kept.user.disabled {
            return Err(Error::SignIn);
        }
        let device = Device::new(kept.user.id, kept.epoch, now)?.write(&self.shared.vault);
        let tx = self.begin().await?;
        let session = self.begin_session(tx, &kept, visit, "single sign-on").await?;
        Ok(SignedIn { user: kept.user, session, device })
    }

    /// The user that an identity belongs to: known from before, linked now, or made now.
    async fn identified(
        &self,
        oidc: &Oidc,
        claims: &CoreIdTokenClaims,
        link: Option<Uuid>,
        visit: &Visit,
    ) -> Result<Kept> {
        let issuer = claims.issuer().as_str().to_owned();
        let subject = claims.subject().as_str().to_owned();
        let mut tx = self.shared.db.begin(Access::Add).await?;
        let sql = "SELECT user_id FROM identities WHERE issuer = $1 AND subject = $2";
        let values = || vec![Value::Text(issuer.clone()), Value::Text(subject.clone())];
        let known: Vec<(Uuid,)> = tx.fetch(sql, values()).await?;
        if let Some((user,)) = known.into_iter().next() {
            if link.is_some_and(|link| link != user) {
                return Err(Error::Taken("account at the provider"));
            }
            return by_id(&mut tx, user).await;
        }
        let caller = Caller::nobody(visit.from);
        let (kept, action) = if let Some(user) = link {
            (by_id(&mut tx, user).await?, "user.link")
        } else {
            let grant = oidc.settings.new_users.as_ref().ok_or(Error::SignIn)?;
            let email = claims.email().filter(|_| claims.email_verified() == Some(true));
            let named = claims.preferred_username().map(|name| name.as_str());
            let named = named.or_else(|| claims.email().and_then(|email| email.split('@').next()));
            let new = NewUser {
                name: plain(named.unwrap_or(&subject)),
                email: email.map(|email| email.to_string()),
                rights: Rights::of([grant]),
            };
            let user = self.insert(&mut tx, &new, None).await?;
            (by_id(&mut tx, user.id).await?, "user.sign_up")
        };
        let mut row = values();
        row.push(Value::Id(kept.user.id));
        tx.execute("INSERT INTO identities (issuer, subject, user_id) VALUES ($1, $2, $3)", row).await?;
        let mut after = logged(&kept.user);
        after["issuer"] = json!(issuer);
        after["subject"] = json!(subject);
        let change = Change::new(&caller, action, Object::new("user", kept.user.id)).after(after);
        self.commit(tx, change).await?;
        Ok(kept)
    }
}

/// A name of the provider, in letters that a name here may have.
fn plain(name: &str) -> String {
    let known = |c: char| if c.is_ascii_alphanumeric() || ".-_".contains(c) { c } else { '-' };
    name.to_lowercase().chars().map(known).take(64).collect()
}

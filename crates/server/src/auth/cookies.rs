//! The cookies of the dashboard.

use std::convert::Infallible;

use access::{SessionSecrets, Settings};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponseParts, ResponseParts};
use cookie::time::Duration;
use cookie::{Cookie, SameSite};

/// The short secret of a session.
pub(crate) const SESSION: &str = "camtally_session";
/// What a session is renewed with.
pub(crate) const REFRESH: &str = "camtally_refresh";
/// The mark of a browser that has signed in before.
pub(crate) const DEVICE: &str = "camtally_device";
/// What the dashboard sends along with each change. Its scripts read it, so it is not `HttpOnly`.
pub(crate) const CSRF: &str = "camtally_csrf";
/// A sign-in that is under way at the provider of single sign-on.
pub(crate) const OIDC: &str = "camtally_oidc";

const REFRESH_PATH: &str = "/api/v1/auth/refresh";
const DEVICE_PATH: &str = "/api/v1/auth/login";
const OIDC_PATH: &str = "/api/v1/auth/oidc";

/// The value of a cookie that the browser sent; of the first, if several have the name.
pub(crate) fn get(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut cookies = all.flat_map(Cookie::split_parse).flatten();
    cookies.find(|cookie| cookie.name() == name).map(|cookie| cookie.value().to_owned())
}

/// Cookies of an answer.
pub(crate) struct Set(Vec<Cookie<'static>>);

impl Set {
    /// Keeps a session, and the mark of the browser if it is new.
    pub(crate) fn session(secrets: &SessionSecrets, device: Option<String>, settings: &Settings) -> Self {
        let access = Duration::try_from(settings.access_life).unwrap_or(Duration::ZERO);
        let session = Duration::try_from(settings.session_life).unwrap_or(Duration::ZERO);
        let mut cookies = vec![
            cookie(SESSION, secrets.access.reveal(), "/", access, settings),
            cookie(REFRESH, secrets.refresh.reveal(), REFRESH_PATH, session, settings),
            Cookie::build(cookie(CSRF, &secrets.csrf, "/", session, settings)).http_only(false).build(),
        ];
        if let Some(device) = device {
            cookies.push(cookie(DEVICE, &device, DEVICE_PATH, Duration::days(180), settings));
        }
        Self(cookies)
    }

    /// Forgets a session. The mark of the browser stays.
    pub(crate) fn no_session(settings: &Settings) -> Self {
        let gone = |name, path| cookie(name, "", path, Duration::ZERO, settings);
        Self(vec![gone(SESSION, "/"), gone(REFRESH, REFRESH_PATH), gone(CSRF, "/")])
    }

    /// Keeps a sign-in that is under way. It comes back with a link of another site, so it cannot be `Strict`.
    pub(crate) fn oidc(state: &str, settings: &Settings) -> Self {
        let state = cookie(OIDC, state, OIDC_PATH, Duration::minutes(10), settings);
        Self(vec![Cookie::build(state).same_site(SameSite::Lax).build()])
    }

    /// With a sign-in that is no longer under way.
    pub(crate) fn oidc_done(mut self, settings: &Settings) -> Self {
        self.0.push(cookie(OIDC, "", OIDC_PATH, Duration::ZERO, settings));
        self
    }
}

fn cookie(
    name: &'static str,
    value: &str,
    path: &'static str,
    life: Duration,
    settings: &Settings,
) -> Cookie<'static> {
    Cookie::build((name, value.to_owned()))
        .path(path)
        .max_age(life)
        .http_only(true)
        .same_site(SameSite::Strict)
        // A browser would not keep it if it came over a plain connection.
        .secure(settings.address.starts_with("https://"))
        .build()
}

impl IntoResponseParts for Set {
    type Error = Infallible;

    fn into_response_parts(self, mut response: ResponseParts) -> Result<ResponseParts, Infallible> {
        for cookie in self.0 {
            let value =
                HeaderValue::from_str(&cookie.to_string()).expect("secrets are of letters and digits");
            response.headers_mut().append(header::SET_COOKIE, value);
        }
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(text: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, text.parse().unwrap())])
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        assert_eq!(get(&sent("a=b; camtally_session=x; c=d"), SESSION), Some("x".to_owned()));
        assert_eq!(get(&sent("camtally_session=x; camtally_session=y"), SESSION), Some("x".to_owned()));
        for without in ["", "camtally_sessio=x", "camtally_session", ";;=;", "xcamtally_session=x"] {
            assert_eq!(get(&sent(without), SESSION), None, "{without}");
        }
    }
}

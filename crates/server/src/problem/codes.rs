//! Every code that a problem can have. `docs/src/reference/problems.md` is made from this table.

use axum::http::StatusCode;

macro_rules! codes {
    ($($name:ident $status:literal $code:literal: $meaning:literal, $remedy:literal;)*) => {
        /// What kind of problem it is. A code never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum Code {
            $(#[doc = $meaning] $name,)*
        }

        impl Code {
            /// All of them, by status.
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)*];

            /// As it is written in the answer.
            pub(crate) fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The answer's status.
            pub(crate) fn status(self) -> StatusCode {
                let status = match self { $(Self::$name => $status,)* };
                StatusCode::from_u16(status).expect("the table holds statuses of HTTP")
            }

            /// What has happened.
            pub(crate) fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)* }
            }

            /// What the caller can do.
            pub(crate) fn remedy(self) -> &'static str {
                match self { $(Self::$name => $remedy,)* }
            }
        }
    };
}

codes! {
    BadQuestion 400 "bad_question":
        "a parameter of the address or a header is missing, unknown, given twice, or makes no sense",
        "what `detail` says";
    BadBody 400 "bad_body":
        "the body is not the JSON that is asked for",
        "what `detail` says";
    BadCursor 400 "bad_cursor":
        "the cursor is none that this list gave out",
        "begin without one";
    NotSignedIn 401 "not_signed_in":
        "it is not known who asks",
        "sign in, or send a token";
    SignInFailed 401 "sign_in_failed":
        "the name, the password or the code is wrong, or the account is disabled",
        "try again, or ask for a new password";
    OneTimeCodeNeeded 401 "code_needed":
        "the password is right, and the account also asks for a one-time code",
        "send it again with `code`";
    SessionReused 401 "session_reused":
        "a refresh token came for the second time, so the session has ended",
        "sign in again; if it happens without a reason, change the password";
    NotAllowed 403 "not_allowed":
        "who asks may see this, but not do it",
        "ask an admin of the site for the role that `detail` names";
    CsrfMissing 403 "csrf_token_missing":
        "a change that comes with a session's cookie must show that it comes from the dashboard",
        "send `X-CSRF-Token` with the value of the cookie `camtally_csrf`";
    NotFound 404 "not_found":
        "there is nothing at this address, or it is not the caller's to know",
        "look at the list above it";
    MethodNotAllowed 405 "method_not_allowed":
        "the address does not take this method",
        "use one that the header `Allow` names";
    NotAcceptable 406 "not_acceptable":
        "the header `Accept` rules out what the address can give",
        "send `Accept: */*`, or what the description of the address names";
    KeyReused 409 "idempotency_key_reused":
        "the `Idempotency-Key` was sent before, with another request",
        "make a new key for each new request";
    KeyInUse 409 "idempotency_key_in_use":
        "a request with this `Idempotency-Key` is being answered, or its answer was lost",
        "ask again in a while; after a minute, look whether it was done, and send a new key";
    Taken 409 "taken":
        "somebody else has this name or address",
        "choose another one";
    LastAdmin 409 "last_admin":
        "it would leave nobody who may manage users",
        "make another admin first";
    Provisioned 409 "provisioned":
        "it stands in the configuration file, and can only be changed there",
        "change `camtally.toml`, and start anew";
    InUse 409 "in_use":
        "something else still needs it",
        "what `detail` says";
    Full 409 "full":
        "there are as many as there may be",
        "delete what is not needed";
    LinkNotValid 410 "link_not_valid":
        "the link or code was used, has expired, or never was",
        "ask for a new one";
    Changed 412 "changed_meanwhile":
        "somebody has changed it since the version in `If-Match`",
        "read it again, and repeat the change on that";
    TooLarge 413 "too_large":
        "the body is larger than the address takes",
        "send less at once";
    MediaType 415 "unsupported_media_type":
        "the body is of another kind than the address takes",
        "send `Content-Type: application/json`, or what the description names";
    WrongHost 421 "wrong_host":
        "the host name of the address is not one of this server",
        "use a name of `server.hosts`, or add the one in use";
    NotValid 422 "not_valid":
        "a value cannot be taken as it is",
        "what `detail` says";
    VersionNeeded 428 "version_required":
        "a change needs the version that it is made to",
        "send `If-Match` with the `ETag` of the answer that you have read";
    TooMany 429 "too_many_requests":
        "there are too many requests, or streams, from this caller",
        "wait as many seconds as `Retry-After` says";
    Internal 500 "internal":
        "a fault of camtally, or of its database",
        "the log says what; report it";
    NotSetUp 501 "not_set_up":
        "what it takes is not in the configuration",
        "ask who runs the server";
    ProviderFailed 502 "provider_failed":
        "the provider of single sign-on refused, or does not answer",
        "try again, or sign in with a password";
    Busy 503 "busy":
        "more people sign in at this moment than can be served",
        "try again in a few seconds";
    NoPicture 503 "no_picture":
        "the camera gives no picture at the moment",
        "look at its state, and ask again";
    StoreUnavailable 503 "store_unavailable":
        "the database does not answer at the moment",
        "ask again in a while";
    TimedOut 504 "timed_out":
        "the answer took too long",
        "ask for less, or again in a while";
}

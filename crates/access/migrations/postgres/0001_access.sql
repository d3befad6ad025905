-- Times are microseconds since 1970 in UTC. Hashes are SHA-256 of random secrets, which are kept nowhere.
CREATE TABLE users (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    email TEXT UNIQUE,
    -- Argon2id in PHC form; none for who signs in with single sign-on, or has not chosen one yet.
    password TEXT,
    -- Space-separated grants, such as `viewer operator:main`.
    grants TEXT NOT NULL,
    disabled BOOLEAN NOT NULL,
    -- The key of one-time codes, sealed; in force once a code of it was given.
    totp BYTEA,
    totp_in_force BOOLEAN NOT NULL,
    -- The newest step of time whose code was used: a code is good once.
    totp_step BIGINT NOT NULL,
    -- Counts up when everything that was given out for this user ends: trusted devices carry it.
    epoch BIGINT NOT NULL,
    version BIGINT NOT NULL,
    created BIGINT NOT NULL,
    signed_in BIGINT
);

CREATE TABLE recovery_codes (
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash BYTEA NOT NULL,
    PRIMARY KEY (user_id, hash)
);

-- Who somebody is at an OpenID Connect provider.
CREATE TABLE identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (issuer, subject)
);

-- One for each sign-in, until it is signed out or expires.
CREATE TABLE sessions (
    id UUID NOT NULL PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created BIGINT NOT NULL,
    refreshed BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    address TEXT,
    agent TEXT NOT NULL,
    access_hash BYTEA NOT NULL UNIQUE,
    access_expires BIGINT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id, refreshed);
CREATE INDEX sessions_by_expiry ON sessions (expires);

-- Those that were used are kept as long as their session: one that comes again was stolen.
CREATE TABLE refresh_tokens (
    hash BYTEA NOT NULL PRIMARY KEY,
    session_id UUID NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    used BOOLEAN NOT NULL
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

CREATE TABLE api_tokens (
    id UUID NOT NULL PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    -- The first characters, to recognise it by.
    prefix TEXT NOT NULL,
    hash BYTEA NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT,
    used BIGINT,
    revoked BIGINT
);
CREATE INDEX api_tokens_by_user ON api_tokens (user_id, id);

CREATE TABLE registration_codes (
    id UUID NOT NULL PRIMARY KEY,
    prefix TEXT NOT NULL,
    hash BYTEA NOT NULL UNIQUE,
    role TEXT NOT NULL,
    site TEXT,
    uses_left BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    created BIGINT NOT NULL
);

-- Links that are good once: for the first admin, and to choose a new password.
CREATE TABLE one_time_links (
    hash BYTEA NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL,
    user_id UUID REFERENCES users (id) ON DELETE CASCADE,
    expires BIGINT NOT NULL
);
CREATE INDEX one_time_links_by_user ON one_time_links (user_id);

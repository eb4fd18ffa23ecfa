-- Alerts that reach a browser whose page is closed. One key for the whole store, by which push services know the relay: a
-- secret, made when it is first needed. One subscription for each sign-in, gone with it.
CREATE TABLE push_key (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    pkcs8 BLOB NOT NULL
) STRICT;
CREATE TABLE push_subscriptions (
    sign_in  BLOB PRIMARY KEY REFERENCES sign_ins (secret) ON DELETE CASCADE,
    endpoint TEXT NOT NULL UNIQUE,
    p256dh   BLOB NOT NULL CHECK (length(p256dh) = 65),
    auth     BLOB NOT NULL CHECK (length(auth) = 16),
    at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

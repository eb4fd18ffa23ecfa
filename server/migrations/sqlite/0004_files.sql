-- Files: whose each is, what it is, and which message it belongs to once it was sent. The bytes lie in the folder
-- "files". A row is made when they are durable, and goes before they do.

CREATE TABLE files (
    id           INTEGER PRIMARY KEY,
    public_id    TEXT NOT NULL UNIQUE,
    site         INTEGER NOT NULL REFERENCES sites (id),
    token        BLOB CHECK (length(token) = 32),         -- of the visitor who uploaded it: they may have no row yet
    agent        INTEGER REFERENCES agents (id),
    at           INTEGER NOT NULL,
    name         TEXT NOT NULL,
    media_type   TEXT NOT NULL,
    size         INTEGER NOT NULL,
    hash         BLOB NOT NULL CHECK (length(hash) = 32),
    width        INTEGER,                                 -- set for a picture that was drawn anew
    height       INTEGER,
    preview_type TEXT,
    preview_size INTEGER,
    preview_hash BLOB CHECK (length(preview_hash) = 32),
    conversation INTEGER REFERENCES conversations (id),   -- set when it was sent
    seq          INTEGER,
    place        INTEGER,
    CHECK ((token IS NULL) = (agent IS NOT NULL)),
    CHECK ((width IS NULL) = (height IS NULL)),
    CHECK ((preview_type IS NULL) = (preview_hash IS NULL) AND (preview_type IS NULL) = (preview_size IS NULL)),
    CHECK ((conversation IS NULL) = (seq IS NULL) AND (seq IS NULL) = (place IS NULL))
) STRICT;
CREATE UNIQUE INDEX files_of_messages ON files (conversation, seq, place) WHERE seq IS NOT NULL;
CREATE INDEX files_unsent ON files (at) WHERE seq IS NULL;
CREATE INDEX files_unsent_of_visitors ON files (site, token) WHERE seq IS NULL;

-- What a site's owner allows (null: as much as the relay does), and what there is.
ALTER TABLE sites ADD COLUMN file_bytes INTEGER;
ALTER TABLE sites ADD COLUMN file_quota INTEGER;
ALTER TABLE sites ADD COLUMN file_held INTEGER NOT NULL DEFAULT 0;

-- The first shape of the store. A migration that was released is never edited: the next one changes what it made.
-- Numbers name rows inside, opaque texts outside. Logs (entries, notes) are only added to.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sites (
    id       INTEGER PRIMARY KEY,
    key      TEXT NOT NULL UNIQUE,
    at       INTEGER NOT NULL,
    name     TEXT NOT NULL,
    color    TEXT,
    visitors INTEGER NOT NULL DEFAULT 0      -- how many numbers were given to visitors
) STRICT;

CREATE TABLE site_origins (
    site   INTEGER NOT NULL REFERENCES sites (id),
    place  INTEGER NOT NULL,
    origin TEXT NOT NULL,
    PRIMARY KEY (site, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE site_greetings (
    site     INTEGER NOT NULL REFERENCES sites (id),
    place    INTEGER NOT NULL,
    language TEXT NOT NULL,
    greeting TEXT NOT NULL,
    PRIMARY KEY (site, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE agents (
    id            INTEGER PRIMARY KEY,
    public_id     TEXT NOT NULL UNIQUE,
    email         TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name          TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    at            INTEGER NOT NULL
) STRICT;

CREATE TABLE memberships (
    agent INTEGER NOT NULL REFERENCES agents (id),
    site  INTEGER NOT NULL REFERENCES sites (id),
    role  INTEGER NOT NULL,
    PRIMARY KEY (agent, site)
) STRICT, WITHOUT ROWID;
CREATE INDEX memberships_of_site ON memberships (site, agent);

CREATE TABLE sign_ins (
    secret  BLOB PRIMARY KEY CHECK (length(secret) = 32),   -- SHA-256; the secret itself is nowhere
    agent   INTEGER NOT NULL REFERENCES agents (id),
    at      INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_ins_of_agent ON sign_ins (agent);

CREATE TABLE visitors (
    id        INTEGER PRIMARY KEY,
    site      INTEGER NOT NULL REFERENCES sites (id),
    public_id TEXT NOT NULL UNIQUE,
    token     BLOB NOT NULL CHECK (length(token) = 32),     -- SHA-256; the token itself is nowhere
    number    INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    locale    TEXT NOT NULL,
    name      TEXT
) STRICT;
CREATE UNIQUE INDEX visitors_by_token ON visitors (site, token);
CREATE UNIQUE INDEX visitors_by_number ON visitors (site, number);

-- One row says all that lists show, so that a list never reads the log.
CREATE TABLE conversations (
    id               INTEGER PRIMARY KEY,
    public_id        TEXT NOT NULL UNIQUE,
    site             INTEGER NOT NULL REFERENCES sites (id),
    visitor          INTEGER NOT NULL REFERENCES visitors (id),
    assignee         INTEGER REFERENCES agents (id),
    status           INTEGER NOT NULL,
    head             INTEGER NOT NULL,
    notes_head       INTEGER NOT NULL DEFAULT 0,
    latest           INTEGER NOT NULL,       -- its newest entry's id: the order of lists, whatever clocks say
    created_at       INTEGER NOT NULL,
    at               INTEGER NOT NULL,
    waiting_since    INTEGER,
    preview          TEXT NOT NULL,
    preview_side     INTEGER NOT NULL,
    visitor_received INTEGER NOT NULL,
    visitor_read     INTEGER NOT NULL,
    visitor_unread   INTEGER NOT NULL,
    agent_received   INTEGER NOT NULL,
    agent_read       INTEGER NOT NULL,
    agent_unread     INTEGER NOT NULL,
    locale           TEXT NOT NULL,
    page_url         TEXT,
    page_title       TEXT,
    page_referrer    TEXT,
    CHECK (visitor_read <= visitor_received AND visitor_received <= head),
    CHECK (agent_read <= agent_received AND agent_received <= head)
) STRICT;
CREATE INDEX conversations_of_visitor ON conversations (visitor, latest);
CREATE INDEX conversations_by_status ON conversations (site, status, latest);
CREATE INDEX conversations_by_assignee ON conversations (site, assignee, latest) WHERE status = 1;

-- The timelines. Author: a visitor, an agent, or neither: the relay. Kind: null for a message.
CREATE TABLE entries (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation INTEGER NOT NULL REFERENCES conversations (id),
    seq          INTEGER NOT NULL CHECK (seq > 0),
    visitor      INTEGER REFERENCES visitors (id),
    agent        INTEGER REFERENCES agents (id),
    at           INTEGER NOT NULL,
    kind         INTEGER,
    client_id    BLOB,
    body         TEXT,
    CHECK (visitor IS NULL OR agent IS NULL),
    CHECK ((kind IS NULL) = (client_id IS NOT NULL) AND (kind IS NULL) = (body IS NOT NULL)),
    CHECK (client_id IS NULL OR length(client_id) = 16)
) STRICT;
CREATE UNIQUE INDEX entries_in_order ON entries (conversation, seq);
-- A repeat is found whatever conversation it names. A visitor is of one site, so the site need not stand here.
CREATE UNIQUE INDEX entries_once_by_visitor ON entries (visitor, client_id)
    WHERE visitor IS NOT NULL AND client_id IS NOT NULL;
CREATE UNIQUE INDEX entries_once_by_agent ON entries (agent, client_id)
    WHERE agent IS NOT NULL AND client_id IS NOT NULL;

-- The backstage: numbered apart, so that a visitor never sees a hole.
CREATE TABLE notes (
    id           INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL REFERENCES conversations (id),
    number       INTEGER NOT NULL CHECK (number > 0),
    agent        INTEGER NOT NULL REFERENCES agents (id),
    client_id    BLOB NOT NULL CHECK (length(client_id) = 16),
    at           INTEGER NOT NULL,
    after_seq    INTEGER NOT NULL,
    body         TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX notes_in_order ON notes (conversation, number);
CREATE UNIQUE INDEX notes_once ON notes (agent, client_id);

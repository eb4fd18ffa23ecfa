-- What every message changes in a conversation moves into a narrow table of its own without an index, and the log loses
-- what its writer makes sure of anyway: a message then touches the end of the log, two narrow indexes and one short row.
-- Run with foreign keys off, and checked after it.

CREATE TABLE heads (
    conversation     INTEGER PRIMARY KEY,
    head             INTEGER NOT NULL,
    latest           INTEGER NOT NULL,       -- its newest entry's id
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
    CHECK (visitor_read <= visitor_received AND visitor_received <= head),
    CHECK (agent_read <= agent_received AND agent_received <= head)
) STRICT;
INSERT INTO heads SELECT id, head, latest, at, waiting_since, preview, preview_side, visitor_received, visitor_read,
                         visitor_unread, agent_received, agent_read, agent_unread FROM conversations;

CREATE TABLE conversations_2 (
    id               INTEGER PRIMARY KEY,
    public_id        TEXT NOT NULL UNIQUE,
    site             INTEGER NOT NULL REFERENCES sites (id),
    visitor          INTEGER NOT NULL REFERENCES visitors (id),
    assignee         INTEGER REFERENCES agents (id),
    status           INTEGER NOT NULL,
    notes_head       INTEGER NOT NULL DEFAULT 0,
    place            INTEGER NOT NULL,       -- its place in lists: follows heads.latest before a list is read
    created_at       INTEGER NOT NULL,
    locale           TEXT NOT NULL,
    page_url         TEXT,
    page_title       TEXT,
    page_referrer    TEXT
) STRICT;
INSERT INTO conversations_2 SELECT id, public_id, site, visitor, assignee, status, notes_head, latest, created_at, locale,
                                   page_url, page_title, page_referrer FROM conversations;
DROP TABLE conversations;
ALTER TABLE conversations_2 RENAME TO conversations;
CREATE INDEX conversations_of_visitor ON conversations (visitor);
CREATE INDEX conversations_by_status ON conversations (site, status, place);
CREATE INDEX conversations_by_assignee ON conversations (site, assignee, place) WHERE status = 1;

CREATE TABLE entries_2 (
    id           INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL,
    seq          INTEGER NOT NULL CHECK (seq > 0),
    visitor      INTEGER,
    agent        INTEGER,
    at           INTEGER NOT NULL,
    kind         INTEGER,
    client_id    BLOB,
    body         TEXT,
    CHECK (visitor IS NULL OR agent IS NULL),
    CHECK ((kind IS NULL) = (client_id IS NOT NULL) AND (kind IS NULL) = (body IS NOT NULL)),
    CHECK (client_id IS NULL OR length(client_id) = 16)
) STRICT;
INSERT INTO entries_2 SELECT id, conversation, seq, visitor, agent, at, kind, client_id, body FROM entries ORDER BY id;
DROP TABLE entries;
ALTER TABLE entries_2 RENAME TO entries;
CREATE UNIQUE INDEX entries_in_order ON entries (conversation, seq);
-- A repeat is found whatever conversation it names. A visitor is of one site, so the site need not stand here.
CREATE UNIQUE INDEX entries_once_by_visitor ON entries (visitor, client_id)
    WHERE visitor IS NOT NULL AND client_id IS NOT NULL;
CREATE UNIQUE INDEX entries_once_by_agent ON entries (agent, client_id)
    WHERE agent IS NOT NULL AND client_id IS NOT NULL;

-- Up to which entry the places in lists are right.
INSERT INTO meta (key, value) SELECT 'placed', coalesce(max(id), 0) FROM entries;

-- What a team notes on a conversation: tags, how urgent it is, until when it is put off, and what each agent has bookmarked.
-- Waiting times move into lists as places do: they follow heads before a list is read.
ALTER TABLE conversations ADD COLUMN priority INTEGER NOT NULL DEFAULT 2;        -- 1 low, 2 normal, 3 high, 4 urgent
ALTER TABLE conversations ADD COLUMN snoozed_until INTEGER;                      -- set while status is 2
ALTER TABLE conversations ADD COLUMN snoozed_by INTEGER REFERENCES agents (id);
ALTER TABLE conversations ADD COLUMN waiting_since INTEGER;
UPDATE conversations SET waiting_since = (SELECT waiting_since FROM heads WHERE conversation = conversations.id);
CREATE INDEX conversations_waiting ON conversations (site, waiting_since) WHERE status = 1 AND waiting_since IS NOT NULL;
CREATE INDEX conversations_snoozed ON conversations (site, snoozed_until) WHERE status = 2;
CREATE INDEX conversations_to_wake ON conversations (snoozed_until) WHERE status = 2;

-- A site's own list of tags, which grows as they are used. One tag has one spelling: the first.
CREATE TABLE tags (
    id     INTEGER PRIMARY KEY,
    site   INTEGER NOT NULL REFERENCES sites (id),
    folded TEXT NOT NULL,                              -- what its spellings have in common
    name   TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX tags_of_site ON tags (site, folded);
CREATE TABLE conversation_tags (
    conversation INTEGER NOT NULL REFERENCES conversations (id),
    tag          INTEGER NOT NULL REFERENCES tags (id),
    PRIMARY KEY (conversation, tag)
) STRICT, WITHOUT ROWID;

CREATE TABLE bookmarks (
    agent        INTEGER NOT NULL REFERENCES agents (id),
    conversation INTEGER NOT NULL REFERENCES conversations (id),
    at           INTEGER NOT NULL,
    PRIMARY KEY (agent, conversation)
) STRICT, WITHOUT ROWID;

-- Which tag, how urgent, until when: what belongs to a deed besides to whom, as JSON. Kinds: 4 tagged, 5 untagged,
-- 6 prioritised, 7 snoozed, 8 woken.
ALTER TABLE activities ADD COLUMN detail TEXT;

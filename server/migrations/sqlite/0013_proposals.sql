-- Messages that somebody writes for a visitor and a colleague is to let go first. Numbered in one row with the notes; the text
-- is never changed. What became of each: 1 approved, 2 changed, 3 returned, 4 withdrawn; nothing while it waits.
CREATE TABLE proposals (
    id           INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL REFERENCES conversations (id),
    number       INTEGER NOT NULL CHECK (number > 0),
    agent        INTEGER NOT NULL REFERENCES agents (id),
    client_id    BLOB NOT NULL CHECK (length(client_id) = 16),
    at           INTEGER NOT NULL,
    after_seq    INTEGER NOT NULL,
    body         TEXT NOT NULL,
    verdict      INTEGER,
    decided_by   INTEGER REFERENCES agents (id),
    CHECK ((verdict IS NULL) = (decided_by IS NULL))
) STRICT;
CREATE UNIQUE INDEX proposals_in_order ON proposals (conversation, number);
CREATE UNIQUE INDEX proposals_once ON proposals (agent, client_id);
CREATE INDEX proposals_waiting ON proposals (conversation, at) WHERE verdict IS NULL;

-- Since when the oldest of them waits in a conversation, and how often more were told that it does.
ALTER TABLE conversations ADD COLUMN proposed_at INTEGER;
ALTER TABLE conversations ADD COLUMN passed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX conversations_proposed ON conversations (site, proposed_at) WHERE proposed_at IS NOT NULL;

-- What an agent has begun to write in a conversation, an answer and a note apart. The version is never given twice, so that a
-- page knows whether another one has written since.
CREATE TABLE drafts (
    agent        INTEGER NOT NULL REFERENCES agents (id),
    conversation INTEGER NOT NULL REFERENCES conversations (id),
    note         INTEGER NOT NULL CHECK (note IN (0, 1)),
    version      INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    body         TEXT NOT NULL,
    PRIMARY KEY (agent, conversation, note)
) STRICT, WITHOUT ROWID;
CREATE INDEX drafts_by_age ON drafts (at);

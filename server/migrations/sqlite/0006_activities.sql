-- What was done to a conversation and only the team sees. Numbered in one row with its notes; never changed.
CREATE TABLE activities (
    id           INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL REFERENCES conversations (id),
    number       INTEGER NOT NULL CHECK (number > 0),
    agent        INTEGER NOT NULL REFERENCES agents (id),
    at           INTEGER NOT NULL,
    after_seq    INTEGER NOT NULL,
    kind         INTEGER NOT NULL,                     -- 1 claimed, 2 assigned, 3 released
    subject      INTEGER REFERENCES agents (id),       -- to whom it was assigned
    CHECK ((kind = 2) = (subject IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX activities_in_order ON activities (conversation, number);

-- Who was mentioned in a note and has not looked there since.
CREATE TABLE mentions (
    agent        INTEGER NOT NULL REFERENCES agents (id),
    conversation INTEGER NOT NULL REFERENCES conversations (id),
    at           INTEGER NOT NULL,                     -- when last
    PRIMARY KEY (agent, conversation)
) STRICT, WITHOUT ROWID;

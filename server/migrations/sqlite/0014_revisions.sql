-- What became of messages: which entry changed the words last, which one took the message away. The words that stand in a
-- message's row are always the latest, and no others are kept; the entry itself only names the message.
ALTER TABLE entries ADD COLUMN edited INTEGER;
ALTER TABLE entries ADD COLUMN deleted INTEGER;

-- What makes an edit or a deletion idempotent, for each who sent one.
CREATE TABLE revisions (
    agent        INTEGER NOT NULL REFERENCES agents (id),
    client_id    BLOB NOT NULL CHECK (length(client_id) = 16),
    conversation INTEGER NOT NULL REFERENCES conversations (id),
    seq          INTEGER NOT NULL,                        -- of the entry that it made
    PRIMARY KEY (agent, client_id)
) STRICT, WITHOUT ROWID;

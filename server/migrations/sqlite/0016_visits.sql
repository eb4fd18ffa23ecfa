-- Where a visitor who has written is and was in their present visit, one row for each: an earlier visit is not kept. Device,
-- trail and what the site says of them are JSON, bounded by the limits of the wire.
CREATE TABLE visits (
    visitor    INTEGER PRIMARY KEY REFERENCES visitors (id),
    began_at   INTEGER NOT NULL,
    at         INTEGER NOT NULL,          -- when they last went to a page
    referrer   TEXT NOT NULL,             -- of the visit's first page
    device     TEXT,
    trail      TEXT NOT NULL,
    attributes TEXT NOT NULL
) STRICT;

-- Ratings of a conversation are found without walking its log. 3: rated.
CREATE INDEX entries_rated ON entries (conversation, seq) WHERE kind = 3;

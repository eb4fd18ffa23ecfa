-- Canned replies: texts that a site's agents send often. The version grows with every change, so that a page knows whether
-- what it has is still so.
CREATE TABLE canned (
    id        INTEGER PRIMARY KEY,
    public_id TEXT NOT NULL UNIQUE,
    site      INTEGER NOT NULL REFERENCES sites (id),
    name      TEXT NOT NULL,
    language  TEXT NOT NULL,                 -- '': for all
    body      TEXT NOT NULL,
    at        INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX canned_by_name ON canned (site, name, language);
ALTER TABLE sites ADD COLUMN canned_version INTEGER NOT NULL DEFAULT 0;

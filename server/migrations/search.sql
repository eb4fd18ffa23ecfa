-- The index of what can be searched for, in a file of its own: search.db. It holds nothing that is not in the store, so
-- it is in no backup, and another version of this file makes it anew.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What is indexed, in the order in which it was written: messages (1), notes (2), visitors (3), each by its row.
CREATE TABLE things (
    id   INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    row  INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX things_by_row ON things (kind, row);

-- Under which words visitors are found, so that it is seen when they change.
CREATE TABLE people (
    visitor INTEGER PRIMARY KEY,
    words   TEXT NOT NULL
) STRICT;

-- The words of each thing, and the site as a word like `s12`. The texts themselves are in the store only.
CREATE VIRTUAL TABLE words USING fts5(
    text, site, content = '', contentless_delete = 1, prefix = '2 3', tokenize = 'unicode61 remove_diacritics 2'
);

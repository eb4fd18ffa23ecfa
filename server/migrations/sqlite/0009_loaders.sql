-- Every loader that was ever served, by its version and build, with the second half that it asks for: a website may have pinned
-- it, with its hash, and nothing but the very same bytes will do there.

CREATE TABLE loaders (
    build     TEXT NOT NULL PRIMARY KEY,                  -- VERSION-HASH
    version   TEXT NOT NULL,
    at        INTEGER NOT NULL,                           -- when it was first served
    script    TEXT NOT NULL,
    half_name TEXT NOT NULL,                              -- as the loader spells it: embed-api-HASH.js
    half      TEXT NOT NULL
) STRICT;
CREATE INDEX loaders_by_version ON loaders (version);
CREATE INDEX loaders_by_half ON loaders (half_name);

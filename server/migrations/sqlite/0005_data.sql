-- What belongs to an entry's kind, as JSON: a rating. Null for messages and for kinds that have nothing.
ALTER TABLE entries ADD COLUMN data TEXT;

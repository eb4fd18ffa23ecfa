-- The Seq of the message that a message quotes, in the same conversation. What stands there now is the quote: no words are kept
-- twice.
ALTER TABLE entries ADD COLUMN quote INTEGER;

-- How a site receives its visitors, and what they said of themselves before their first message: both as JSON, whose
-- shape domain/reception.rs holds.
ALTER TABLE sites ADD COLUMN reception TEXT NOT NULL DEFAULT '{}';
ALTER TABLE visitors ADD COLUMN about TEXT;

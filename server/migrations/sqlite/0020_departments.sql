-- A site's departments as JSON, whose shape domain/department.rs holds; and the one a conversation is for, by its id there.
ALTER TABLE sites ADD COLUMN departments TEXT NOT NULL DEFAULT '[]';
ALTER TABLE conversations ADD COLUMN department TEXT;

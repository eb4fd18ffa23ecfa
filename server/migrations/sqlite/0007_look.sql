-- How round a site's corners are, in pixels, and the side of its launcher, `left` or `right`; null: as ours.
ALTER TABLE sites ADD COLUMN radius INTEGER;
ALTER TABLE sites ADD COLUMN position TEXT;

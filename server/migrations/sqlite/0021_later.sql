-- A message that goes by itself at its time, unless somebody decides before; nothing: it waits for approval.
ALTER TABLE proposals ADD COLUMN due INTEGER;
CREATE INDEX proposals_due ON proposals (due) WHERE verdict IS NULL AND due IS NOT NULL;

-- Alerts that climb while nobody answers a visitor. The rung (0 whoever it concerns, 1 the team, 2 owners and admins), how
-- often it was told, since when the rung is counted where that is not the waiting time, and since when nobody attends.
ALTER TABLE conversations ADD COLUMN rung INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN climb_from INTEGER;
ALTER TABLE conversations ADD COLUMN unattended_since INTEGER;
CREATE INDEX conversations_to_climb ON conversations (site, rung, coalesce(climb_from, waiting_since))
    WHERE status = 1 AND waiting_since IS NOT NULL;
CREATE INDEX conversations_unattended ON conversations (site, unattended_since) WHERE unattended_since IS NOT NULL;

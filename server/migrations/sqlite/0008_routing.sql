-- How a site gives its conversations to agents, as JSON; what is not in it is as it comes.
ALTER TABLE sites ADD COLUMN routing TEXT NOT NULL DEFAULT '{}';

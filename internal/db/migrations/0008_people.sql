-- Whose staff a helper is, and how helpers and providers stand. A program of before writes rows without these columns.
ALTER TABLE helpers ADD COLUMN provider TEXT NOT NULL DEFAULT '';
ALTER TABLE helpers ADD COLUMN status TEXT NOT NULL DEFAULT 'active';
ALTER TABLE helpers ADD COLUMN grade TEXT NOT NULL DEFAULT '';
CREATE INDEX helpers_provider ON helpers (provider, id);

ALTER TABLE providers ADD COLUMN kind TEXT NOT NULL DEFAULT 'enterprise';
ALTER TABLE providers ADD COLUMN status TEXT NOT NULL DEFAULT 'active';
ALTER TABLE providers ADD COLUMN grade TEXT NOT NULL DEFAULT '';

-- Which elder an archived record is part of now: whoever erases the one erases the other.
ALTER TABLE elders ADD COLUMN merged_into TEXT NOT NULL DEFAULT '';
CREATE INDEX elders_merged ON elders (merged_into) WHERE merged_into <> '';

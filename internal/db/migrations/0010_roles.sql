-- Roles that were made here, and built-in ones that were changed; what is not here is as the program brings it. A role
-- says who may do and see what and is about no person, so its record lies in clear.
CREATE TABLE roles (
  id          TEXT   PRIMARY KEY,
  centre      TEXT   NOT NULL, -- whose people may change it; every centre may give it
  version     BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL,
  archived_at BIGINT,
  record      BLOB   NOT NULL,
  kind        TEXT   NOT NULL
);
CREATE INDEX roles_updated ON roles (updated_at, id);

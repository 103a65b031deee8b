-- Of how many boots a host last saw an instance.
ALTER TABLE instance_observation ADD COLUMN boot int NOT NULL DEFAULT 0;

-- What is not to be deleted by mistake.
ALTER TABLE volume ADD COLUMN deletion_protection boolean NOT NULL DEFAULT false;

-- When the certificate ends that the host's agent was given last; null for one that was given before this was kept.
ALTER TABLE host_observation ADD COLUMN certificate_ends timestamptz;

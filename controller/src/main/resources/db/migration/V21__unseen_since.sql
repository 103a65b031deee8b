-- When a host last said what it sees of its domains, of its storage and of its orphans, while it reports that it does not see
-- them; null while it does, and then it was its last report.
ALTER TABLE host_observation
    ADD COLUMN unseen_since timestamptz,
    ADD COLUMN storage_unseen_since timestamptz,
    ADD COLUMN orphans_unseen_since timestamptz;

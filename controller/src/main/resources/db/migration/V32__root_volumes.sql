-- The tier of a flavor's root disks, which are volumes then; null when they are in their hosts' own pools.
ALTER TABLE flavor ADD tier_id uuid REFERENCES tier;
CREATE INDEX flavor_tier ON flavor (tier_id) WHERE tier_id IS NOT NULL;

-- Whether it is the root disk of its instance, with which it goes, and what it begins with until its host has made it.
ALTER TABLE volume ADD root boolean NOT NULL DEFAULT false;
ALTER TABLE volume ADD image_id uuid REFERENCES image;
CREATE UNIQUE INDEX volume_root ON volume (instance_id) WHERE root AND instance_id IS NOT NULL;
CREATE INDEX volume_image ON volume (image_id) WHERE image_id IS NOT NULL;

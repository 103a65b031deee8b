-- What an instance is started from while it is rescued. An image is not deleted under those that stand on it.
ALTER TABLE instance ADD COLUMN rescue_image_id uuid REFERENCES image;
CREATE INDEX instance_rescue_image ON instance (rescue_image_id, name, id) WHERE rescue_image_id IS NOT NULL;

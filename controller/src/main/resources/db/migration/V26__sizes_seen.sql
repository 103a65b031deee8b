-- How large a guest was last seen to be; what was asked for while it runs may come with its next start only.
ALTER TABLE instance_observation ADD COLUMN vcpus int, ADD COLUMN memory_mib bigint;

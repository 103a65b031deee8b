-- Of the fleet: a pool that all hosts share, and %1$d instances of one tenant on the first host, with their root disks in the pool.
INSERT INTO pool SELECT gen_random_uuid(), 'san', 1, now(), '{}', NULL, true, '{"url": "file:///srv/san", "shared": true}';
INSERT INTO tier SELECT gen_random_uuid(), 'shared', 1, now(), '{}', '{"pool": "san"}', id FROM pool;
INSERT INTO flavor (id, name, revision, created, labels, spec, tier_id)
SELECT gen_random_uuid(), 'rooted', 1, now(), '{}', '{"vcpus": 1, "memoryMiB": 1024, "rootDiskGiB": 8, "tier": "shared"}', id FROM tier;
INSERT INTO provider (id, kind, capacity, reserved, ratio) SELECT id, 'pool', array_fill(100000000, ARRAY[4]), '{0,0,0,0}', '{1,1,1,1}' FROM pool;
INSERT INTO pool_host (pool_id, host_id, provider_id, seen, mark)
SELECT p.id, h.id, p.id, true, p.id FROM pool p, host h WHERE h.name LIKE 'host%%';
INSERT INTO network SELECT gen_random_uuid(), 'lan', 1, now(), '{}', '{"cidr": "10.0.0.0/16"}', id, 4096 FROM tenant WHERE name = 'tenant-1';
UPDATE host_observation SET inventory = inventory || '{"underlay": "10.1.0.1"}';
UPDATE provider SET capacity = array_fill(100000000, ARRAY[4]) WHERE id = (SELECT id FROM host WHERE name = 'host-1');
UPDATE host_observation SET lease_ms = 30000, fencing = '{"able": true}' WHERE host_id = (SELECT id FROM host WHERE name = 'host-1');
INSERT INTO instance (id, name, revision, created, labels, spec, tenant_id, flavor_id, image_id, network_id, host_id, epoch, host_revision,
                      vcpus, memory_mib, root_disk_gib, mac, placement, restart_revision)
SELECT gen_random_uuid(), 'web-' || i, 1, now(), '{}', '{"flavor": "rooted", "image": "image", "network": "lan"}', t.id, f.id, m.id, n.id, h.id, 1, 0,
       1, 1024, 0, '52:54:00:00:00:00', '{}', 0
FROM generate_series(1, %1$d) i, tenant t, flavor f, image m, network n, host h
WHERE t.name = 'tenant-1' AND f.name = 'rooted' AND m.name = 'image' AND h.name = 'host-1';
INSERT INTO volume (id, name, revision, created, labels, tenant_id, host_id, instance_id, size_gib, host_revision, made, tier_id, pool_id, root)
SELECT gen_random_uuid(), i.name || '-root', 1, now(), '{}', i.tenant_id, i.host_id, i.id, 8, 0, true, r.id, r.pool_id, true
FROM instance i, tier r;
INSERT INTO allocation (consumer_id, provider_id, owner_id, amounts, opened) SELECT id, host_id, tenant_id, ARRAY[1, 1024, 0, 0], now() FROM instance;
INSERT INTO allocation (consumer_id, provider_id, owner_id, amounts, opened) SELECT id, pool_id, tenant_id, ARRAY[0, 0, 8, 0], now() FROM volume;
ANALYZE;

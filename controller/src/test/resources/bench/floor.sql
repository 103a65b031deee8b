-- What one allocation writes, by plain statements, %1$d at a time on one host: no decision, no trigger of the ledger.
WITH chosen AS (SELECT h.id AS host, t.id AS tenant, f.id AS flavor, i.id AS image, o.path, n
                FROM (SELECT id FROM host WHERE name = 'floor-host-' || (1 + floor(random() * 100))::int) h,
                     (SELECT id FROM tenant WHERE name = 'tenant-' || (1 + floor(random() * 50))::int) t
                     JOIN quota_owner o ON o.id = t.id,
                     flavor f, image i, generate_series(1, %1$d) n),
     revision AS (UPDATE host_desired SET revision = revision + 1 WHERE host_id = (SELECT host FROM chosen LIMIT 1) RETURNING revision),
     giver AS (UPDATE provider SET used = ARRAY[coalesce(used[1], 0) + %1$d, coalesce(used[2], 0) + 1024 * %1$d,
                                                coalesce(used[3], 0) + 8 * %1$d, coalesce(used[4], 0) + %1$d],
                                   changed = pg_current_xact_id()
               WHERE id = (SELECT host FROM chosen LIMIT 1)),
     payers AS (UPDATE quota_owner SET used = ARRAY[coalesce(used[1], 0) + %1$d, coalesce(used[2], 0) + 1024 * %1$d,
                                                    coalesce(used[3], 0) + 8 * %1$d, coalesce(used[4], 0) + %1$d]
                WHERE id = ANY ((SELECT path FROM chosen LIMIT 1)::uuid[])),
     made AS (INSERT INTO instance (id, name, revision, created, labels, spec, tenant_id, flavor_id, image_id, host_id, epoch,
                                    host_revision, vcpus, memory_mib, root_disk_gib, mac, placement)
              SELECT gen_random_uuid(), 'floor-' || gen_random_uuid(), 1, now(), '{}', '{"flavor": "small", "image": "image"}', tenant, flavor,
                     image, host, 1, revision, 1, 1024, 8, '52:54:00:00:00:00',
                     '{"host": "host-1", "hostsSeen": 10000, "turnedAway": {}, "best": [
                       {"host": "host-1", "score": 1.234, "terms": {"packed": 0.1234, "balanced": 0.4321, "largest": 0.2345}},
                       {"host": "host-2", "score": 1.234, "terms": {"packed": 0.1234, "balanced": 0.4321, "largest": 0.2345}},
                       {"host": "host-3", "score": 1.234, "terms": {"packed": 0.1234, "balanced": 0.4321, "largest": 0.2345}}]}'
              FROM chosen, revision RETURNING id, name, host_id, tenant_id),
     addressed AS (INSERT INTO address (place_id, ip, instance_id)
                   SELECT host_id, inet '10.0.0.0' + (nextval('bench_address') %% 4000000000), id FROM made),
     held AS (INSERT INTO allocation (consumer_id, provider_id, owner_id, amounts, opened)
              SELECT id, host_id, tenant_id, '{1,1024,8,1}', now() FROM made),
     told AS (SELECT pg_notify('yunqing', 'host/' || host) FROM chosen LIMIT 1)
INSERT INTO event (at, kind, tenant, name, object_id, type, actor, message, revision)
SELECT now(), 'Instance', 'tenant', name, id, 'created', 'operator', 'Instance of the floor on host host-1, power RUNNING', 1 FROM made;

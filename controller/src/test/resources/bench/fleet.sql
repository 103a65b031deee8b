-- A city of 50 bureaux with a tenant each, and %1$d hosts that report for the next day.
INSERT INTO zone SELECT gen_random_uuid(), 'zone-' || z, 1, now(), '{}', '{}' FROM generate_series(1, 4) z;
INSERT INTO department VALUES (gen_random_uuid(), 'city', 1, now(), '{}', '{}');
INSERT INTO department SELECT gen_random_uuid(), 'bureau-' || b, 1, now(), '{}', '{"parent": "city"}', c.id
FROM generate_series(1, 50) b, department c WHERE c.name = 'city';
INSERT INTO application SELECT gen_random_uuid(), name, 1, now(), '{}', '{}', id FROM department WHERE parent_id IS NOT NULL;
INSERT INTO tenant SELECT gen_random_uuid(), replace(name, 'bureau', 'tenant'), 1, now(), '{}', '{"environment": "PRODUCTION"}', id FROM application;
INSERT INTO quota_owner (id, strict, granted) SELECT id, false, array_fill(ledger_unlimited(), ARRAY[4]) FROM department WHERE parent_id IS NULL;
INSERT INTO quota_owner (id, parent_id, strict, granted)
SELECT id, parent_id, false, array_fill(ledger_unlimited(), ARRAY[4]) FROM department WHERE parent_id IS NOT NULL;
INSERT INTO quota_owner (id, parent_id, strict, granted)
SELECT t.id, a.department_id, true, ARRAY[1000000000, 1000000000000, 1000000000, ledger_unlimited()]
FROM tenant t JOIN application a ON a.id = t.application_id;
INSERT INTO flavor VALUES (gen_random_uuid(), 'small', 1, now(), '{}', '{"vcpus": 1, "memoryMiB": 1024, "rootDiskGiB": 8}');
INSERT INTO image VALUES (gen_random_uuid(), 'image', 1, now(), '{}', '{"url": "file:///image", "sha256": "0", "format": "QCOW2", "minDiskGiB": 1}');
INSERT INTO host SELECT gen_random_uuid(), 'host-' || h, 1, now(), '{}', jsonb_build_object('zone', z.name, 'rack', 'rack-' || h / 40), z.id
FROM generate_series(1, %1$d) h JOIN zone z ON z.name = 'zone-' || h %% 4 + 1;
-- Hosts for pgbench alone: they never reported, so nothing is placed there.
INSERT INTO host SELECT gen_random_uuid(), 'floor-host-' || h, 1, now(), '{}', '{"zone": "zone-1"}', z.id
FROM generate_series(1, 100) h JOIN zone z ON z.name = 'zone-1';
INSERT INTO provider (id, kind, capacity, reserved, ratio)
SELECT id, 'host', CASE WHEN name LIKE 'floor%%' THEN array_fill(1000000000000, ARRAY[4])
                        ELSE ARRAY[%2$d, %2$d * 1024, %2$d * 8, 65000] END, '{0,0,0,0}', '{1,1,1,1}' FROM host;
INSERT INTO host_desired (host_id) SELECT id FROM host;
INSERT INTO host_observation (host_id, received_at, complete, announced_state, inventory)
SELECT id, CASE WHEN name LIKE 'host%%' THEN now() + interval '1 day' END, true, 'CURRENT',
       '{"hostname": "h", "cpus": 64, "memoryMiB": 262144, "pools": [{"name": "default", "type": "dir", "capacityGiB": 1000, "availableGiB": 1000}],
         "accelerator": "kvm", "architecture": "x86_64", "hypervisor": "QEMU", "agentVersion": "1",
         "network": {"bridge": "br0", "subnet": "10.0.0.0/16", "gateway": "10.0.0.1"}}'
FROM host;
ANALYZE;

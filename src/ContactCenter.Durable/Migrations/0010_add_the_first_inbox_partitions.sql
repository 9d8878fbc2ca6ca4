-- A process that starts finds the partitions of the coming days instead of making them.
SELECT durable.add_inbox_partition((now() AT TIME ZONE 'UTC')::date + n) FROM generate_series(0, 2) AS n;

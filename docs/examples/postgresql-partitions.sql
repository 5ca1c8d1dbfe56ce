-- Divides the large tables of Visite on PostgreSQL into 8 parts by practice, for installations with tens of thousands of practices.
--
--   psql --set ON_ERROR_STOP=1 --single-transaction --file postgresql-partitions.sql DATABASE
--
-- With no node running, once, on a database that Visite has made or filled; make a backup before (visite backup). Every key of
-- these tables begins with the practice, so that a question about a practice reads one part. Takes everything or nothing, and as long
-- as copying the tables does. The tables are then Visite's as before: later versions change them in the same way.
DO $$
DECLARE
    large CONSTANT text[] := ARRAY['body', 'subject', 'snapshot', 'observation', 'round', 'finding', 'finding_event'];
    parts CONSTANT int := 8;
    name text;
    reference record;
BEGIN
    IF EXISTS (SELECT FROM pg_partitioned_table WHERE partrelid = 'body'::regclass) THEN
        RAISE EXCEPTION 'the tables are divided already';
    END IF;
    -- References from and to these tables, to be made again at the end.
    CREATE TEMPORARY TABLE reference ON COMMIT DROP AS
        SELECT conname, conrelid::regclass::text AS holder, pg_get_constraintdef(oid) AS definition
        FROM pg_constraint
        WHERE contype = 'f' AND (conrelid::regclass::text = ANY (large) OR confrelid::regclass::text = ANY (large));
    FOR reference IN SELECT * FROM reference LOOP
        EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', reference.holder, reference.conname);
    END LOOP;
    FOREACH name IN ARRAY large LOOP
        EXECUTE format('ALTER TABLE %I RENAME TO %I', name, name || '_whole');
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL) PARTITION BY HASH (practice)', name, name || '_whole');
        FOR part IN 0 .. parts - 1 LOOP
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS %s, REMAINDER %s)',
                name || '_part_' || part, name, parts, part
            );
        END LOOP;
        EXECUTE format('INSERT INTO %I SELECT * FROM %I', name, name || '_whole');
        EXECUTE format('DROP TABLE %I', name || '_whole');
    END LOOP;
    FOR reference IN SELECT * FROM reference LOOP
        EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I %s', reference.holder, reference.conname, reference.definition);
    END LOOP;
END
$$;

-- A list of streams shows those with a stored state. The condition names a column that seldom changes: on `snapshot` itself
-- it would make every update write the indexes anew.
drop index mt_streams_by_type;
create index mt_streams_by_type on mt_streams (tenant_id, type, created, id) where snapshot_version is not null;
alter table mt_streams set (fillfactor = 85);

-- Takes the next `count` sequence numbers and moves the streams, if the head and every stream stand where the caller
-- believes; raises otherwise, which undoes the whole batch that the caller has already sent behind this call. The head is
-- taken without a condition, so that a batch that comes while another one commits waits for it and sees what it left.
drop function esa_claim;
create function esa_claim(
    head bigint, count bigint, at timestamptz, tenants varchar[], ids varchar[], types varchar[], befores bigint[], afters bigint[],
    snapshots jsonb[], snapshot_ats bigint[], snapshot_versions int[], existing bigint) returns void language plpgsql as $$
declare
    reached bigint;
    moved   bigint;
begin
    update esa_head set seq = seq + count returning seq into reached;
    if reached <> head + count then
        raise exception 'the log has moved on' using errcode = 'ES001';
    end if;
    -- Under the head's lock nobody else creates a stream: one that exists against the belief violates the primary key.
    if existing < cardinality(ids) then
        insert into mt_streams (tenant_id, id, type, version, snapshot, snapshot_at, snapshot_version, timestamp, created)
        select k.tenant, k.id, k.type, k.after, k.snapshot, k.snapshot_at, k.snapshot_version, at, at
          from unnest(tenants, ids, types, befores, afters, snapshots, snapshot_ats, snapshot_versions)
               k (tenant, id, type, before, after, snapshot, snapshot_at, snapshot_version)
         where k.before = 0;
    end if;
    if existing > 0 then
        update mt_streams s
           set version = k.after, timestamp = at,
               snapshot = coalesce(k.snapshot, s.snapshot),
               snapshot_at = coalesce(k.snapshot_at, s.snapshot_at),
               snapshot_version = coalesce(k.snapshot_version, s.snapshot_version)
          from unnest(tenants, ids, befores, afters, snapshots, snapshot_ats, snapshot_versions)
               k (tenant, id, before, after, snapshot, snapshot_at, snapshot_version)
         where k.before > 0 and s.tenant_id = k.tenant and s.id = k.id and s.version = k.before and not s.is_archived;
        get diagnostics moved = row_count;
        if moved <> existing then
            raise exception 'a stream has moved on' using errcode = 'ES001';
        end if;
    end if;
    perform setval('mt_events_sequence', reached);
end $$;

-- Brings the head to the last stored event, should someone else have written into the log without it.
create function esa_resume_head() returns bigint language sql as $$
    update esa_head set seq = greatest(seq, (select coalesce(max(seq_id), 0) from mt_events)) returning seq;
$$;

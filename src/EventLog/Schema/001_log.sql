-- Streams and events as Marten names and types them: string stream identity, conjoined tenancy, metadata columns on.
create table mt_streams (
    tenant_id   varchar     not null default '*DEFAULT*',
    id          varchar     not null,
    type        varchar,
    version     bigint,
    timestamp   timestamptz not null default now(),
    created     timestamptz not null default now(),
    is_archived bool                 default false,
    -- the state after `snapshot_at` events; `snapshot_version` is the version of the state's own shape
    snapshot         jsonb,
    snapshot_at      bigint,
    snapshot_version int,
    primary key (tenant_id, id)
);
create index mt_streams_by_type on mt_streams (tenant_id, type, created, id);

-- Partitioned by sequence, so that a closed range can be verified, exported and detached.
create table mt_events (
    seq_id         bigint       not null,
    id             uuid         not null,
    stream_id      varchar,
    version        bigint       not null,
    data           jsonb        not null,
    bdata          bytea,
    type           varchar(500) not null,
    timestamp      timestamptz  not null default now(),
    tenant_id      varchar               default '*DEFAULT*',
    correlation_id varchar,
    causation_id   varchar,
    headers        jsonb,
    mt_dotnet_type varchar,
    is_archived    bool                  default false,
    primary key (seq_id)
) partition by range (seq_id);
create index mt_events_by_time on mt_events using brin (timestamp);

create sequence mt_events_sequence owned by mt_events.seq_id;

create table mt_event_progression (
    name         varchar primary key,
    last_seq_id  bigint,
    last_updated timestamptz default transaction_timestamp()
);

-- Events that a subscription could not handle. It goes on without them, and they stay here until someone looks.
create table esa_parked_events (
    subscription varchar     not null,
    seq_id       bigint      not null,
    error        varchar     not null,
    parked       timestamptz not null default now(),
    primary key (subscription, seq_id)
);

-- The head of the log. Sequence numbers are taken from this one row inside the append transaction, which orders commits.
create table esa_head (
    singleton bool primary key default true check (singleton),
    seq       bigint not null
) with (fillfactor = 10);
insert into esa_head (seq) values (0);

-- Bulk bytes that belong to a stream; events carry their SHA-256.
create table esa_attachments (
    tenant_id varchar not null,
    stream_id varchar not null,
    name      varchar not null,
    part      int     not null,
    data      bytea   not null,
    created   timestamptz not null default now(),
    primary key (tenant_id, stream_id, name, part)
);
alter table esa_attachments alter column data set storage external;

-- Partitions cover the sequence ahead of the head, so that an append never waits for one.
create function esa_ensure_partitions(head bigint, size bigint) returns bigint language plpgsql as $$
declare
    upper_bound bigint;
    partition   text;
begin
    perform pg_advisory_xact_lock(hashtext('esa_partitions'));
    select coalesce(max((regexp_match(c.relname, '^mt_events_p\d+_(\d+)$'))[1]::bigint), 1)
      into upper_bound
      from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'mt_events'::regclass;
    while upper_bound <= head + size loop
        partition := format('mt_events_p%s_%s', upper_bound, upper_bound + size);
        execute format('create table %I (like mt_events including defaults including constraints)', partition);
        execute format('create unique index %I on %I (tenant_id, stream_id, version)', partition || '_stream', partition);
        execute format('create unique index %I on %I (id)', partition || '_id', partition);
        execute format('alter table mt_events attach partition %I for values from (%s) to (%s)',
                       partition, upper_bound, upper_bound + size);
        upper_bound := upper_bound + size;
    end loop;
    return upper_bound;
end $$;

-- Takes the next `count` sequence numbers if the head and every stream stand where the caller believes; raises otherwise,
-- which undoes the whole batch that the caller has already sent behind this call.
create function esa_claim(head bigint, count bigint, tenants varchar[], streams varchar[], versions bigint[])
    returns void language plpgsql as $$
begin
    update esa_head set seq = seq + count where seq = head;
    if not found then
        raise exception 'the log has moved on' using errcode = 'ES001';
    end if;
    perform 1 from unnest(tenants, streams, versions) k (tenant, stream, version)
      left join mt_streams s on s.tenant_id = k.tenant and s.id = k.stream
     where coalesce(s.version, 0) <> k.version or s.is_archived;
    if found then
        raise exception 'a stream has moved on' using errcode = 'ES001';
    end if;
end $$;

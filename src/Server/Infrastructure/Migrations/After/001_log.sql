-- The ledger: which event is which leaf, the tiles of the tree, and the signed heads as they were signed.
create table ledger_leaves (
    leaf   bigint primary key,
    seq_id bigint not null unique
);

create table ledger_tiles (
    level  int    not null,
    n      bigint not null,
    hashes bytea  not null,
    primary key (level, n)
);

create table ledger_checkpoints (
    size    bigint      primary key,
    root    bytea       not null,
    note    text        not null,
    created timestamptz not null default now()
);

-- Bulk bytes that belong to a stream; events carry their SHA-256.
create table bulk_bytes (
    tenant_id varchar     not null,
    stream_id varchar     not null,
    name      varchar     not null,
    part      int         not null,
    data      bytea       not null,
    created   timestamptz not null default now(),
    primary key (tenant_id, stream_id, name, part)
);
alter table bulk_bytes alter column data set storage external;

-- The keys that personal fields are encrypted with. Deleting one is the erasure.
create table subject_keys (
    tenant_id varchar     not null,
    subject   varchar     not null,
    key       bytea       not null,
    created   timestamptz not null default now(),
    primary key (tenant_id, subject)
);

-- Rebuilds of projections: asked for, done beside the live tables, compared, swapped.
create table projection_rebuilds (
    id           bigint      generated always as identity primary key,
    projection   varchar     not null,
    state        varchar     not null default 'requested',
    requested    timestamptz not null default now(),
    started      timestamptz,
    finished     timestamptz,
    position     bigint      not null default 0,
    live_hash    varchar,
    rebuilt_hash varchar,
    error        varchar
);
create index projection_rebuilds_open on projection_rebuilds (projection) where finished is null;

-- The last event that each projection has written, in the transaction of what it wrote: an owner that was thought dead and goes on
-- finds here what its successor did, and changes nothing.
create table projection_positions (
    name varchar primary key,
    seq  bigint  not null
);

-- An audit narrows the log by type, actor, request and time.
create index if not exists mt_events_by_type on mt_events (type, seq_id);
create index if not exists mt_events_by_correlation on mt_events (correlation_id) where correlation_id is not null;
create index if not exists mt_events_by_time on mt_events using brin (timestamp);

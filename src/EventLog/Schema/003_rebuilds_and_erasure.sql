-- Rebuilds of projections: asked for, done beside the live tables, compared, swapped.
create table esa_rebuilds (
    id           bigint      generated always as identity primary key,
    subscription varchar     not null,
    state        varchar     not null default 'requested',
    requested    timestamptz not null default now(),
    started      timestamptz,
    finished     timestamptz,
    position     bigint      not null default 0,
    live_hash    varchar,
    rebuilt_hash varchar,
    error        varchar
);
create index esa_rebuilds_open on esa_rebuilds (subscription) where finished is null;

-- The keys that personal fields are encrypted with. Deleting one is the erasure.
create table esa_subject_keys (
    tenant_id varchar     not null,
    subject   varchar     not null,
    key       bytea       not null,
    created   timestamptz not null default now(),
    primary key (tenant_id, subject)
);

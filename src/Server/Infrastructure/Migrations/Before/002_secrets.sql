-- Random secrets that every silo of this database shares.
create table server_secrets (
    name    varchar primary key,
    value   bytea       not null,
    created timestamptz not null default now()
);

-- The keys that access tokens are signed with, encrypted.
create table signing_keys (
    id      varchar     primary key,
    sealed  bytea       not null,
    created timestamptz not null
);

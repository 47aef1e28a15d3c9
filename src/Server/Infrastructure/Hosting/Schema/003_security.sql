-- Users, sign-ins and sessions are found by their ids alone; the tenant follows from them.
create index mt_streams_security on mt_streams (id) where type in ('user', 'session');

-- Which user a name stands for, by the name's keyed hash: a name is taken once among all tenants.
create table user_names (
    hash      varchar     primary key,
    tenant_id varchar     not null,
    user_id   varchar     not null,
    claimed   timestamptz not null default now()
);
create unique index user_names_by_user on user_names (user_id);

-- The keys that access tokens are signed with, encrypted.
create table signing_keys (
    id      varchar     primary key,
    sealed  bytea       not null,
    created timestamptz not null
);

create table api_key_uses (
    tenant_id varchar     not null,
    key_id    varchar     not null,
    last_used timestamptz not null,
    primary key (tenant_id, key_id)
);

-- Counts every change to what credentials are checked against, in the change's own transaction.
create table security_epoch (
    singleton bool primary key default true check (singleton),
    changes   bigint not null
) with (fillfactor = 10);
insert into security_epoch (changes) values (0);

create function security_changed() returns trigger language plpgsql as $$
begin
    update security_epoch set changes = changes + 1;
    return null;
end $$;
create trigger security_changed after update on mt_streams
    for each row when (new.type in ('api_key', 'user', 'session', 'tenant')) execute function security_changed();

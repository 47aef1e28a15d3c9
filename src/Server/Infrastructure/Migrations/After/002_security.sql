-- A presented key or token is looked up by its id alone; the tenant follows from it.
create index api_keys_by_id on mt_doc_apikey (id);
create index users_by_id on mt_doc_user (id);
create index login_sessions_by_id on mt_doc_loginsession (id);

-- Which user a name stands for, by the name's keyed hash: a name is taken once among all tenants.
create table user_names (
    hash      varchar     primary key,
    tenant_id varchar     not null,
    user_id   varchar     not null,
    claimed   timestamptz not null default now()
);
create unique index user_names_by_user on user_names (user_id);

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
create trigger security_changed after update on mt_doc_apikey for each row execute function security_changed();
create trigger security_changed after update on mt_doc_user for each row execute function security_changed();
create trigger security_changed after update on mt_doc_loginsession for each row execute function security_changed();
create trigger security_changed after update on mt_doc_tenant for each row execute function security_changed();

-- What silos have taken of the windows of rate limits. Worth no log of its own: after a crash the windows begin anew.
create unlogged table rate_windows (
    subject    varchar not null,
    name       varchar not null,
    start      bigint  not null,
    taken      int     not null,
    last_share int     not null,
    primary key (subject, name, start)
) with (fillfactor = 50);

-- Tiles of the Merkle tree over the log: up to 256 hashes each; the last of a level may still grow.
create table esa_ledger_tiles (
    level  int    not null,
    n      bigint not null,
    hashes bytea  not null,
    primary key (level, n)
);

-- Signed tree heads, kept as they were signed.
create table esa_ledger_checkpoints (
    size    bigint      primary key,
    root    bytea       not null,
    note    text        not null,
    created timestamptz not null default now()
);

-- Ranges of the log whose events were moved into files. The tree keeps their hashes.
create table esa_archived (
    first_seq bigint      primary key,
    last_seq  bigint      not null,
    sha256    varchar     not null,
    archived  timestamptz not null default now()
);

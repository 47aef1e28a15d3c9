-- Checkpoints of training sessions. What is a checkpoint, and of which session, is decided by the session's events; a file that
-- they do not speak of belongs to an upload under way, or to one that was given up.
create table checkpoint_files (
    tenant_id     varchar     not null,
    checkpoint_id varchar     not null,
    session_id    varchar,
    is_saved      bool        not null default false,
    created       timestamptz not null default now(),
    primary key (tenant_id, checkpoint_id)
);
create index checkpoint_files_unsaved on checkpoint_files (created) where not is_saved;

create table checkpoint_parts (
    tenant_id     varchar not null,
    checkpoint_id varchar not null,
    part          int     not null,
    sha256        bytea   not null,
    data          bytea   not null,
    primary key (tenant_id, checkpoint_id, part),
    foreign key (tenant_id, checkpoint_id) references checkpoint_files on delete cascade
);
alter table checkpoint_parts alter column data set storage external;

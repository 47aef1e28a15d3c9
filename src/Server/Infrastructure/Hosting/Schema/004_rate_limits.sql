-- What silos have taken of the windows of rate limits. Worth no log of its own: after a crash the windows begin anew.
create unlogged table rate_windows (
    subject    varchar not null,
    name       varchar not null,
    start      bigint  not null,
    taken      int     not null,
    last_share int     not null,
    primary key (subject, name, start)
) with (fillfactor = 50);

-- The trainings that are not over, of which a plan allows so many at once.
create index mt_streams_trainings_under_way on mt_streams (tenant_id)
    where type = 'training' and snapshot->>'status' in ('started', 'training');

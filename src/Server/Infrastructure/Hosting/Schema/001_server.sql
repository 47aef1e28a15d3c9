-- Random secrets that every silo of this database shares.
create table server_secrets (
    name    varchar primary key,
    value   bytea       not null,
    created timestamptz not null default now()
);

-- A presented API key is looked up by its id alone; the tenant follows from it.
create index mt_streams_api_keys on mt_streams (id) where type = 'api_key';

-- What was detected, by tenant, detector and hour.
create table detection_statistics (
    tenant_id       varchar     not null,
    detector_id     varchar     not null,
    hour            timestamptz not null,
    detections      bigint      not null,
    samples         bigint      not null,
    anomalies       bigint      not null,
    seconds         double precision not null,
    primary key (tenant_id, detector_id, hour)
);

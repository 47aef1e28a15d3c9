-- What was detected, by tenant, detector and hour. Sums are exact: they come out the same however the events were grouped into pages, so
-- that a rebuild can be held to the live table.
create table detection_statistics (
    tenant_id       varchar     not null,
    detector_id     varchar     not null,
    hour            timestamptz not null,
    detections      bigint      not null,
    samples         bigint      not null,
    anomalies       bigint      not null,
    seconds         numeric     not null,
    primary key (tenant_id, detector_id, hour)
);

-- How sure detections were and, where labels tell, how right; by tenant and hour. Each is a sum over rows, to be divided by their number.
create table detection_quality (
    tenant_id   varchar     not null,
    hour        timestamptz not null,
    samples     bigint      not null,
    confidence  numeric     not null,
    labelled    bigint      not null,
    accuracy    numeric     not null,
    precision   numeric     not null,
    recall      numeric     not null,
    f1_score    numeric     not null,
    primary key (tenant_id, hour)
);

-- Requests by tenant and hour; the counts of latencies are those of the product's own scale.
create table request_statistics (
    tenant_id   varchar     not null,
    hour        timestamptz not null,
    requests    bigint      not null,
    errors      bigint      not null,
    seconds     double precision not null,
    latencies   bigint[]    not null,
    primary key (tenant_id, hour)
);

-- What training sessions measured. The events that stand for the points carry their hash and the newest of them.
create table training_metrics (
    tenant_id  varchar          not null,
    session_id varchar          not null,
    metric     varchar          not null,
    epoch      int              not null,
    value      double precision not null,
    measured   timestamptz      not null,
    primary key (tenant_id, session_id, metric, epoch)
);

-- How sure detections were and, where labels tell, how right; by tenant and hour. Each is a sum over rows, to be divided by their number.
create table detection_quality (
    tenant_id   varchar     not null,
    hour        timestamptz not null,
    samples     bigint      not null,
    confidence  double precision not null,
    labelled    bigint      not null,
    accuracy    double precision not null,
    precision   double precision not null,
    recall      double precision not null,
    f1_score    double precision not null,
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

-- How long what an alert rule watches has been as it is. Alerts themselves are events.
create table alert_watches (
    tenant_id   varchar     not null,
    rule_id     varchar     not null,
    subject     varchar     not null,
    true_since  timestamptz,
    false_since timestamptz,
    alert_id    varchar,
    seen        bigint      not null,
    primary key (tenant_id, rule_id, subject)
);

-- What there is to tell the people of a tenant, one row for an event.
create table notifications (
    tenant_id varchar     not null,
    seq       bigint      not null,
    id        varchar     not null,
    type      varchar     not null,
    priority  varchar     not null,
    message   varchar     not null,
    data      jsonb       not null,
    created   timestamptz not null,
    primary key (tenant_id, seq),
    unique (tenant_id, id)
);

-- What deliveries to a webhook are signed with, encrypted. Of two, the older one is on its way out.
create table webhook_secrets (
    tenant_id  varchar     not null,
    webhook_id varchar     not null,
    id         varchar     not null,
    sealed     bytea       not null,
    created    timestamptz not null,
    expires    timestamptz,
    primary key (tenant_id, webhook_id, id)
);

-- What is to be delivered to webhooks, and what came of it.
create table webhook_deliveries (
    tenant_id    varchar     not null,
    id           varchar     not null,
    webhook_id   varchar     not null,
    message_id   varchar     not null,
    seq          bigint      not null,
    event        varchar     not null,
    body         varchar     not null,
    status       varchar     not null,
    attempts     int         not null default 0,
    created      timestamptz not null,
    next_attempt timestamptz,
    last_attempt timestamptz,
    delivered    timestamptz,
    status_code  int,
    response_ms  int,
    error        varchar,
    primary key (tenant_id, id)
);
create index webhook_deliveries_by_webhook on webhook_deliveries (tenant_id, webhook_id, created desc, id desc);
create index webhook_deliveries_due on webhook_deliveries (next_attempt) where status = 'pending';
create index webhook_deliveries_done on webhook_deliveries (created) where status <> 'pending';

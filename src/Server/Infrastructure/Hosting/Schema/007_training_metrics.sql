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

alter table training_metrics enable row level security;
create policy tenant_rows on training_metrics using (tenant_id = (select nullif(current_setting('esa.tenant', true), '')));
do $$
begin
    if exists (select 1 from pg_roles where rolname = 'esa_tenant') then
        grant select on training_metrics to esa_tenant;
    end if;
end $$;

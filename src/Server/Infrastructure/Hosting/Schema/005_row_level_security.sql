-- The second line behind the product's own conditions: whoever reads as esa_tenant sees the rows of the tenant that esa.tenant
-- names, and none where it names nobody. The owner of the tables, who appends and projects, is not held to it.
do $$
begin
    create role esa_tenant nologin;
exception
    when duplicate_object or unique_violation then raise notice 'esa_tenant is there already: another database of the cluster has it too';
    when insufficient_privilege then raise warning 'esa_tenant could not be created: row-level security is not in force';
end $$;

do $$
declare
    guarded text;
begin
    foreach guarded in array array[
        'mt_streams', 'mt_events', 'esa_attachments', 'esa_subject_keys', 'request_statistics', 'user_names', 'api_key_uses'
    ] loop
        execute format('alter table %I enable row level security', guarded);
        execute format(
            'create policy tenant_rows on %I using (tenant_id = (select nullif(current_setting(''esa.tenant'', true), '''')))', guarded);
        if exists (select 1 from pg_roles where rolname = 'esa_tenant') then
            execute format('grant select on %I to esa_tenant', guarded);
        end if;
    end loop;
    if exists (select 1 from pg_roles where rolname = 'esa_tenant') and not pg_has_role(current_user, 'esa_tenant', 'member') then
        execute format('grant esa_tenant to %I', current_user);
    end if;
exception
    when insufficient_privilege then raise warning 'esa_tenant could not be granted: row-level security is not in force';
end $$;

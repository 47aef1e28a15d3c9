-- The second line behind the product's own conditions: whoever reads as esa_tenant sees the rows of the tenant that esa.tenant
-- names, and none where it names nobody. The owner of the tables, who appends and projects, is not held to it.
do $$
begin
    create role esa_tenant nologin;
exception
    when duplicate_object or unique_violation then raise notice 'esa_tenant is there already: another database of the cluster has it too';
    when insufficient_privilege then raise warning 'esa_tenant could not be created: row-level security is not in force';
end $$;

-- Guards every table with a tenant that is not guarded: at each start, for Marten makes tables of its own and takes row-level security
-- that it does not know of from them, and after a rebuild, which puts new tables in the place of old ones.
create function guard_tenant_rows() returns void language plpgsql as $$
declare
    guarded text;
begin
    for guarded in
        select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relrowsecurity order by 1
    loop
        execute format('alter table %I enable row level security', guarded);
        execute format('drop policy if exists tenant_rows on %I', guarded);
        execute format('create policy tenant_rows on %I using (tenant_id = (select nullif(current_setting(''esa.tenant'', true), '''')))', guarded);
        -- What opens something is not read on behalf of a tenant.
        if guarded not in ('webhook_secrets', 'alert_watches') and exists (select 1 from pg_roles where rolname = 'esa_tenant') then
            execute format('grant select on %I to esa_tenant', guarded);
        end if;
    end loop;
end $$;

do $$
begin
    if exists (select 1 from pg_roles where rolname = 'esa_tenant') and not pg_has_role(current_user, 'esa_tenant', 'member') then
        execute format('grant esa_tenant to %I', current_user);
    end if;
exception
    when insufficient_privilege then raise warning 'esa_tenant could not be granted: row-level security is not in force';
end $$;

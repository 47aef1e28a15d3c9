-- Membership and reminders of the cluster, as the ADO.NET providers of Orleans look for them: they read the text of every query from
-- OrleansQuery and run it with named parameters.
create schema orleans;
set local search_path = orleans;

create table OrleansQuery (
    QueryKey  varchar(64)   primary key,
    QueryText varchar(8000) not null
);

-- The version of the membership makes every change of it conditional.
create table OrleansMembershipVersionTable (
    DeploymentId varchar(150)   primary key,
    Timestamp    timestamptz(3) not null default now(),
    Version      integer        not null default 0
);

create table OrleansMembershipTable (
    DeploymentId varchar(150)   not null references OrleansMembershipVersionTable,
    Address      varchar(45)    not null,
    Port         integer        not null,
    Generation   integer        not null,
    SiloName     varchar(150)   not null,
    HostName     varchar(150)   not null,
    Status       integer        not null,
    ProxyPort    integer        not null,
    SuspectTimes varchar(8000),
    StartTime    timestamptz(3) not null,
    IAmAliveTime timestamptz(3) not null,
    primary key (DeploymentId, Address, Port, Generation)
);

create table OrleansRemindersTable (
    ServiceId    varchar(150)   not null,
    GrainId      varchar(150)   not null,
    ReminderName varchar(150)   not null,
    StartTime    timestamptz(3) not null,
    Period       bigint         not null,
    GrainHash    integer        not null,
    Version      integer        not null,
    primary key (ServiceId, GrainId, ReminderName)
);
create index OrleansRemindersByHash on OrleansRemindersTable (ServiceId, GrainHash);

insert into OrleansQuery (QueryKey, QueryText) values
('InsertMembershipVersionKey', $$
    with made as (
        insert into OrleansMembershipVersionTable (DeploymentId) values (@DeploymentId) on conflict (DeploymentId) do nothing returning 1)
    select count(*)::integer from made
$$),
-- A failed change leaves the version as it was: the version rises only where the row's own condition holds too.
('InsertMembershipKey', $$
    with risen as (
        update OrleansMembershipVersionTable set Version = Version + 1, Timestamp = now()
         where DeploymentId = @DeploymentId and Version = @Version and not exists (
            select 1 from OrleansMembershipTable
             where DeploymentId = @DeploymentId and Address = @Address and Port = @Port and Generation = @Generation)
        returning DeploymentId),
    made as (
        insert into OrleansMembershipTable
            (DeploymentId, Address, Port, Generation, SiloName, HostName, Status, ProxyPort, StartTime, IAmAliveTime)
        select DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime from risen
        returning 1)
    select count(*)::integer from made
$$),
('UpdateMembershipKey', $$
    with risen as (
        update OrleansMembershipVersionTable set Version = Version + 1, Timestamp = now()
         where DeploymentId = @DeploymentId and Version = @Version and exists (
            select 1 from OrleansMembershipTable
             where DeploymentId = @DeploymentId and Address = @Address and Port = @Port and Generation = @Generation)
        returning DeploymentId),
    changed as (
        update OrleansMembershipTable m set Status = @Status, SuspectTimes = @SuspectTimes, IAmAliveTime = @IAmAliveTime from risen
         where m.DeploymentId = risen.DeploymentId and m.Address = @Address and m.Port = @Port and m.Generation = @Generation
        returning 1)
    select count(*)::integer from changed
$$),
('UpdateIAmAlivetimeKey', $$
    update OrleansMembershipTable set IAmAliveTime = @IAmAliveTime
     where DeploymentId = @DeploymentId and Address = @Address and Port = @Port and Generation = @Generation
$$),
('MembershipReadRowKey', $$
    select v.DeploymentId, m.Address, m.Port, m.Generation, m.SiloName, m.HostName, m.Status, m.ProxyPort, m.SuspectTimes, m.StartTime,
           m.IAmAliveTime, v.Version
      from OrleansMembershipVersionTable v left join OrleansMembershipTable m
        on m.DeploymentId = v.DeploymentId and m.Address = @Address and m.Port = @Port and m.Generation = @Generation
     where v.DeploymentId = @DeploymentId
$$),
('MembershipReadAllKey', $$
    select v.DeploymentId, m.Address, m.Port, m.Generation, m.SiloName, m.HostName, m.Status, m.ProxyPort, m.SuspectTimes, m.StartTime,
           m.IAmAliveTime, v.Version
      from OrleansMembershipVersionTable v left join OrleansMembershipTable m on m.DeploymentId = v.DeploymentId
     where v.DeploymentId = @DeploymentId
$$),
('DeleteMembershipTableEntriesKey', $$
    with members as (delete from OrleansMembershipTable where DeploymentId = @DeploymentId)
    delete from OrleansMembershipVersionTable where DeploymentId = @DeploymentId
$$),
('GatewaysQueryKey', $$
    select Address, ProxyPort, Generation from OrleansMembershipTable
     where DeploymentId = @DeploymentId and Status = @Status and ProxyPort > 0
$$),
('CleanupDefunctSiloEntriesKey', $$
    delete from OrleansMembershipTable where DeploymentId = @DeploymentId and IAmAliveTime < @IAmAliveTime and Status <> 3
$$),
('UpsertReminderRowKey', $$
    insert into OrleansRemindersTable as r (ServiceId, GrainId, ReminderName, StartTime, Period, GrainHash, Version)
    values (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 0)
    on conflict (ServiceId, GrainId, ReminderName) do update set
        StartTime = excluded.StartTime, Period = excluded.Period, GrainHash = excluded.GrainHash, Version = r.Version + 1
    returning Version
$$),
('ReadReminderRowsKey', $$
    select GrainId, ReminderName, StartTime, Period, Version from OrleansRemindersTable where ServiceId = @ServiceId and GrainId = @GrainId
$$),
('ReadReminderRowKey', $$
    select GrainId, ReminderName, StartTime, Period, Version from OrleansRemindersTable
     where ServiceId = @ServiceId and GrainId = @GrainId and ReminderName = @ReminderName
$$),
('ReadRangeRows1Key', $$
    select GrainId, ReminderName, StartTime, Period, Version from OrleansRemindersTable
     where ServiceId = @ServiceId and GrainHash > @BeginHash and GrainHash <= @EndHash
$$),
('ReadRangeRows2Key', $$
    select GrainId, ReminderName, StartTime, Period, Version from OrleansRemindersTable
     where ServiceId = @ServiceId and (GrainHash > @BeginHash or GrainHash <= @EndHash)
$$),
('DeleteReminderRowKey', $$
    with gone as (
        delete from OrleansRemindersTable
         where ServiceId = @ServiceId and GrainId = @GrainId and ReminderName = @ReminderName and Version = @Version returning 1)
    select count(*)::integer from gone
$$),
('DeleteReminderRowsKey', $$
    delete from OrleansRemindersTable where ServiceId = @ServiceId
$$);
set local search_path = public;

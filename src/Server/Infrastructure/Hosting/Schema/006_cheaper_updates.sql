-- An index whose condition names the stored state makes every change of any stream's state write all indexes of the table
-- anew. The trainings of one tenant are few enough to look through.
drop index mt_streams_trainings_under_way;
create index mt_streams_trainings on mt_streams (tenant_id, created) where type = 'training';

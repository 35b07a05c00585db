# Sourced once by the primary's image, after roles.sql: passwords for the logins, the database with its extension, and what
# a standby needs. The standby is waited for from the real start on; while this is run there is none.
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    -v owner="$OWNER_PASSWORD" -v service="$SERVICE_PASSWORD" -v backup="$BACKUP_PASSWORD" \
    -v replication="$REPLICATION_PASSWORD" <<'SQL'
alter role vekstplass_owner password :'owner';
alter role vekstplass_service password :'service';
alter role vekstplass_backup password :'backup';
create role vekstplass_replication login replication password :'replication';
select pg_create_physical_replication_slot('standby');
alter system set max_slot_wal_keep_size = '4GB';
alter system set synchronous_standby_names = 'standby';
create database vekstplass owner vekstplass_owner;
\connect vekstplass
create extension btree_gist;
SQL
echo "host replication vekstplass_replication all scram-sha-256" >>"$PGDATA/pg_hba.conf"

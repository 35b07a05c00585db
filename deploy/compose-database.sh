# Sourced once by the postgres image, after roles.sql: passwords for the two logins, and the database with its extension.
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    -v owner="$OWNER_PASSWORD" -v service="$SERVICE_PASSWORD" <<'SQL'
alter role vekstplass_owner password :'owner';
alter role vekstplass_service password :'service';
create database vekstplass owner vekstplass_owner;
\connect vekstplass
create extension btree_gist;
SQL

#!/bin/sh
# PgBouncer's start: its users and its database come from the environment, as the rest of compose.yaml's secrets do.
set -eu
umask 077
echo "\"vekstplass_service\" \"$SERVICE_PASSWORD\"" >/run/pgbouncer/users.txt
printf '[databases]\nvekstplass = host=%s port=5432\n' "$PRIMARY" >/run/pgbouncer/databases.ini
exec pgbouncer "${1:-/etc/pgbouncer/vekstplass.ini}"

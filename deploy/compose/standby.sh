#!/bin/sh
# The standby's start: the first time it is a copy of the primary, which it follows from then on until it is promoted.
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    # A copy that was interrupted is begun again.
    rm -rf "$PGDATA"
    mkdir -m 0700 -p "$PGDATA"
    pg_basebackup --pgdata="$PGDATA" --write-recovery-conf --slot=standby --wal-method=stream --checkpoint=fast \
        --dbname="host=$PRIMARY port=5432 user=vekstplass_replication password=$REPLICATION_PASSWORD application_name=standby"
fi
exec docker-entrypoint.sh postgres "$@"

#!/bin/sh
# Starts PostgreSQL on the volume at $PGDATA, which is filled at the first start.
set -eu
PATH=$(echo /usr/lib/postgresql/*/bin):$PATH
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  echo "$POSTGRES_PASSWORD" >/tmp/password
  # Into a folder beside, renamed when complete: a start that is cut short leaves nothing half made.
  rm -rf "$PGDATA.new"
  initdb --pgdata="$PGDATA.new" --username="$POSTGRES_USER" --pwfile=/tmp/password --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C
  echo "host all all all scram-sha-256" >>"$PGDATA.new/pg_hba.conf"
  rm /tmp/password
  mv "$PGDATA.new" "$PGDATA"
fi
exec postgres -D "$PGDATA" -c listen_addresses='*' -c jit=off -c unix_socket_directories=/tmp

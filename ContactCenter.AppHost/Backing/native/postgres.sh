#!/usr/bin/env bash
# Runs a PostgreSQL server in the foreground on 127.0.0.1 only.
#
#   POSTGRES_PASSWORD=… postgres.sh DATA_DIR PORT [postgres options, such as -c max_connections=300]
#
# The first start creates a cluster in DATA_DIR whose superuser "postgres" has POSTGRES_PASSWORD. It is asked for by
# POSTGRES_HOST_AUTH_METHOD, scram-sha-256 if that is not set.
# SIGTERM or SIGINT is a fast shutdown; DATA_DIR survives. PostgreSQL refuses to run as root, so root starts it as the
# user "postgres"; anybody else starts it as himself. If that user cannot reach DATA_DIR, the cluster is placed in a
# new folder below /var/lib/contactcenter and DATA_DIR/location says where.
set -euo pipefail

fail() { echo "postgres.sh: $*" >&2; exit 1; }

[[ $# -ge 2 ]] || fail "usage: POSTGRES_PASSWORD=… postgres.sh DATA_DIR PORT [postgres options]"
[[ -n ${POSTGRES_PASSWORD:-} ]] || fail "set POSTGRES_PASSWORD"
mkdir -p "$1"
data=$(cd "$1" && pwd -P)
port=$2
shift 2

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[[ -n $bin ]] || bin=$(dirname "$(command -v postgres || true)")
[[ -x $bin/initdb ]] || fail "PostgreSQL is not installed; on Debian and Ubuntu: apt-get install postgresql"

as=()
if [[ $(id -u) == 0 ]]; then
    id postgres >/dev/null 2>&1 || fail "the user 'postgres' is missing; on Debian and Ubuntu: apt-get install postgresql"
    as=(setpriv --reuid=postgres --regid=postgres --init-groups)
    if [[ -e $data/location ]]; then
        data=$(<"$data/location")
        [[ -d $data ]] || fail "the cluster that $1/location names is gone; delete $1 to begin with an empty one"
    elif ! "${as[@]}" test -x "$(dirname "$data")"; then
        mkdir -p /var/lib/contactcenter
        elsewhere=$(mktemp -d /var/lib/contactcenter/postgres.XXXXXX)
        echo "$elsewhere" >"$data/location"
        echo "postgres.sh: the user 'postgres' may not enter $(dirname "$data"), so the data are kept in $elsewhere"
        data=$elsewhere
    fi
    chown postgres:postgres "$data"
fi
chmod 0700 "$data"
cd "$data" || fail "cannot enter $data"

# Made under another name first, so that a first start that was cut short is simply repeated.
if [[ ! -d $data/cluster ]]; then
    # initdb reads the password from a file only; this one exists as long as initdb runs.
    "${as[@]}" bash -c 'umask 077; rm -rf cluster.new; cat >password' <<<"$POSTGRES_PASSWORD"
    output=$("${as[@]}" "$bin/initdb" --pgdata="$data/cluster.new" --username=postgres --encoding=UTF8 --locale=C.UTF-8 \
        --auth="${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" --pwfile="$data/password" 2>&1) || { rm -f password; fail "initdb failed: $output"; }
    rm -f password
    "${as[@]}" mv "$data/cluster.new" "$data/cluster"
fi
unset POSTGRES_PASSWORD

# PostgreSQL's SIGTERM waits for every client to leave; SIGINT is the fast shutdown that callers mean by SIGTERM.
# The parent-death signal makes the server go down in the same way if this script is killed.
"${as[@]}" setpriv --pdeathsig INT "$bin/postgres" -D "$data/cluster" -p "$port" \
    -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=on -c log_min_messages=warning \
    -c log_line_prefix='' -c logging_collector=off "$@" 2>&1 &
server=$!
trap 'kill -INT "$server" 2>/dev/null || true' TERM INT HUP
status=0
wait "$server" || status=$?
while kill -0 "$server" 2>/dev/null; do
    status=0
    wait "$server" || status=$?
done
exit "$status"

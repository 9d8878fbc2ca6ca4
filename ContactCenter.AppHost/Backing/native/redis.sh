#!/usr/bin/env bash
# Runs a Redis server in the foreground on 127.0.0.1 only, with an append-only file in DATA_DIR.
#
#   REDIS_PASSWORD=… redis.sh DATA_DIR PORT
#
# SIGTERM saves and stops; DATA_DIR survives. Clients authenticate with REDIS_PASSWORD (user "default").
set -euo pipefail

fail() { echo "redis.sh: $*" >&2; exit 1; }

[[ $# == 2 ]] || fail "usage: REDIS_PASSWORD=… redis.sh DATA_DIR PORT"
[[ ${REDIS_PASSWORD:-} =~ ^[A-Za-z0-9_.~-]+$ ]] || fail "set REDIS_PASSWORD to letters, digits, or any of _ . ~ -"
command -v redis-server >/dev/null || fail "Redis is not installed; on Debian and Ubuntu: apt-get install redis-server"
mkdir -p "$1"
data=$(cd "$1" && pwd -P)
chmod 0700 "$data"
cd "$data"

# By standard input, so that the password is on no command line and in no file.
password=$REDIS_PASSWORD
unset REDIS_PASSWORD
exec redis-server - <<CONFIG
bind 127.0.0.1
port $2
requirepass $password
dir .
appendonly yes
daemonize no
loglevel notice
logfile ""
always-show-logo no
CONFIG

#!/usr/bin/env bash
# Runs a RabbitMQ broker in the foreground on 127.0.0.1 only, without plugins; with MANAGEMENT_PORT its management
# interface answers there, without statistics.
#
#   RABBITMQ_DEFAULT_USER=… RABBITMQ_DEFAULT_PASS=… rabbitmq.sh DATA_DIR PORT [MANAGEMENT_PORT]
#
# The first start creates the user. SIGTERM stops gracefully; DATA_DIR survives and holds everything the broker writes.
# Node name, port mapper (epmd) and ports are this broker's own, so several run side by side. To look inside:
#   HOME=DATA_DIR ERL_EPMD_PORT=$(cat DATA_DIR/epmd.port) /usr/lib/rabbitmq/bin/rabbitmqctl -n rabbit@localhost status
set -euo pipefail

fail() { echo "rabbitmq.sh: $*" >&2; exit 1; }

[[ $# == 2 || $# == 3 ]] || fail "usage: RABBITMQ_DEFAULT_USER=… RABBITMQ_DEFAULT_PASS=… rabbitmq.sh DATA_DIR PORT [MANAGEMENT_PORT]"
[[ -n ${RABBITMQ_DEFAULT_USER:-} && -n ${RABBITMQ_DEFAULT_PASS:-} ]] || fail "set RABBITMQ_DEFAULT_USER and RABBITMQ_DEFAULT_PASS"
server=/usr/lib/rabbitmq/bin/rabbitmq-server
[[ -x $server ]] || fail "RabbitMQ is not installed; on Debian and Ubuntu: apt-get install rabbitmq-server"
command -v epmd >/dev/null || fail "Erlang's epmd is missing; on Debian and Ubuntu: apt-get install erlang-base"
mkdir -p "$1"
data=$(cd "$1" && pwd -P)
chmod 0700 "$data"
cd "$data"

# Below the range from which the kernel gives out ephemeral ports, and nobody answers there.
free_port() {
    local candidate
    while :; do
        candidate=$((12000 + RANDOM % 18000))
        (exec 3<>"/dev/tcp/127.0.0.1/$candidate") 2>/dev/null || { echo "$candidate"; return; }
    done
}

# The port mapper would otherwise be started as a daemon that outlives the broker. As a child with a parent-death
# signal it ends with this process, which becomes the broker by exec.
for _ in 1 2 3 4 5; do
    ERL_EPMD_PORT=$(free_port)
    setpriv --pdeathsig KILL epmd -address 127.0.0.1 -port "$ERL_EPMD_PORT" &
    mapper=$!
    for _ in {1..100}; do
        epmd -port "$ERL_EPMD_PORT" -names >/dev/null 2>&1 && break
        kill -0 "$mapper" 2>/dev/null || break
        sleep 0.02
    done
    kill -0 "$mapper" 2>/dev/null && break
done
kill -0 "$mapper" 2>/dev/null || fail "epmd does not start"
echo "$ERL_EPMD_PORT" >epmd.port

cat >rabbitmq.conf <<CONFIG
listeners.tcp.1 = 127.0.0.1:$2
log.console = true
log.console.level = warning
log.connection.level = error
log.file = false
CONFIG
echo '[].' >enabled_plugins
if [[ -n ${3:-} ]]; then
    cat >>rabbitmq.conf <<CONFIG
management.tcp.ip = 127.0.0.1
management.tcp.port = $3
management_agent.disable_metrics_collector = true
CONFIG
    echo '[rabbitmq_management].' >enabled_plugins
fi

export ERL_EPMD_PORT HOME=$data
export RABBITMQ_CONF_ENV_FILE=$data/rabbitmq-env.conf RABBITMQ_CONFIG_FILE=$data/rabbitmq.conf
export RABBITMQ_ADVANCED_CONFIG_FILE=$data/advanced.config RABBITMQ_GENERATED_CONFIG_DIR=$data/config
export RABBITMQ_SCHEMA_DIR=$data/schema RABBITMQ_ENABLED_PLUGINS_FILE=$data/enabled_plugins
export RABBITMQ_PLUGINS_EXPAND_DIR=$data/plugins-expand RABBITMQ_FEATURE_FLAGS_FILE=$data/feature_flags
export RABBITMQ_MNESIA_BASE=$data/mnesia RABBITMQ_LOG_BASE=$data/log RABBITMQ_LOGS=- RABBITMQ_PID_FILE=$data/pid
export RABBITMQ_NODENAME=rabbit@localhost RABBITMQ_NODE_PORT=$2 RABBITMQ_NODE_IP_ADDRESS=127.0.0.1
RABBITMQ_DIST_PORT=$(free_port)
export RABBITMQ_DIST_PORT
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none"
# What systemd units set too: the script becomes the broker instead of watching over it.
export RUNNING_UNDER_SYSTEMD=true
unset NOTIFY_SOCKET
exec "$server"

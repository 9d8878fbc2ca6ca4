#!/usr/bin/env bash
# Runs an OpenSSH server in the foreground on 127.0.0.1 only, for SFTP and nothing else.
#
#   sshd.sh DATA_DIR PORT
#
# The one account is the user who starts it (for root: root), with the key DATA_DIR/client_key; a session begins in
# DATA_DIR/files. The server's key is DATA_DIR/host_key. SIGTERM stops; DATA_DIR survives. To try it:
#   sftp -P PORT -i DATA_DIR/client_key -o UserKnownHostsFile=DATA_DIR/known_hosts 127.0.0.1
set -euo pipefail

fail() { echo "sshd.sh: $*" >&2; exit 1; }

[[ $# == 2 ]] || fail "usage: sshd.sh DATA_DIR PORT"
sshd=$(PATH=$PATH:/usr/sbin command -v sshd) || fail "OpenSSH's server is not installed; on Debian and Ubuntu: apt-get install openssh-server"
mkdir -p "$1"
data=$(cd "$1" && pwd -P)
[[ $data != *[[:space:]\"]* ]] || fail "OpenSSH cannot use a folder with blanks or quotes in its name: $data"
chmod 0700 "$data"
mkdir -p "$data/files"

for key in host_key client_key; do
    [[ -e $data/$key.pub ]] || { rm -f "$data/$key"; ssh-keygen -q -t ed25519 -N '' -C "contactcenter $key" -f "$data/$key"; }
done
cp "$data/client_key.pub" "$data/authorized_keys"
echo "[127.0.0.1]:$2 $(cut -d ' ' -f 1-2 "$data/host_key.pub")" >"$data/known_hosts"

cat >"$data/sshd_config" <<CONFIG
ListenAddress 127.0.0.1:$2
HostKey $data/host_key
AuthorizedKeysFile $data/authorized_keys
AuthenticationMethods publickey
PubkeyAuthentication yes
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
AllowUsers $(id -un)
StrictModes no
UsePAM no
PidFile none
LogLevel ERROR
UseDNS no
PrintMotd no
DisableForwarding yes
PermitTTY no
PermitUserRC no
Subsystem sftp internal-sftp -d $data/files
ForceCommand internal-sftp -d $data/files
CONFIG
# Root's sshd wants this empty folder for its unprivileged half; the system's own service makes it in the same way.
[[ $(id -u) != 0 ]] || mkdir -p -m 0755 /run/sshd
exec "$sshd" -D -e -f "$data/sshd_config"

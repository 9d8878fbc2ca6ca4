#!/usr/bin/env bash
# Runs a mail server in the foreground on 127.0.0.1 only: it demands TLS and puts every mail into one folder.
#
#   mail.sh DATA_DIR PORT
#
# Its certificate is DATA_DIR/server.pem; mails are kept in the Maildir DATA_DIR/mail. SIGTERM stops; DATA_DIR survives.
set -euo pipefail

fail() { echo "mail.sh: $*" >&2; exit 1; }

[[ $# == 2 ]] || fail "usage: mail.sh DATA_DIR PORT"
mkdir -p "$1"
data=$(cd "$1" && pwd -P)
chmod 0700 "$data"
if [[ ! -e $data/server.pem ]]; then
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=mail -addext subjectAltName=IP:127.0.0.1 \
        -keyout "$data/server.key" -out "$data/server.pem.new" 2>/dev/null || fail "openssl could not make a certificate"
    mv "$data/server.pem.new" "$data/server.pem"
fi

# The system's Python, which has the system's packages.
exec /usr/bin/python3 - "$data" "$2" <<'PYTHON'
import asyncio
import ssl
import sys

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP

data, port = sys.argv[1], int(sys.argv[2])
tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
tls.load_cert_chain(f"{data}/server.pem", f"{data}/server.key")
mailbox = Mailbox(f"{data}/mail")


async def main():
    # With a name of its own it asks no name server for the machine's.
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(mailbox, hostname="localhost", tls_context=tls, require_starttls=True), "127.0.0.1", port
    )
    await server.serve_forever()


asyncio.run(main())
PYTHON

"""A mail server that wants TLS and a login, and prints what it takes as one line of JSON."""
import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("unknown"):
            return "550 5.1.1 No such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mail = {"from": envelope.mail_from, "to": envelope.rcpt_tos, "content": envelope.content.decode("ascii")}
        print(json.dumps(mail), flush=True)
        return "250 Taken"


def log_in(server, session, envelope, mechanism, login):
    return AuthResult(success=(login.login, login.password) == (b"mailer", b"canary-password"))


async def main():
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(sys.argv[1], sys.argv[2])
    factory = lambda: SMTP(
        Handler(), hostname="mail.example.com", tls_context=tls, require_starttls=True, authenticator=log_in, auth_required=True, auth_require_tls=True
    )
    server = await asyncio.get_running_loop().create_server(factory, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())

"""Serves grpc.testing.TestService on a free loopback port, prints the port, and ends when stdin does.

Two arguments, the files of a key and a certificate, make it serve over TLS.
"""
import sys
import time
from concurrent import futures

import grpc

from contract import METHODS, Empty, SimpleResponse, StreamingInputCallResponse, StreamingOutputCallResponse


def payload(size):
    return {"body": bytes(size)}


def echo_metadata(context):
    sent = dict(context.invocation_metadata())
    if "x-grpc-test-echo-initial" in sent:
        context.send_initial_metadata((("x-grpc-test-echo-initial", sent["x-grpc-test-echo-initial"]),))
    if "x-grpc-test-echo-trailing-bin" in sent:
        context.set_trailing_metadata((("x-grpc-test-echo-trailing-bin", sent["x-grpc-test-echo-trailing-bin"]),))


def echo_status(request, context):
    if request.HasField("response_status"):
        code = next(code for code in grpc.StatusCode if code.value[0] == request.response_status.code)
        context.abort(code, request.response_status.message)


def empty_call(request, context):
    echo_metadata(context)
    return Empty()


def unary_call(request, context):
    if request.response_compressed.value:
        context.set_compression(grpc.Compression.Gzip)
    echo_metadata(context)
    echo_status(request, context)
    return SimpleResponse(payload=payload(request.response_size))


def streaming_output_call(request, context):
    echo_metadata(context)
    echo_status(request, context)
    for parameters in request.response_parameters:
        time.sleep(parameters.interval_us / 1e6)
        yield StreamingOutputCallResponse(payload=payload(parameters.size))


def streaming_input_call(requests, context):
    echo_metadata(context)
    return StreamingInputCallResponse(aggregated_payload_size=sum(len(request.payload.body) for request in requests))


def full_duplex_call(requests, context):
    echo_metadata(context)
    for request in requests:
        echo_status(request, context)
        for parameters in request.response_parameters:
            time.sleep(parameters.interval_us / 1e6)
            yield StreamingOutputCallResponse(payload=payload(parameters.size))


def handler(name, behaviour):
    request, response, streams_in, streams_out = METHODS[name]
    kind = ("stream" if streams_in else "unary") + "_" + ("stream" if streams_out else "unary")
    make = getattr(grpc, kind + "_rpc_method_handler")
    return make(behaviour, request_deserializer=request.FromString, response_serializer=response.SerializeToString)


server = grpc.server(futures.ThreadPoolExecutor(8))
server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("grpc.testing.TestService", {
    "EmptyCall": handler("EmptyCall", empty_call),
    "UnaryCall": handler("UnaryCall", unary_call),
    "StreamingOutputCall": handler("StreamingOutputCall", streaming_output_call),
    "StreamingInputCall": handler("StreamingInputCall", streaming_input_call),
    "FullDuplexCall": handler("FullDuplexCall", full_duplex_call),
}),))
if len(sys.argv) > 2:
    with open(sys.argv[1], "rb") as key, open(sys.argv[2], "rb") as certificate:
        port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([(key.read(), certificate.read())]))
else:
    port = server.add_insecure_port("127.0.0.1:0")
server.start()
print(port, flush=True)
sys.stdin.read()
server.stop(0)

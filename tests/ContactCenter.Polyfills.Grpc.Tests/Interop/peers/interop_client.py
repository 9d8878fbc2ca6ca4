"""Runs the interop cases against HOST:PORT and prints one line per case: "case<TAB>ok" or "case<TAB>what went wrong".

A second argument is the file of the certificate that the server has to show over TLS.
"""
import queue
import sys

import grpc

from contract import METHODS, Empty, SimpleRequest, StreamingInputCallRequest, StreamingOutputCallRequest

LIMIT = 20  # seconds that any call may take
SIZES = [31415, 9, 2653, 58979]
REQUESTS = [27182, 8, 1828, 45904]
SPECIAL = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"

if len(sys.argv) > 2:
    with open(sys.argv[2], "rb") as roots:
        channel = grpc.secure_channel(sys.argv[1], grpc.ssl_channel_credentials(roots.read()))
else:
    channel = grpc.insecure_channel(sys.argv[1])


def method(name, service="TestService"):
    request, response, streams_in, streams_out = METHODS[name]
    kind = ("stream" if streams_in else "unary") + "_" + ("stream" if streams_out else "unary")
    return getattr(channel, kind)(
        f"/grpc.testing.{service}/{name}", request_serializer=request.SerializeToString, response_deserializer=response.FromString)


def expect(actual, expected, what):
    if actual != expected:
        raise AssertionError(f"{what}: expected {expected!r}, got {actual!r}")


def expect_failure(call, code, what):
    try:
        call()
    except grpc.RpcError as error:
        expect(error.code(), code, what)
        return error
    raise AssertionError(f"{what}: the call succeeded")


def large_request(**more):
    return SimpleRequest(response_size=314159, payload={"body": bytes(271828)}, **more)


def output_request(*sizes, body=0):
    return StreamingOutputCallRequest(response_parameters=[{"size": size} for size in sizes], payload={"body": bytes(body)})


class Requests:
    """A request stream that is fed while the call runs; None ends it."""

    def __init__(self, *first):
        self._queue = queue.Queue()
        for item in first:
            self._queue.put(item)

    def send(self, item):
        self._queue.put(item)

    def __iter__(self):
        return iter(self._queue.get, None)


def empty_unary():
    expect(method("EmptyCall")(Empty(), timeout=LIMIT), Empty(), "answer")


def large_unary():
    expect(len(method("UnaryCall")(large_request(), timeout=LIMIT).payload.body), 314159, "payload size")


def client_streaming():
    requests = (StreamingInputCallRequest(payload={"body": bytes(size)}) for size in REQUESTS)
    expect(method("StreamingInputCall")(requests, timeout=LIMIT).aggregated_payload_size, 74922, "sum")


def server_streaming():
    answers = method("StreamingOutputCall")(output_request(*SIZES), timeout=LIMIT)
    expect([len(answer.payload.body) for answer in answers], SIZES, "payload sizes")


def ping_pong():
    requests = Requests()
    answers = method("FullDuplexCall")(iter(requests), timeout=LIMIT)
    for sent, wanted in zip(REQUESTS, SIZES):
        requests.send(output_request(wanted, body=sent))
        expect(len(next(answers).payload.body), wanted, "payload size")
    requests.send(None)
    expect(list(answers), [], "answers after the last")


def empty_stream():
    expect(list(method("FullDuplexCall")(iter([]), timeout=LIMIT)), [], "answers")


def timeout_on_sleeping_server():
    requests = Requests(output_request(body=27182))
    answers = method("FullDuplexCall")(iter(requests), timeout=0.02)
    expect_failure(lambda: next(answers), grpc.StatusCode.DEADLINE_EXCEEDED, "status")
    requests.send(None)


def cancel_after_begin():
    requests = Requests()
    call = method("StreamingInputCall").future(iter(requests), timeout=LIMIT)
    call.cancel()
    requests.send(None)
    expect(call.cancelled(), True, "cancelled")
    expect(call.code(), grpc.StatusCode.CANCELLED, "status")


def cancel_after_first_response():
    requests = Requests(output_request(31415, body=27182))
    call = method("FullDuplexCall")(iter(requests), timeout=LIMIT)
    expect(len(next(call).payload.body), 31415, "payload size")
    call.cancel()
    expect_failure(lambda: next(call), grpc.StatusCode.CANCELLED, "status")
    requests.send(None)


def status_code_and_message():
    status = {"code": 2, "message": "test status message"}
    unary = expect_failure(
        lambda: method("UnaryCall")(SimpleRequest(response_status=status), timeout=LIMIT), grpc.StatusCode.UNKNOWN, "unary status")
    expect(unary.details(), "test status message", "unary message")
    call = method("FullDuplexCall")(iter([StreamingOutputCallRequest(response_status=status)]), timeout=LIMIT)
    stream = expect_failure(lambda: list(call), grpc.StatusCode.UNKNOWN, "stream status")
    expect(stream.details(), "test status message", "stream message")


def special_status_message():
    request = SimpleRequest(response_status={"code": 2, "message": SPECIAL})
    error = expect_failure(lambda: method("UnaryCall")(request, timeout=LIMIT), grpc.StatusCode.UNKNOWN, "status")
    expect(error.details(), SPECIAL, "message")


def custom_metadata():
    metadata = (("x-grpc-test-echo-initial", "test_initial_metadata_value"), ("x-grpc-test-echo-trailing-bin", b"\xab\xab\xab"))

    def check(call, what):
        expect(dict(call.initial_metadata()).get(metadata[0][0]), metadata[0][1], what + " initial metadata")
        expect(dict(call.trailing_metadata()).get(metadata[1][0]), metadata[1][1], what + " trailing metadata")

    answer, call = method("UnaryCall").with_call(large_request(), metadata=metadata, timeout=LIMIT)
    expect(len(answer.payload.body), 314159, "payload size")
    check(call, "unary")
    stream = method("FullDuplexCall")(iter([output_request(314159, body=271828)]), metadata=metadata, timeout=LIMIT)
    expect([len(answer.payload.body) for answer in stream], [314159], "payload sizes")
    check(stream, "stream")


def unimplemented_method():
    expect_failure(lambda: method("UnimplementedCall")(Empty(), timeout=LIMIT), grpc.StatusCode.UNIMPLEMENTED, "status")


def unimplemented_service():
    call = method("UnimplementedCall", "UnimplementedService")
    expect_failure(lambda: call(Empty(), timeout=LIMIT), grpc.StatusCode.UNIMPLEMENTED, "status")


def client_compressed_unary():
    call = method("UnaryCall")
    probe = large_request(expect_compressed={"value": True})
    expect_failure(
        lambda: call(probe, compression=grpc.Compression.NoCompression, timeout=LIMIT), grpc.StatusCode.INVALID_ARGUMENT, "probe")
    expect(len(call(probe, compression=grpc.Compression.Gzip, timeout=LIMIT).payload.body), 314159, "compressed")
    plain = large_request(expect_compressed={"value": False})
    expect(len(call(plain, compression=grpc.Compression.NoCompression, timeout=LIMIT).payload.body), 314159, "uncompressed")


def server_compressed_unary():
    for compressed in (True, False):
        answer = method("UnaryCall")(large_request(response_compressed={"value": compressed}), timeout=LIMIT)
        expect(len(answer.payload.body), 314159, f"payload size, compressed {compressed}")


for case in (
        empty_unary, large_unary, client_streaming, server_streaming, ping_pong, empty_stream, timeout_on_sleeping_server,
        cancel_after_begin, cancel_after_first_response, status_code_and_message, special_status_message, custom_metadata,
        unimplemented_method, unimplemented_service, client_compressed_unary, server_compressed_unary):
    try:
        case()
        print(case.__name__, "ok", sep="\t", flush=True)
    except Exception as error:  # Any failure is the case's result; the next case runs all the same.
        print(case.__name__, repr(error).replace("\n", " "), sep="\t", flush=True)
channel.close()

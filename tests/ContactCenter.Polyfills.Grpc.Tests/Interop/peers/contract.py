"""The test contract as Python classes and call factories, made from the descriptors that the test sends on stdin."""
import base64
import sys

from google.protobuf import descriptor_pb2, message_factory

_files = descriptor_pb2.FileDescriptorSet.FromString(base64.b64decode(sys.stdin.readline()))
_types = message_factory.GetMessages(list(_files.file))

Empty = _types["grpc.testing.Empty"]
SimpleRequest = _types["grpc.testing.SimpleRequest"]
SimpleResponse = _types["grpc.testing.SimpleResponse"]
StreamingInputCallRequest = _types["grpc.testing.StreamingInputCallRequest"]
StreamingInputCallResponse = _types["grpc.testing.StreamingInputCallResponse"]
StreamingOutputCallRequest = _types["grpc.testing.StreamingOutputCallRequest"]
StreamingOutputCallResponse = _types["grpc.testing.StreamingOutputCallResponse"]

# method: (request type, response type, requests stream, responses stream)
METHODS = {
    "EmptyCall": (Empty, Empty, False, False),
    "UnaryCall": (SimpleRequest, SimpleResponse, False, False),
    "StreamingOutputCall": (StreamingOutputCallRequest, StreamingOutputCallResponse, False, True),
    "StreamingInputCall": (StreamingInputCallRequest, StreamingInputCallResponse, True, False),
    "FullDuplexCall": (StreamingOutputCallRequest, StreamingOutputCallResponse, True, True),
    "UnimplementedCall": (Empty, Empty, False, False),
}

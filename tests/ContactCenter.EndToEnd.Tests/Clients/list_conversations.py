"""Lists the conversations and segments of HOST:PORT with grpcio and prints them as JSON.

Argument 2 is a descriptor set, argument 3 the API key, argument 4 the day to begin with (YYYY-MM-DD).
"""
import json
import sys

import grpc
from google.protobuf import descriptor_pb2, json_format, message_factory

with open(sys.argv[2], "rb") as descriptors:
    types = message_factory.GetMessages(list(descriptor_pb2.FileDescriptorSet.FromString(descriptors.read()).file))

PACKAGE = "contactcenter.insights.v1"
METADATA = [("authorization", f"Bearer {sys.argv[3]}")] if sys.argv[3] else []
channel = grpc.insecure_channel(sys.argv[1])


def list_all(method, field):
    request_type = types[f"{PACKAGE}.{method}Request"]
    call = channel.unary_unary(
        f"/{PACKAGE}.ConversationService/{method}",
        request_serializer=request_type.SerializeToString,
        response_deserializer=types[f"{PACKAGE}.{method}Response"].FromString)
    token = ""
    while True:
        answer = call(json_format.ParseDict({"filter": {"start_time": f"{sys.argv[4]}T00:00:00Z"}, "page_size": 100, "page_token": token}, request_type()), timeout=20, metadata=METADATA)
        yield from (json_format.MessageToDict(item, preserving_proto_field_name=True) for item in getattr(answer, field))
        token = answer.next_page_token
        if not token:
            return


print(json.dumps({
    "conversations": [item["conversation_id"] for item in list_all("ListConversations", "conversations")],
    "segments": [item["segment_id"] for item in list_all("ListSegments", "segments")],
}))

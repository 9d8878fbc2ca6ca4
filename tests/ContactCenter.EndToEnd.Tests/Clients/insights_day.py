"""One day of InsightsEnrichment as an internal service lives it: events in, questions, a correction, the data set out.

python3 insights_day.py SETTINGS.json DESCRIPTORS.binpb prints what each step found as JSON; docs/insights.md says how to get both files.
"""
import base64
import csv
import datetime
import hashlib
import hmac
import io
import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import grpc
from google.protobuf import descriptor_pb2, json_format, message_factory

with open(sys.argv[1], encoding="utf-8") as file:
    settings = json.load(file)
with open(sys.argv[2], "rb") as file:
    types = message_factory.GetMessages(list(descriptor_pb2.FileDescriptorSet.FromString(file.read()).file))

PACKAGE = "contactcenter.insights.v1"
CALLBACKS = "/ingest/twilio/taskrouter"
FORM = "application/x-www-form-urlencoded"
KEY = [("x-api-key", settings["api_key"])]
channel = grpc.insecure_channel(settings["grpc"])
day = datetime.datetime.fromisoformat(settings["day"]).replace(tzinfo=datetime.timezone.utc)
whole_day = {"start_time": day.isoformat(), "end_time": (day + datetime.timedelta(days=1)).isoformat()}


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat()


def call(method, request):
    """Calls Service/Method with the request as JSON and returns the answer as JSON."""
    name = method.split("/")[1]
    rpc = channel.unary_unary(
        f"/{PACKAGE}.{method}",
        request_serializer=types[f"{PACKAGE}.{name}Request"].SerializeToString,
        response_deserializer=types[f"{PACKAGE}.{name}Response"].FromString)
    answer = rpc(json_format.ParseDict(request, types[f"{PACKAGE}.{name}Request"]()), timeout=20, metadata=KEY)
    return json_format.MessageToDict(answer, preserving_proto_field_name=True)


def until(read, done):
    """Reads again until the answer is what is waited for: 20 s at most."""
    deadline = time.monotonic() + 20
    while not done(answer := read()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"still {answer}")
        time.sleep(0.1)
    return answer


def sid(prefix, number):
    return f"{prefix}{number:032d}"


def contact(number, minute, attributes, task_channel, talk):
    """The events of a task that waits 25 s, rings 5 s, talks, and is wrapped up in 30 s: one form each."""
    def event(place, kind, second, **fields):
        moment = day + datetime.timedelta(minutes=minute, seconds=second)
        return {
            "EventType": kind, "Sid": sid("EV", number * 10 + place), "AccountSid": settings["account_sid"], "WorkspaceSid": settings["workspace_sid"],
            "TimestampMs": str(int(moment.timestamp() * 1000)), "TaskSid": sid("WT", number), "TaskChannelUniqueName": task_channel,
            "TaskQueueName": "Level 1", "TaskQueueSid": sid("WQ", 1), "TaskAttributes": json.dumps(attributes), **fields,
        }

    agent = {"ReservationSid": sid("WR", number), "WorkerSid": sid("WK", 1), "WorkerName": "John Doe"}
    return [
        event(1, "task-queue.entered", 0),
        event(2, "reservation.created", 20, **agent),
        event(3, "reservation.accepted", 25, **agent),
        event(4, "reservation.wrapup", 25 + talk, **agent),
        event(5, "reservation.completed", 55 + talk, **agent),
        event(6, "task.completed", 55 + talk, TaskCompletedReason="solved"),
    ]


def send_bulk(events):
    """Streams events as the bulk door takes them, here 50 a message; up to 500 are allowed. The last one is no event."""
    texts = [{"content_type": FORM, "body": urllib.parse.urlencode(event).encode()} for event in events] + [{"content_type": "text/plain", "body": b"?"}]
    request = types[f"{PACKAGE}.IngestTaskRouterEventsRequest"]
    rpc = channel.stream_unary(
        f"/{PACKAGE}.EventIngestService/IngestTaskRouterEvents",
        request_serializer=request.SerializeToString,
        response_deserializer=types[f"{PACKAGE}.IngestTaskRouterEventsResponse"].FromString)
    answer = rpc((request(events=texts[start:start + 50]) for start in range(0, len(texts), 50)), timeout=20, metadata=KEY)
    return json_format.MessageToDict(answer, preserving_proto_field_name=True)


def send_callback(event, token):
    """Posts an event as TaskRouter does, signed with the auth token, and returns the HTTP status."""
    signed = settings["public_base_url"].rstrip("/") + CALLBACKS + "".join(name + event[name] for name in sorted(event))
    signature = base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()
    request = urllib.request.Request(
        settings["http"].rstrip("/") + CALLBACKS, data=urllib.parse.urlencode(event).encode(), headers={"X-Twilio-Signature": signature, "Content-Type": FORM})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        return refused.code


def list_conversations(request):
    """All pages of ListConversations."""
    token = ""
    while True:
        answer = call("ConversationService/ListConversations", {**request, "page_token": token})
        yield answer.get("conversations", [])
        token = answer.get("next_page_token", "")
        if not token:
            return


found = {}
began = now()
phone = settings["phone"]
spelled = f"{phone[:2]} {phone[2:5]} {phone[5:8]} {phone[8:]}"
first = settings["first_task"]

# Twelve calls in bulk, every fourth of our customer; then two chats as signed callbacks, whose attributes name the customer.
calls = [contact(first + i, 480 + i * 60, {
    "direction": "inbound", "to": "+18001234567", "from": phone if i % 4 == 0 else f"+4420794600{i:02d}"}, "voice", 100 + i) for i in range(12)]
chats = [contact(first + 12 + i, 750 + i * 240, {"customers": {"phone": spelled}, "conversations": {
    "campaign": "=1+1", "content": "Grüße \"an alle\", 😀\nzweite Zeile"}}, "chat", 200 + i) for i in range(2)]
events = [event for life in calls for event in life]
found["bulk"] = send_bulk(events)
found["bulk_again"] = send_bulk(events[:3])
found["callbacks"] = [send_callback(event, settings["auth_token"]) for life in chats for event in life]
found["wrong_signature"] = send_callback(chats[0][0], "another token")

# What counts as the customer of such attributes? Nothing is stored by asking.
found["preview"] = call("ConversationService/PreviewEnrichment", {"task_attributes": json.dumps(
    {"customers": {"phone": spelled}, "conversations": {"outcome": "Sold", "colour": "red"}})})
customer = found["preview"]["customer"]["customer_id"]

# The customer's day over all channels, two conversations a page, once everything is enriched.
own = {"filter": {"customer_id": customer, **whole_day}, "page_size": 2}
found["pages"] = until(
    lambda: list(list_conversations(own)), lambda pages: sum(1 for page in pages for conversation in page if "end_time" in conversation) == 5)

# A correction outlasts the re-processing of everything received since we began.
segment = call("ConversationService/ListSegments", {"filter": {"task_sid": sid("WT", first), "kinds": ["SEGMENT_KIND_CONVERSATION"]}})["segments"][0]
correction = {"segment_id": segment["segment_id"], "attributes": {"outcome": "Sold"}, "reason": "The agent chose the wrong one."}
found["before"] = segment
call("ConversationService/CorrectSegment", correction)
try:
    call("ConversationService/CorrectSegment", {**correction, "attributes": {"kind": "Queue"}})
except grpc.RpcError as refused:
    found["refused"] = {"code": refused.code().name, "message": refused.details()}
run = call("RawEventService/ReprocessRawEvents", {"filter": {"start_time": began, "end_time": now()}, "events_per_second": 1000})["reprocessing"]
found["reprocessing"] = until(
    lambda: call("RawEventService/GetReprocessing", {"reprocessing_id": run["reprocessing_id"]})["reprocessing"],
    lambda reprocessing: reprocessing["state"] != "REPROCESSING_STATE_RUNNING")
found["after"] = call("ConversationService/GetSegment", {"segment_id": segment["segment_id"]})["segment"]

# A load brings the day into the data sets; the export of it is a CSV file.
load = call("LoadService/RunLoad", {})["load"]
found["load"] = until(lambda: call("LoadService/GetLoad", {"load_id": load["load_id"]})["load"], lambda load: load["state"] == "LOAD_STATE_DONE")
export = call("ExportService/CreateExport", {
    "data_set": "DATA_SET_CONVERSATIONS", "filter": {**whole_day, "fields": [{"field": "kind", "values": ["Conversation"]}]},
    "columns": ["task_sid", "customer_id", "channel", "start_time", "talk_time", "outcome", "campaign", "content", "external_contact"]})["export"]
found["export"] = until(
    lambda: call("ExportService/GetExport", {"export_id": export["export_id"]})["export"],
    lambda export: export["state"] not in ("EXPORT_STATE_WAITING", "EXPORT_STATE_RUNNING"))
request = urllib.request.Request(f"{settings['http'].rstrip('/')}/v1/exports/{export['export_id']}/content", headers=dict(KEY))
with urllib.request.urlopen(request, timeout=20) as answer:
    content = answer.read()
found["sha256"] = hashlib.sha256(content).hexdigest()
found["rows"] = list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))

print(json.dumps(found))

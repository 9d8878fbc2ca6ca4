// One day of InsightsEnrichment as an internal service lives it: events in, questions, a correction, the data set out.
// node insights_day.js SETTINGS.json PROTOS prints what each step found as JSON; docs/insights.md says how to get the settings.
const crypto = require('crypto');
const fs = require('fs');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const settings = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const services = ['event_ingest', 'conversation', 'raw_event', 'load', 'export'];
const definition = loader.loadSync(
  services.map((name) => `contactcenter/insights/v1/${name}_service.proto`),
  { includeDirs: [process.argv[3]], keepCase: true, longs: String, enums: String, arrays: true });
const v1 = grpc.loadPackageDefinition(definition).contactcenter.insights.v1;
const clients = {};
for (const service of ['EventIngestService', 'ConversationService', 'RawEventService', 'LoadService', 'ExportService'])
  clients[service] = new v1[service](settings.grpc, grpc.credentials.createInsecure());

const CALLBACKS = '/ingest/twilio/taskrouter';
const FORM = 'application/x-www-form-urlencoded';
const http = settings.http.replace(/\/$/, '');
const metadata = new grpc.Metadata();
metadata.set('x-api-key', settings.api_key);
const inTwentySeconds = () => ({ deadline: Date.now() + 20000 });

const dayStart = Date.parse(`${settings.day}T00:00:00Z`);
const timestamp = (milliseconds) => ({ seconds: Math.floor(milliseconds / 1000), nanos: (milliseconds % 1000) * 1000000 });
const wholeDay = { start_time: timestamp(dayStart), end_time: timestamp(dayStart + 86400000) };

// Calls Service/Method.
const call = (method, request) => new Promise((resolve, reject) => {
  const [service, name] = method.split('/');
  clients[service][name](request, metadata, inTwentySeconds(), (error, answer) => (error ? reject(error) : resolve(answer)));
});

// Reads again until the answer is what is waited for: 20 s at most.
async function until(read, done) {
  for (const deadline = Date.now() + 20000; ;) {
    const answer = await read();
    if (done(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(answer)}`);
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
}

const sid = (prefix, number) => prefix + String(number).padStart(32, '0');
const encode = (event) => new URLSearchParams(event).toString();

// The events of a task that waits 25 s, rings 5 s, talks, and is wrapped up in 30 s: one form each.
function contact(number, minute, attributes, channel, talk) {
  const event = (place, kind, second, fields) => ({
    EventType: kind, Sid: sid('EV', number * 10 + place), AccountSid: settings.account_sid, WorkspaceSid: settings.workspace_sid,
    TimestampMs: String(dayStart + minute * 60000 + second * 1000), TaskSid: sid('WT', number), TaskChannelUniqueName: channel,
    TaskQueueName: 'Level 1', TaskQueueSid: sid('WQ', 1), TaskAttributes: JSON.stringify(attributes), ...fields,
  });
  const agent = { ReservationSid: sid('WR', number), WorkerSid: sid('WK', 1), WorkerName: 'John Doe' };
  return [
    event(1, 'task-queue.entered', 0),
    event(2, 'reservation.created', 20, agent),
    event(3, 'reservation.accepted', 25, agent),
    event(4, 'reservation.wrapup', 25 + talk, agent),
    event(5, 'reservation.completed', 55 + talk, agent),
    event(6, 'task.completed', 55 + talk, { TaskCompletedReason: 'solved' }),
  ];
}

// Streams events as the bulk door takes them, here 50 a message; up to 500 are allowed. The last one is no event.
const sendBulk = (events) => new Promise((resolve, reject) => {
  const texts = [...events.map((event) => ({ content_type: FORM, body: Buffer.from(encode(event)) })), { content_type: 'text/plain', body: Buffer.from('?') }];
  const stream = clients.EventIngestService.IngestTaskRouterEvents(metadata, inTwentySeconds(), (error, answer) => (error ? reject(error) : resolve(answer)));
  for (let start = 0; start < texts.length; start += 50) stream.write({ events: texts.slice(start, start + 50) });
  stream.end();
});

// Posts an event as TaskRouter does, signed with the auth token, and returns the HTTP status.
async function sendCallback(event, token) {
  const signed = settings.public_base_url.replace(/\/$/, '') + CALLBACKS + Object.keys(event).sort().map((name) => name + event[name]).join('');
  const signature = crypto.createHmac('sha1', token).update(signed).digest('base64');
  const answer = await fetch(http + CALLBACKS, {
    method: 'POST', body: encode(event), headers: { 'X-Twilio-Signature': signature, 'Content-Type': FORM }, signal: AbortSignal.timeout(20000),
  });
  return answer.status;
}

// All pages of ListConversations.
async function listConversations(request) {
  const pages = [];
  let token = '';
  do {
    const answer = await call('ConversationService/ListConversations', { ...request, page_token: token });
    pages.push(answer.conversations);
    token = answer.next_page_token;
  } while (token);
  return pages;
}

async function live() {
  const found = {};
  const began = timestamp(Date.now());
  const { phone, first_task: first } = settings;
  const spelled = `${phone.slice(0, 2)} ${phone.slice(2, 5)} ${phone.slice(5, 8)} ${phone.slice(8)}`;

  // Twelve calls in bulk, every fourth of our customer; then two chats as signed callbacks, whose attributes name the customer.
  const calls = [...Array(12).keys()].map((i) => contact(
    first + i, 480 + i * 60, { direction: 'inbound', to: '+18001234567', from: i % 4 === 0 ? phone : `+4420794600${String(i).padStart(2, '0')}` }, 'voice', 100 + i));
  const chats = [0, 1].map((i) => contact(first + 12 + i, 750 + i * 240, {
    customers: { phone: spelled }, conversations: { campaign: '=1+1', content: 'Grüße "an alle", 😀\nzweite Zeile' },
  }, 'chat', 200 + i));
  found.bulk = await sendBulk(calls.flat());
  found.bulk_again = await sendBulk(calls.flat().slice(0, 3));
  found.callbacks = [];
  for (const event of chats.flat()) found.callbacks.push(await sendCallback(event, settings.auth_token));
  found.wrong_signature = await sendCallback(chats[0][0], 'another token');

  // What counts as the customer of such attributes? Nothing is stored by asking.
  found.preview = await call('ConversationService/PreviewEnrichment', {
    task_attributes: JSON.stringify({ customers: { phone: spelled }, conversations: { outcome: 'Sold', colour: 'red' } }),
  });
  const customer = found.preview.customer.customer_id;

  // The customer's day over all channels, two conversations a page, once everything is enriched.
  const own = { filter: { customer_id: customer, ...wholeDay }, page_size: 2 };
  found.pages = await until(
    () => listConversations(own), (pages) => pages.flat().filter((conversation) => conversation.end_time).length === 5);

  // A correction outlasts the re-processing of everything received since we began.
  const { segments: [segment] } = await call(
    'ConversationService/ListSegments', { filter: { task_sid: sid('WT', first), kinds: ['SEGMENT_KIND_CONVERSATION'] } });
  const correction = { segment_id: segment.segment_id, attributes: { outcome: 'Sold' }, reason: 'The agent chose the wrong one.' };
  found.before = segment;
  await call('ConversationService/CorrectSegment', correction);
  try {
    await call('ConversationService/CorrectSegment', { ...correction, attributes: { kind: 'Queue' } });
  } catch (refused) {
    found.refused = { code: grpc.status[refused.code], message: refused.details };
  }
  const window = { start_time: began, end_time: timestamp(Date.now()) };
  const { reprocessing: run } = await call('RawEventService/ReprocessRawEvents', { filter: window, events_per_second: 1000 });
  found.reprocessing = await until(
    async () => (await call('RawEventService/GetReprocessing', { reprocessing_id: run.reprocessing_id })).reprocessing,
    ({ state }) => state !== 'REPROCESSING_STATE_RUNNING');
  found.after = (await call('ConversationService/GetSegment', { segment_id: segment.segment_id })).segment;

  // A load brings the day into the data sets; the export of it is a CSV file.
  const { load } = await call('LoadService/RunLoad', {});
  found.load = await until(async () => (await call('LoadService/GetLoad', { load_id: load.load_id })).load, ({ state }) => state === 'LOAD_STATE_DONE');
  const { export: { export_id: id } } = await call('ExportService/CreateExport', {
    data_set: 'DATA_SET_CONVERSATIONS', filter: { ...wholeDay, fields: [{ field: 'kind', values: ['Conversation'] }] },
    columns: ['task_sid', 'customer_id', 'channel', 'start_time', 'talk_time', 'outcome', 'campaign', 'content', 'external_contact'],
  });
  found.export = await until(
    async () => (await call('ExportService/GetExport', { export_id: id })).export,
    ({ state }) => !['EXPORT_STATE_WAITING', 'EXPORT_STATE_RUNNING'].includes(state));
  const answer = await fetch(`${http}/v1/exports/${id}/content`, { headers: { 'x-api-key': settings.api_key }, signal: AbortSignal.timeout(20000) });
  const content = Buffer.from(await answer.arrayBuffer());
  found.sha256 = crypto.createHash('sha256').update(content).digest('hex');
  found.rows = rowsOf(content.toString('utf8'));
  console.log(JSON.stringify(found));
}

// RFC 4180: cells are split at commas, rows at CRLF, and quotation marks keep both and are doubled within.
function rowsOf(text) {
  const rows = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end !== ',') rows.push([]);
  }
  return rows.slice(0, -1);
}

live().then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });

// Lists the conversations and segments of HOST:PORT with grpc-js and prints them as JSON.
// Argument 2 is the folder of protos, argument 3 the API key, argument 4 the day to begin with (YYYY-MM-DD).
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const definition = loader.loadSync('contactcenter/insights/v1/conversation_service.proto', { includeDirs: [process.argv[3]], keepCase: true });
const { ConversationService } = grpc.loadPackageDefinition(definition).contactcenter.insights.v1;
const client = new ConversationService(process.argv[2], grpc.credentials.createInsecure());

const metadata = new grpc.Metadata();
metadata.set('x-api-key', process.argv[4]);

const call = (method, request) => new Promise((resolve, reject) =>
  client[method](request, metadata, { deadline: Date.now() + 20000 }, (error, answer) => (error ? reject(error) : resolve(answer))));

async function listAll(method, field) {
  const all = [];
  let token = '';
  do {
    const answer = await call(method, { filter: { start_time: { seconds: Date.parse(process.argv[5]) / 1000 } }, page_size: 100, page_token: token });
    all.push(...answer[field]);
    token = answer.next_page_token;
  } while (token);
  return all;
}

(async () => {
  console.log(JSON.stringify({
    conversations: (await listAll('ListConversations', 'conversations')).map((item) => item.conversation_id),
    segments: (await listAll('ListSegments', 'segments')).map((item) => item.segment_id),
  }));
})().catch((error) => { console.error(error); process.exit(1); });

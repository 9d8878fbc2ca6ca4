// Serves grpc.testing.TestService on a free loopback port, prints the port, and ends when stdin does.
const { grpc, testing } = require('./contract');

const payload = (size) => ({ body: Buffer.alloc(size) });
const failure = (request) =>
  (request.response_status ? { code: request.response_status.code, details: request.response_status.message } : null);

// Sends the initial metadata that was asked for and returns the trailing metadata.
function echo(call) {
  const initial = new grpc.Metadata();
  const trailing = new grpc.Metadata();
  for (const value of call.metadata.get('x-grpc-test-echo-initial')) initial.add('x-grpc-test-echo-initial', value);
  for (const value of call.metadata.get('x-grpc-test-echo-trailing-bin')) trailing.add('x-grpc-test-echo-trailing-bin', value);
  call.sendMetadata(initial);
  return trailing;
}

function answer(call, request) {
  const error = failure(request);
  if (error) call.emit('error', error);
  else for (const { size } of request.response_parameters) call.write({ payload: payload(size) });
}

const server = new grpc.Server({ 'grpc.max_receive_message_length': 4 * 1024 * 1024 });
server.addService(testing.TestService.service, {
  EmptyCall: (call, done) => done(null, {}, echo(call)),
  UnaryCall: (call, done) => {
    const trailing = echo(call);
    const error = failure(call.request);
    if (error) done(error);
    else done(null, { payload: payload(call.request.response_size) }, trailing);
  },
  StreamingOutputCall: (call) => {
    const trailing = echo(call);
    answer(call, call.request);
    call.end(trailing);
  },
  StreamingInputCall: (call, done) => {
    const trailing = echo(call);
    let sum = 0;
    call.on('data', (request) => { sum += request.payload.body.length; });
    call.on('end', () => done(null, { aggregated_payload_size: sum }, trailing));
  },
  FullDuplexCall: (call) => {
    const trailing = echo(call);
    call.on('data', (request) => answer(call, request));
    call.on('end', () => call.end(trailing));
  },
});
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(port);
});
process.stdin.on('end', () => process.exit(0)).resume();

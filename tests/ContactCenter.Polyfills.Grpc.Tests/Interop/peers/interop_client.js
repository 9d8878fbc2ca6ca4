// Runs the interop cases against HOST:PORT and prints one line per case: "case<TAB>ok" or "case<TAB>what went wrong".
const assert = require('assert');
const { grpc, testing } = require('./contract');

const SIZES = [31415, 9, 2653, 58979];
const REQUESTS = [27182, 8, 1828, 45904];
const SPECIAL = '\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n';
const { CANCELLED, DEADLINE_EXCEEDED, INVALID_ARGUMENT, UNIMPLEMENTED, UNKNOWN } = grpc.status;

const insecure = grpc.credentials.createInsecure();
const client = new testing.TestService(process.argv[2], insecure);
const zipping = new testing.TestService(process.argv[2], insecure, { 'grpc.default_compression_algorithm': 2 });
const unregistered = new testing.UnimplementedService(process.argv[2], insecure);

const limit = (milliseconds = 20000) => ({ deadline: Date.now() + milliseconds });
const payload = (size) => ({ body: Buffer.alloc(size) });
const large = (more) => ({ response_size: 314159, payload: payload(271828), ...more });
const output = (sizes, body = 0) => ({ response_parameters: sizes.map((size) => ({ size })), payload: payload(body) });

// The answer of a unary call or client stream; rejects with the call's error.
const answer = (start) => new Promise((resolve, reject) => start((error, value) => (error ? reject(error) : resolve(value))));
const unary = (method, request, metadata = new grpc.Metadata(), on = client) =>
  answer((done) => on[method](request, metadata, limit(), done));
const failure = (code) => (error) => { assert.strictEqual(error.code, code, `${error.code} ${error.details}`); return true; };
const sizes = async (stream) => { const all = []; for await (const item of stream) all.push(item.payload.body.length); return all; };

const cases = {
  empty_unary: async () => assert.deepStrictEqual(await unary('EmptyCall', {}), {}),
  large_unary: async () => assert.strictEqual((await unary('UnaryCall', large())).payload.body.length, 314159),
  client_streaming: async () => {
    const result = await answer((done) => {
      const call = client.StreamingInputCall(new grpc.Metadata(), limit(), done);
      for (const size of REQUESTS) call.write({ payload: payload(size) });
      call.end();
    });
    assert.strictEqual(result.aggregated_payload_size, 74922);
  },
  server_streaming: async () => assert.deepStrictEqual(await sizes(client.StreamingOutputCall(output(SIZES), limit())), SIZES),
  ping_pong: async () => {
    const call = client.FullDuplexCall(limit());
    const answers = call[Symbol.asyncIterator]();
    for (const [i, size] of SIZES.entries()) {
      call.write(output([size], REQUESTS[i]));
      assert.strictEqual((await answers.next()).value.payload.body.length, size);
    }
    call.end();
    assert.strictEqual((await answers.next()).done, true);
  },
  empty_stream: async () => {
    const call = client.FullDuplexCall(limit());
    call.end();
    assert.deepStrictEqual(await sizes(call), []);
  },
  timeout_on_sleeping_server: async () => {
    const call = client.FullDuplexCall(limit(20));
    call.write(output([], 27182));
    await assert.rejects(sizes(call), failure(DEADLINE_EXCEEDED));
  },
  cancel_after_begin: async () => {
    const result = answer((done) => client.StreamingInputCall(new grpc.Metadata(), limit(), done).cancel());
    await assert.rejects(result, failure(CANCELLED));
  },
  cancel_after_first_response: async () => {
    const call = client.FullDuplexCall(limit());
    call.write(output([31415], 27182));
    const answers = call[Symbol.asyncIterator]();
    assert.strictEqual((await answers.next()).value.payload.body.length, 31415);
    call.cancel();
    await assert.rejects(answers.next(), failure(CANCELLED));
  },
  status_code_and_message: async () => {
    const check = (error) => failure(UNKNOWN)(error) && (assert.strictEqual(error.details, 'test status message'), true);
    const response_status = { code: 2, message: 'test status message' };
    await assert.rejects(unary('UnaryCall', { response_status }), check);
    const call = client.FullDuplexCall(limit());
    call.end({ response_status });
    await assert.rejects(sizes(call), check);
  },
  special_status_message: async () => assert.rejects(
    unary('UnaryCall', { response_status: { code: 2, message: SPECIAL } }),
    (error) => failure(UNKNOWN)(error) && (assert.strictEqual(error.details, SPECIAL), true)),
  custom_metadata: async () => {
    const metadata = new grpc.Metadata();
    metadata.set('x-grpc-test-echo-initial', 'test_initial_metadata_value');
    metadata.set('x-grpc-test-echo-trailing-bin', Buffer.from('ababab', 'hex'));
    const watch = async (call, run) => {
      const seen = {};
      call.on('metadata', (value) => { seen.initial = value.get('x-grpc-test-echo-initial'); });
      const ended = new Promise((resolve) => call.on('status', resolve));
      await run;
      seen.trailing = (await ended).metadata.get('x-grpc-test-echo-trailing-bin');
      assert.deepStrictEqual(seen, { initial: ['test_initial_metadata_value'], trailing: [Buffer.from('ababab', 'hex')] });
    };
    let call;
    const result = answer((done) => { call = client.UnaryCall(large(), metadata, limit(), done); });
    await watch(call, result);
    const stream = client.FullDuplexCall(metadata, limit());
    stream.end(output([314159], 271828));
    await watch(stream, sizes(stream));
  },
  unimplemented_method: async () => assert.rejects(unary('UnimplementedCall', {}), failure(UNIMPLEMENTED)),
  unimplemented_service: async () =>
    assert.rejects(unary('UnimplementedCall', {}, undefined, unregistered), failure(UNIMPLEMENTED)),
  client_compressed_unary: async () => {
    await assert.rejects(unary('UnaryCall', large({ expect_compressed: { value: true } })), failure(INVALID_ARGUMENT));
    const compressed = await unary('UnaryCall', large({ expect_compressed: { value: true } }), undefined, zipping);
    assert.strictEqual(compressed.payload.body.length, 314159);
    const plain = await unary('UnaryCall', large({ expect_compressed: { value: false } }));
    assert.strictEqual(plain.payload.body.length, 314159);
  },
  server_compressed_unary: async () => {
    for (const value of [true, false])
      assert.strictEqual((await unary('UnaryCall', large({ response_compressed: { value } }))).payload.body.length, 314159);
  },
};

(async () => {
  for (const [name, run] of Object.entries(cases)) {
    const result = await run().then(() => 'ok', (error) => String(error.stack || error).replace(/\s+/g, ' '));
    console.log(`${name}\t${result}`);
  }
  process.exit(0); // A cancelled call leaves its deadline's timer behind, which would keep the process alive.
})();

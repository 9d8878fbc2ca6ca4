// The echo service on @grpc/grpc-js of tests/package.json, started in that folder: prints its address, ends with its
// standard input.
'use strict';

const path = require('path');
const modules = path.join(process.cwd(), 'node_modules');
const grpc = require(path.join(modules, '@grpc/grpc-js'));
const loader = require(path.join(modules, '@grpc/proto-loader'));

const definition = loader.loadSync(path.join(__dirname, '..', 'echo.proto'));
const { EchoService } = grpc.loadPackageDefinition(definition).contactcenter.benchmarks.v1;

const server = new grpc.Server();
server.addService(EchoService.service, {
  unary: (call, reply) => reply(null, { payload: call.request.payload }),
  bidi: (call) => {
    call.on('data', (request) => call.write({ payload: request.payload }));
    call.on('end', () => call.end());
  },
});
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(`http://127.0.0.1:${port}`);
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));

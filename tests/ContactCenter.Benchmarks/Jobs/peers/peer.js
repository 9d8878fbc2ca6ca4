// A peer's worker process: "run N" on standard input adds N jobs and works them off, answered by "begun" when the first
// job runs and "counted" when the last one has been counted inside itself. Ends with its standard input.
'use strict';

const path = require('path');
const { createRequire } = require('module');
const { pathToFileURL } = require('url');
const readline = require('readline');

// The packages are those of tests/package.json, in which folder the process is started.
const resolve = createRequire(path.join(process.cwd(), 'package.json')).resolve;

exports.load = (name) => import(pathToFileURL(resolve(name)));

// add(n) adds jobs that nobody works yet; work(count) works, calling count() in every job, and returns what ends that.
exports.serve = (add, work) => {
  console.log('ready');
  let turn = Promise.resolve();
  readline.createInterface({ input: process.stdin })
    .on('line', (line) => { turn = turn.then(() => run(Number(line.split(' ')[1]))); })
    .on('close', () => process.exit(0));

  async function run(expected) {
    await add(expected);
    let counted = 0;
    let stop;
    await new Promise((done, failed) => {
      stop = Promise.resolve(work(() => {
        if (++counted === 1) console.log('begun');
        if (counted === expected) done();
      }));
      stop.catch(failed);
    });
    console.log('counted');
    await (await stop)();
    console.log('stopped');
  }
};

// graphile-worker: its local queue and batched completion, with the sizes of its performance page.
'use strict';

const { load, serve } = require('./peer.js');

(async () => {
  const { Logger, run, makeWorkerUtils } = await load('graphile-worker');
  const logger = new Logger(() => () => {});
  const connectionString = process.argv[2];
  const utils = await makeWorkerUtils({ connectionString, preset: { worker: { logger } } });
  await utils.migrate();

  const add = async (jobs) => {
    for (let left = jobs; left > 0; left -= 10_000)
      await utils.addJobs(Array.from({ length: Math.min(left, 10_000) }, (_, number) => ({ identifier: 'count', payload: { number } })));
  };
  const work = async (count) => {
    const runner = await run({
      preset: {
        worker: { connectionString, logger, concurrentJobs: 24, maxPoolSize: 25, localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 },
      },
      taskList: { count: async () => { count(); } },
      noHandleSignals: true,
    });
    return () => runner.stop();
  };
  serve(add, work);
})();

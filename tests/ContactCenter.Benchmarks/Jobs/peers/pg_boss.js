// pg-boss: large batches, fetched again at once while they come back full, each job settled by itself.
'use strict';

const { load, serve } = require('./peer.js');

const queue = 'count';
const batch = 1000;

(async () => {
  const { PgBoss } = await load('pg-boss');
  const boss = new PgBoss({ connectionString: process.argv[2], max: 10 });
  boss.on('error', (error) => { console.error(error); process.exit(1); });
  await boss.start();
  await boss.createQueue(queue);

  const add = async (jobs) => {
    for (let left = jobs; left > 0; left -= 10_000)
      await boss.insert(queue, Array.from({ length: Math.min(left, 10_000) }, (_, number) => ({ data: { number } })));
  };
  const work = async (count) => {
    const options = { batchSize: batch, localConcurrency: 2, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true, perJobResults: true };
    await boss.work(queue, options, async (jobs) => jobs.map((job) => {
      count();
      return { id: job.id, status: 'completed' };
    }));
    return () => boss.offWork(queue);
  };
  serve(add, work);
})();

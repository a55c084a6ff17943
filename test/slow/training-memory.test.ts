/** @file Whole trainings with TensorFlow.js leave no memory behind; the core's are asked every day. */
import { test } from 'vitest';
import { openProgram } from '../support/child';
import { expectNothingLeft, type TrainingsReport } from '../support/memory-report';

test('trainings that end, are stopped or fail leave no memory behind on tfjs', async () => {
  const program = await openProgram('trainings-memory-program');
  try {
    expectNothingLeft((await program.run({ args: ['tfjs'], flags: ['--expose-gc'] })) as TrainingsReport);
  } finally {
    program.close();
  }
});

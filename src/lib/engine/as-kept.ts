/** @file Step 4, network: a network for a while as it will be kept: with its averaged weights where a recipe averages. */
import type { Network } from './engine';
import type { Recipe } from './recipe';

/** Works on the network with the weights that are kept, and puts those that are trained back. */
export async function asKept<T>(
  network: Network,
  { averaging }: Pick<Recipe, 'averaging'>,
  work: () => Promise<T>
): Promise<T> {
  if (averaging === null) return work();
  const own = await network.read();
  await network.write(await network.readAveraged());
  try {
    return await work();
  } finally {
    await network.write(own);
  }
}

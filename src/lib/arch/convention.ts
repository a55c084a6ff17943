/** @file Step 1, spec: batch norm and padding as the known code bases have them. */
import type { Architecture, Norm, Padding, ScalingRule } from './architecture';

/** A code base whose constants a network may take. */
export type Convention = 'torchvision' | 'keras' | 'slim' | 'timm';

interface Constants {
  readonly padding: Padding;
  readonly norm: Readonly<Record<ScalingRule, Norm>>;
}

/**
 * Epsilon, and the share of the running statistics kept at each step (PyTorch's momentum is one minus it). torchvision:
 * 1e-5/0.1 for V2, 1e-3/0.01 for V3 (its V1 does not exist; PyTorch's defaults stand in). Keras applications: 1e-3/0.999
 * for V2 and V3, layer defaults for V1. tensorflow/models slim: decay 0.997, 0.9997 for V1. timm: PyTorch's defaults.
 */
const conventions: Readonly<Record<Convention, Constants>> = {
  torchvision: {
    padding: 'symmetric',
    norm: {
      v1: { epsilon: 1e-5, momentum: 0.9 },
      v2: { epsilon: 1e-5, momentum: 0.9 },
      v3: { epsilon: 1e-3, momentum: 0.99 },
      ratio: { epsilon: 1e-3, momentum: 0.99 }
    }
  },
  keras: {
    padding: 'same',
    norm: {
      v1: { epsilon: 1e-3, momentum: 0.99 },
      v2: { epsilon: 1e-3, momentum: 0.999 },
      v3: { epsilon: 1e-3, momentum: 0.999 },
      ratio: { epsilon: 1e-3, momentum: 0.999 }
    }
  },
  slim: {
    padding: 'same',
    norm: {
      v1: { epsilon: 1e-3, momentum: 0.9997 },
      v2: { epsilon: 1e-3, momentum: 0.997 },
      v3: { epsilon: 1e-3, momentum: 0.997 },
      ratio: { epsilon: 1e-3, momentum: 0.997 }
    }
  },
  timm: {
    padding: 'symmetric',
    norm: {
      v1: { epsilon: 1e-5, momentum: 0.9 },
      v2: { epsilon: 1e-5, momentum: 0.9 },
      v3: { epsilon: 1e-5, momentum: 0.9 },
      ratio: { epsilon: 1e-5, momentum: 0.9 }
    }
  }
};

/** The table with one code base's padding and batch norm; a folded norm stays folded. */
export function withConvention(arch: Architecture, convention: Convention): Architecture {
  const { padding, norm } = conventions[convention];
  return { ...arch, padding, norm: arch.norm && norm[arch.scaling] };
}

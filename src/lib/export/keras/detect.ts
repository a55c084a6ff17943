/** @file Step 8, export: what a detection head's numbers mean, as NumPy source beside the Keras model. */
import type { DetectionRule } from '$lib/arch/architecture';
import { blocks, lines, python, pythonLiteral, pythonTuple } from '../python-text';

/** The constants of the rule. */
function constants(rule: DetectionRule): string {
  return lines(
    python`RATIOS = ${rule.ratios.length > 0 ? pythonTuple(rule.ratios) : '()'}  # of default boxes, each both ways`,
    python`SCALES = ${pythonTuple([rule.minScale, rule.maxScale])}  # of default boxes on the finest and the coarsest map`,
    `SCORE_THRESHOLD = ${pythonLiteral(rule.scoreThreshold)}`,
    `IOU_THRESHOLD = ${pythonLiteral(rule.iouThreshold)}`,
    python`CANDIDATES = ${rule.candidates}  # of each class before suppression`,
    python`DETECTIONS = ${rule.detections}  # of one picture`
  );
}

/** Sizes of the boxes of one cell; TensorFlow lists the box between two scales last and cuts none. */
function boxSizes(rule: DetectionRule): string {
  const torch = rule.boxOrder === 'xywh';
  const finest = python`
    if index == 0:  # three boxes only, the first of a tenth of the picture
        return np.array([(0.1, 0.1), *shaped(scale, ${pythonLiteral(rule.ratios[0] ?? 1)})])
  `;
  const between = python`(scale * following) ** 0.5`;
  const first = torch ? python`(scale, scale), (between, between)` : python`(scale, scale)`;
  const sizes = python`
    between = ${between}
    sizes = [${first}]
    for ratio in RATIOS:
        sizes += shaped(scale, ratio)
    ${torch ? python`return np.minimum(sizes, 1.0)` : python`return np.array(sizes + [(between, between)])`}
  `;
  return blocks(
    python`
      def shaped(scale, ratio):
          """A box of this width to height, and the same turned."""
          wide, high = scale * ratio**0.5, scale / ratio**0.5
          return [(wide, high), (high, wide)]
    `,
    python`
      def box_sizes(index, scales):
          """Width and height of the default boxes in each cell of a map (SSD, section 2.2)."""
          scale, following = scales[index], scales[index + 1]
          ${rule.reduceFinest ? finest : ''}
          ${sizes}
    `
  );
}

const grids = python`
  def detection_grids(model):
      """Rows and columns of the maps on which a model's default boxes stand, finest first."""
      predictors = [f"head_boxes{index + 1}_predict" for index in range(len(BOXES))]
      return [tuple(model.get_layer(name).output.shape[1:3]) for name in predictors]
`;

const defaultBoxes = python`
  def default_boxes(grids):
      """Centre x, centre y, width and height of every default box as shares of the picture."""
      scales = [*np.linspace(*SCALES, len(grids)), 1.0]
      boxes = []
      for index, (rows, columns) in enumerate(grids):
          sizes = box_sizes(index, scales)
          y, x = np.divide(np.mgrid[:rows, :columns] + 0.5, [[[rows]], [[columns]]])
          centres = np.stack([x, y], axis=-1).reshape(-1, 2)
          pair = np.repeat(centres, len(sizes), axis=0), np.tile(sizes, (rows * columns, 1))
          boxes.append(np.hstack(pair))
      return np.vstack(boxes)
`;

/** Default boxes moved by the model's numbers, as corners; torchvision lets none grow by more than 1000 / 16. */
function decode(rule: DetectionRule): string {
  const torch = rule.boxOrder === 'xywh';
  return python`
    def decode(moves, boxes):
        """Corners [boxes, (x1, y1, x2, y2)] of moved default boxes (SSD, equation 2)."""
        ${torch ? python`dx, dy, dw, dh` : python`dy, dx, dh, dw`} = moves.T
        x, y, width, height = boxes.T
        x, y = x + dx / 10 * width, y + dy / 10 * height
        ${torch ? python`dw, dh = np.minimum((dw / 5, dh / 5), np.log(1000 / 16))` : python`dw, dh = dw / 5, dh / 5`}
        width, height = width * np.exp(dw), height * np.exp(dh)
        corners = x - width / 2, y - height / 2, x + width / 2, y + height / 2
        return np.stack(corners, axis=-1)
  `;
}

const suppress = python`
  def suppress(boxes, best):
      """Of boxes that overlap too much, the one listed first stays (non-maximum suppression)."""
      kept = []
      for i in best:
          if all(overlap(boxes[i], boxes[j]) <= IOU_THRESHOLD for j in kept):
              kept.append(i)
      return kept
`;

const overlap = python`
  def overlap(a, b):
      """Shared area over joint area of two boxes (x1, y1, x2, y2)."""
      sides = np.maximum(0, np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]))
      joint = np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - np.prod(sides)
      return np.prod(sides) / joint if joint > 0 else 0.0
`;

function detect(rule: DetectionRule): string {
  const softmax = python`
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    scores /= scores.sum(axis=1, keepdims=True)
  `;
  return python`
    def detect(output, grids, size):
        """What was found in one picture, best first: (score, class, (x1, y1, x2, y2) in pixels).

        Output is the model's answer for it, [boxes, classes + 4]; size is its width and height in pixels.
        Class 0 is the background.
        """
        scores, moves = np.split(np.float64(output), [-4], axis=1)
        ${rule.scores === 'softmax' ? softmax : python`scores = 1 / (1 + np.exp(-scores))`}
        corners = decode(moves, default_boxes(grids)) * (*size, *size)
        corners = np.clip(corners, 0, (*size, *size))
        found = []
        for label in range(1, scores.shape[1]):
            best = np.argsort(-scores[:, label], kind="stable")
            best = best[scores[best, label] > SCORE_THRESHOLD][:CANDIDATES]
            found += [(scores[i, label], label, corners[i]) for i in suppress(corners, best)]
        return sorted(found, key=lambda one: -one[0])[:DETECTIONS]
  `;
}

/** Constants and functions from the model's answer to boxes in the picture (torchvision `SSD.postprocess_detections`). */
export function detectionSource(rule: DetectionRule): { readonly data: string; readonly functions: string } {
  const functions = blocks(grids, boxSizes(rule), defaultBoxes, decode(rule), overlap, suppress, detect(rule));
  return { data: constants(rule), functions };
}

/** @file Step 8, export: default boxes, decoding and suppression in PyTorch source; `task/boxes`, `task/detect` and `task/nms` in Python. */
import type { DetectionRule } from '$lib/arch/architecture';
import { python, pythonFloat, pythonNumber, pythonTuple } from '../python-text';

/** Sizes of the boxes of a cell, in the order in which the head lists them. */
function sizes(rule: DetectionRule): string {
  const torchvision = rule.boxOrder === 'xywh';
  const between = 'shaped((scale * next_scale) ** 0.5, 1.0)';
  const order = torchvision ? `[shaped(scale, 1.0), ${between}, *both]` : `[shaped(scale, 1.0), *both, ${between}]`;
  const finest = python`
    if finest:
        ratio = ${rule.ratios.length > 0 ? 'RATIOS[0]' : '1.0'}
        return [shaped(0.1, 1.0), shaped(scale, ratio), shaped(scale, 1 / ratio)]
  `;
  return python`
    def shaped(scale: float, ratio: float) -> tuple[float, float]:
        """Width and height of a box."""
        return scale * ratio**0.5, scale / ratio**0.5


    def box_sizes(scale: float, next_scale: float${rule.reduceFinest && python`, finest: bool`}) -> list[tuple[float, float]]:
        """Widths and heights of the boxes of a cell."""
        ${rule.reduceFinest && finest}
        both = [shaped(scale, r) for ratio in RATIOS for r in (ratio, 1 / ratio)]
        ${torchvision && python`sizes = ${order}`}
        ${torchvision && python`return [(min(1.0, width), min(1.0, height)) for width, height in sizes]`}
        ${!torchvision && python`return ${order}`}
  `;
}

const defaultBoxes = (rule: DetectionRule): string => python`
  def default_boxes(grids: list[tuple[int, int]] = GRIDS) -> Tensor:
      """Centre x, centre y, width and height [default boxes, 4] as shares of the picture."""
      step = (MAX_SCALE - MIN_SCALE) / (len(grids) - 1)
      scales = [MIN_SCALE + step * k for k in range(len(grids))] + [1.0]
      boxes: list[tuple[float, float, float, float]] = []
      for k, (rows, columns) in enumerate(grids):
          sizes = box_sizes(scales[k], scales[k + 1]${rule.reduceFinest && ', finest=k == 0'})
          for y in range(rows):
              for x in range(columns):
                  centre = (x + 0.5) / columns, (y + 0.5) / rows
                  boxes += [(*centre, width, height) for width, height in sizes]
      return torch.tensor(boxes, dtype=torch.float64)
`;

const moveBoxes = (rule: DetectionRule): string => {
  const torchvision = rule.boxOrder === 'xywh';
  return python`
    def move_boxes(numbers: Tensor, default: Tensor) -> Tensor:
        """Corners x1, y1, x2, y2 of the default boxes, moved by the head's numbers (SSD, eq. 2)."""
        ${torchvision ? python`dx, dy, dw, dh` : python`dy, dx, dh, dw`} = numbers.unbind(1)
        x, y, width, height = default.unbind(1)
        x, y = x + dx / 10 * width, y + dy / 10 * height
        ${torchvision && python`most = math.log(1000 / 16)`}
        ${torchvision && python`half_width = width * (dw / 5).clamp(max=most).exp() / 2`}
        ${torchvision && python`half_height = height * (dh / 5).clamp(max=most).exp() / 2`}
        ${!torchvision && python`half_width, half_height = width * (dw / 5).exp() / 2, height * (dh / 5).exp() / 2`}
        return torch.stack([x - half_width, y - half_height, x + half_width, y + half_height], dim=1)
  `;
};

const suppress = python`
  def suppress(boxes: Tensor) -> Tensor:
      """Indices of boxes that overlap no better one too much; the boxes come best first."""
      areas = (boxes[:, 2:] - boxes[:, :2]).clamp(min=0).prod(dim=1)
      alive = torch.ones(len(boxes), dtype=torch.bool)
      kept: list[int] = []
      for i in range(len(boxes)):
          if alive[i]:
              kept.append(i)
              corner = torch.maximum(boxes[i, :2], boxes[:, :2])
              opposite = torch.minimum(boxes[i, 2:], boxes[:, 2:])
              shared = (opposite - corner).clamp(min=0).prod(dim=1)
              overlap = (shared / (areas + areas[i] - shared)).nan_to_num()
              alive &= overlap <= IOU_THRESHOLD
      return torch.tensor(kept, dtype=torch.long)
`;

const decode = (rule: DetectionRule): string => python`
  def decode(
      raw: Tensor, height: float, width: float, grids: list[tuple[int, int]] = GRIDS
  ) -> list[dict[str, Tensor]]:
      """What is in each picture of height x width pixels, best first.

      Boxes [n, 4] are x1, y1, x2, y2 in pixels, scores [n] from 0 to 1, labels [n] classes from 1:
      0 is the background. The grids are those of the network's input.
      """
      default = default_boxes(grids)
      classes = raw.shape[2] - 4
      found: list[dict[str, Tensor]] = []
      for rows in raw.detach().cpu().double():
          scores = rows[:, :-4].${rule.scores === 'softmax' ? 'softmax(dim=1)' : 'sigmoid()'}
          boxes = move_boxes(rows[:, -4:], default).clamp(min=0, max=1)
          boxes = boxes * torch.tensor([width, height, width, height], dtype=torch.float64)
          kept = [torch.empty(0, dtype=torch.long)]
          for label in range(1, classes):
              score, index = scores[:, label].sort(descending=True, stable=True)
              index = index[score > SCORE_THRESHOLD][:CANDIDATES]
              kept.append(index[suppress(boxes[index])] * classes + label)
          flat = torch.cat(kept)
          score, order = scores.flatten()[flat].sort(descending=True, stable=True)
          flat = flat[order[:DETECTIONS]]
          boxes, score, labels = boxes[flat // classes], score[:DETECTIONS], flat % classes
          found.append({"boxes": boxes, "scores": score, "labels": labels})
      return found
`;

/** Constants and functions that turn the head's numbers into boxes with scores. */
export function boxCode(rule: DetectionRule): readonly string[] {
  const constants = python`
    # Default boxes: scales of the first and last map, shapes besides the square.
    MIN_SCALE, MAX_SCALE = ${pythonFloat(rule.minScale)}, ${pythonFloat(rule.maxScale)}
    RATIOS = ${pythonTuple(rule.ratios.map(pythonNumber))}
    # Detections: lowest score, largest overlap, most candidates of a class, most of a picture.
    SCORE_THRESHOLD, IOU_THRESHOLD = ${pythonFloat(rule.scoreThreshold)}, ${pythonFloat(rule.iouThreshold)}
    CANDIDATES, DETECTIONS = ${rule.candidates}, ${rule.detections}
  `;
  return [constants, sizes(rule), defaultBoxes(rule), moveBoxes(rule), suppress, decode(rule)];
}

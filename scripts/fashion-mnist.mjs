/** @file Fashion-MNIST: its classes in the order of their labels, and where Debian's dataset-fashion-mnist puts its files. */

/** The ten kinds of garment; a label is a place in this list. */
export const classes = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot'
];

/** Holds the four IDX files, gzipped. */
export const installed = '/usr/share/datasets/fashion-mnist';

/** @file Step 8, export: names of files that every file system takes. */

/** The table's name in lower case letters, digits and hyphens: 'MobileNetV3-Large ×0.75' is 'mobilenetv3-large-0.75'. */
export function fileStem(name: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 80);
  return plain || 'network';
}

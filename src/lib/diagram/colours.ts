/** @file Diagram: the page's colours and typefaces as plain values, for pictures that carry no style sheet. */

export type Theme = 'light' | 'dark';

/** Tokens of src/app.css that a drawing uses, in sRGB; a test holds both together. */
export const colours = {
  paper: { light: '#fbf8f1', dark: '#1a1713' },
  band: { light: '#f4f0e8', dark: '#201d18' },
  stream: { light: '#e8e2d7', dark: '#322d27' },
  hair: { light: '#dbd5cc', dark: '#3b3630' },
  'hair-2': { light: '#b1aa9f', dark: '#605a52' },
  ink: { light: '#251c15', dark: '#ede9e1' },
  'ink-2': { light: '#50473f', dark: '#bfbab1' },
  'ink-3': { light: '#6e665e', dark: '#9d9790' },
  edge: { light: '#251c15', dark: '#e2ded5' },
  h0: { light: '#f1e8cc', dark: '#423128' },
  h1: { light: '#ead199', dark: '#6d3d2d' },
  h2: { light: '#e6ab5d', dark: '#a14d33' },
  h3: { light: '#d9782c', dark: '#d06e35' },
  h4: { light: '#b84721', dark: '#eaa350' },
  h5: { light: '#7c2623', dark: '#f3e096' },
  hk0: { light: '#392a1e', dark: '#eee7d9' },
  hk1: { light: '#392a1e', dark: '#eee7d9' },
  hk2: { light: '#392a1e', dark: '#eee7d9' },
  hk3: { light: '#311b11', dark: '#250f06' },
  hk4: { light: '#fbf4e6', dark: '#291508' },
  hk5: { light: '#fbf4e6', dark: '#291508' }
} as const satisfies Readonly<Record<string, Readonly<Record<Theme, string>>>>;

export type Token = keyof typeof colours;

/** The typefaces of app.css. */
export const faces = {
  serif:
    "'Iowan Old Style', 'Palatino Nova', 'Palatino Linotype', Palatino, 'URW Palladio L', P052, Charter, Georgia, 'Liberation Serif', serif",
  sans: "-apple-system, 'SF Pro Text', 'Segoe UI Variable Text', 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, system-ui, sans-serif"
} as const;

const fills = ['h0', 'h1', 'h2', 'h3', 'h4', 'h5'] as const;
const inks = ['hk0', 'hk1', 'hk2', 'hk3', 'hk4', 'hk5'] as const;

/** The heat classes from little to most, each with the ink that is read on it. */
export function heatColours(theme: Theme): readonly { readonly fill: string; readonly ink: string }[] {
  return fills.map((fill, i) => ({ fill: colours[fill][theme], ink: colours[inks[i] ?? 'hk0'][theme] }));
}

/** @file The gate on weight: what a first visit must load before it can be used. */
import { relative } from 'node:path';
import { firstRouteScripts } from './scripts/first-route.mjs';
import { root } from './scripts/setup.mjs';

export default [
  {
    name: "first route's JavaScript",
    path: firstRouteScripts().map((file) => relative(root, file)),
    gzip: true,
    limit: '90 kB'
  }
];

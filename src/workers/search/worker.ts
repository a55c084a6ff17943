/** @file Workers: the search run in a browser. */
import { expose } from 'comlink';
import { browserPlatform } from '../platform-browser';
import { createSearchRunner } from './runner';

expose(createSearchRunner(browserPlatform));

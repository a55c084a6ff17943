/** @file Workers: the adapt run in a browser. */
import { expose } from 'comlink';
import { browserPlatform } from '../platform-browser';
import { createAdaptRunner } from './runner';

expose(createAdaptRunner(browserPlatform));

/** @file Workers: layers asked one by one in a browser. */
import { expose } from 'comlink';
import { browserPlatform } from '../platform-browser';
import { createImpactsRunner } from './runner';

expose(createImpactsRunner(browserPlatform));

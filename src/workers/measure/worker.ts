/** @file Workers: the measure run in a browser. */
import { expose } from 'comlink';
import { browserPlatform } from '../platform-browser';
import { createMeasureRunner } from './runner';

expose(createMeasureRunner(browserPlatform));

/** @file Workers: the train run in a browser. */
import { expose } from 'comlink';
import { browserPlatform } from '../platform-browser';
import { createTrainRunner } from './runner';

expose(createTrainRunner(browserPlatform));

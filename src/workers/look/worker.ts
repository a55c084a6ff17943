/** @file Workers: looking into a network in a browser. */
import { expose } from 'comlink';
import { browserPlatform } from '../platform-browser';
import { createLookRunner } from './runner';

expose(createLookRunner(browserPlatform));

/** @file Workers: a trainer in a browser. */
import { expose } from 'comlink';
import { browserPlatform } from '../platform-browser';
import { createTrainer } from './runner';

expose(createTrainer(browserPlatform));

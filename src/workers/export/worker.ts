/** @file Workers: exporting in a browser. */
import { expose } from 'comlink';
import { browserPlatform } from '../platform-browser';
import { createExportRunner } from './runner';

expose(createExportRunner(browserPlatform));

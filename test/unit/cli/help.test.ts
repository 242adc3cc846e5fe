/** The help names what exists, and its examples are commands that the parser takes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileFunction } from 'node:vm';
import {
  doctorHelpText,
  helpText,
  mapHelpText,
  rushHelpText,
  serveHelpText,
  simHelpText,
  topHelpText,
} from '../../../src/cli/help.ts';
import { MAP_OPTIONS, parseMap } from '../../../src/cli/map/options.ts';
import { parseRush, RUSH_OPTIONS } from '../../../src/cli/rush/options.ts';
import { DOCTOR_OPTIONS, parseDoctor } from '../../../src/cli/doctor/options.ts';
import { parseServe, SERVE_OPTIONS } from '../../../src/cli/serve/options.ts';
import { columnsOf } from '../../../src/cli/text.ts';
import { parseSim, SIM_OPTIONS } from '../../../src/cli/sim/options.ts';
import { parseTop, TOP_OPTIONS } from '../../../src/cli/top/options.ts';

test('The help of rush names every option', () => {
  const names = Object.keys(RUSH_OPTIONS);
  assert.ok(names.length > 5);
  for (const name of names) assert.match(rushHelpText(), new RegExp(`^ {2}--${name}( |$)`, 'm'));
});

test('Every example in the help is a command that the parser takes', () => {
  let count = 0;
  for (const line of `${helpText()}${rushHelpText()}`.split('\n')) {
    const [, words] = /^ {2}duodao rush(.*?)(?: {2,}.*)?$/.exec(line) ?? [];
    if (words === undefined) continue;
    count++;
    parseRush(words.split(' ').filter((word) => word !== '' && word !== '--help'));
  }
  assert.equal(count, 10);
});

test('The help of top names every option, and its examples are taken', () => {
  for (const name of Object.keys(TOP_OPTIONS))
    assert.match(topHelpText(), new RegExp(`^ {2}--${name} `, 'm'));
  const examples = [
    ...`${helpText()}${topHelpText()}`.matchAll(/^ {2}duodao top([^|]*?)(?: {2,}.*| \|.*)?$/gm),
  ];
  for (const [, words = ''] of examples) parseTop(words.split(' ').filter((word) => word !== ''));
  assert.equal(examples.length, 4);
});

test('The help of doctor names every option, and its examples are taken', () => {
  const names = Object.keys(DOCTOR_OPTIONS);
  for (const name of names) assert.match(doctorHelpText(), new RegExp(`^ {2}--${name} `, 'm'));
  const examples = [...doctorHelpText().matchAll(/^ {2}duodao doctor([^|]*?)(?: \|.*)?$/gm)];
  for (const [, words = ''] of examples) parseDoctor(words.split(' ').filter((word) => word !== ''));
  assert.equal(examples.length, 3);
  assert.deepEqual(parseDoctor(['--clean']), { clean: true, json: false });
  assert.throws(() => parseDoctor(['--claen']), /did you mean --clean/);
});

test('The help of sim names every option, and its examples are taken', () => {
  for (const name of Object.keys(SIM_OPTIONS))
    assert.match(simHelpText(), new RegExp(`^ {2}--${name}( |$)`, 'm'));
  const all = `${helpText()}${simHelpText()}`;
  const examples = [...all.matchAll(/^ {2}duodao sim(.*?)(?: {2,}.*| >.*)?$/gm)];
  for (const [, words = ''] of examples) parseSim(words.split(' ').filter((word) => word !== ''));
  assert.equal(examples.length, 7);
  const [, written = ''] = /With options of theirs:\n {2}(.*)\n/.exec(simHelpText()) ?? [];
  for (const policy of written.split(/ +/)) parseSim(['--policy', policy]);
});

test('The help of map names every option, and its examples are taken', () => {
  for (const name of Object.keys(MAP_OPTIONS))
    assert.match(mapHelpText(), new RegExp(`^ {2}(?:-\\w, )?--${name} `, 'm'));
  const examples = [
    ...`${helpText()}${mapHelpText()}`.matchAll(/^ {2}(?:.* \| )?duodao map (.*?)(?: {2,}.*)?$/gm),
  ];
  assert.equal(examples.length, 8);
  for (const [, line = ''] of examples) {
    const words = (line.split(' > ')[0] ?? '').split(' ').map((word) => word.replace(/^'(.*)'$/, '$1'));
    parseMap(words, { processors: 8, isTerminal: false });
  }
});

test('The help of serve names every option, and its examples are taken', () => {
  for (const name of Object.keys(SERVE_OPTIONS))
    assert.match(serveHelpText(), new RegExp(`^ {2}(?:-\\w, )?--${name}( |$)`, 'm'));
  const examples = [...`${helpText()}${serveHelpText()}`.matchAll(/^ {2}duodao serve (.*?)(?: {2,}.*)?$/gm)];
  assert.equal(examples.length, 7);
  for (const [, line = ''] of examples) parseServe(line.split(' '));
});

test('The handlers in the help of serve are JavaScript', () => {
  const programs = serveHelpText().match(/^ {2}export [^]*?^ {2}\}$/gm) ?? [];
  assert.equal(programs.length, 2);
  for (const program of programs)
    assert.doesNotThrow(() => compileFunction(program.replace('export ', '')), program);
});

test('The help fits into 80 columns', () => {
  const texts = [
    helpText(),
    rushHelpText(),
    mapHelpText(),
    serveHelpText(),
    simHelpText(),
    topHelpText(),
    doctorHelpText(),
  ];
  for (const line of texts.join('\n').split('\n')) assert.ok(columnsOf(line) <= 80, line);
});

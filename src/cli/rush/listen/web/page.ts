/**
 * The page: one text that needs nothing else, neither a network nor another file.
 *
 * Nothing that anybody has written gets into it here: trains, classes and messages come as data, and the script puts
 * them in as text, never as HTML. The policy lets the browser run these two texts, by their hashes, and nothing else.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** What the browser may do for this page. */
export const PAGE_POLICY: string = [
  `default-src 'none'`,
  `script-src ${hashOf(SCRIPT)}`,
  `style-src ${hashOf(STYLE)}`,
  `connect-src 'self'`,
  `img-src data:`,
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
].join('; ');

export const PAGE: string = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Ticket office</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<header>
  <h1>Ticket office</h1>
  <p id="state" role="status">connecting …</p>
</header>
<main>
  <dl id="figures">
    <div><dt>buyers connected</dt><dd id="buyers">–</dd></div>
    <div><dt>orders sold</dt><dd id="sold">–</dd></div>
    <div><dt>refused</dt><dd id="refused">–</dd></div>
    <div><dt>a second</dt><dd id="perSecond">–</dd></div>
    <div><dt>sellers killed</dt><dd id="killed">–</dd></div>
    <div><dt>seats left</dt><dd id="seatsLeft">–</dd></div>
  </dl>
  <form id="order" autocomplete="off">
    <label>Name <input id="buyer" required maxlength="100" placeholder="Wang Wei"></label>
    <label>Train <select id="train" required></select></label>
    <label>Class <select id="class" required></select></label>
    <label>Seats <input id="seats" type="number" min="1" value="1" required></label>
    <button>Buy</button>
    <output id="answer" aria-live="polite"></output>
  </form>
  <section id="trains" aria-label="Trains"></section>
</main>
<noscript>This page needs JavaScript: it is told by the office what happens.</noscript>
<script>${SCRIPT}</script>
</body>
</html>
`;

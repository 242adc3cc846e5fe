/**
 * How the page looks, in the light and in the dark.
 *
 * @module
 */
export const STYLE: string = `
:root {
  color-scheme: light dark;
  --ink: #1c2024; --soft: #60646c; --paper: #fcfcfd; --card: #ffffff; --line: #d9d9e0; --full: #30a46c; --bad: #ce2c31;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #edeef0; --soft: #b0b4ba; --paper: #111113; --card: #18191b; --line: #363a3f;
    --full: #3dd68c; --bad: #ff9592;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; color: var(--ink); background: var(--paper);
  font: 1rem/1.5 system-ui, sans-serif; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem; }
h1 { font-size: 1.4rem; margin: 0; }
#state { margin: 0; color: var(--soft); }
#state.bad, #answer.bad { color: var(--bad); }
#figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .75rem; margin: 1rem 0; }
#figures div, .train, form { background: var(--card); border: 1px solid var(--line); border-radius: .5rem;
  padding: .6rem .8rem; }
dt { color: var(--soft); font-size: .85rem; }
dd { margin: 0; font-size: 1.3rem; font-variant-numeric: tabular-nums; }
form { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; margin-bottom: 1rem; }
label { display: grid; gap: .2rem; font-size: .85rem; color: var(--soft); }
input, select, button { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line);
  border-radius: .35rem; padding: .35rem .5rem; min-width: 6rem; }
#seats { width: 6rem; }
button { cursor: pointer; background: var(--full); border-color: var(--full); color: #06110b; font-weight: 600; }
button:disabled { cursor: default; opacity: .5; }
:focus-visible { outline: 2px solid var(--full); outline-offset: 2px; }
output { flex-basis: 100%; min-height: 1.5em; }
#trains { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: .75rem; }
.train h2 { font-size: 1rem; margin: 0 0 .3rem; overflow-wrap: anywhere; }
.class { display: grid; grid-template-columns: 1fr auto; gap: 0 .5rem; font-size: .9rem; margin-bottom: .3rem; }
.class span { overflow-wrap: anywhere; }
.class span + span { font-variant-numeric: tabular-nums; color: var(--soft); }
.class.over span + span { color: var(--bad); font-weight: 600; }
progress { grid-column: 1 / -1; width: 100%; height: .5rem; accent-color: var(--full); }
`;

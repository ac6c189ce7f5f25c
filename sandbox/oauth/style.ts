/** The pages' style: no font, image or script from anywhere. Dark where the reader prefers it. */
export const style = `
:root { color-scheme: light dark; --ink: #12233d; --soft: #51617a; --line: #d5dde8; --page: #eef2f8; --card: #ffffff;
  --accent: #0a5ad6; --accent-ink: #ffffff; --warn: #a3160f; --warn-page: #fdecea; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eef7; --soft: #a5b2c6; --line: #33425a; --page: #0d1626;
  --card: #16233a; --accent: #6ea8ff; --accent-ink: #0b1526; --warn: #ffb4ad; --warn-page: #3a1a1d; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; align-items: center; gap: 1.25rem;
  padding: 2rem 1rem; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
header { display: flex; align-items: center; gap: .6rem; font-weight: 600; }
.mark { width: 1.5rem; height: 1.5rem; border-radius: .4rem;
  background: linear-gradient(135deg, var(--accent), #12b5a6); }
main { width: 100%; max-width: 30rem; padding: 2rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 1rem; box-shadow: 0 1rem 2.5rem rgb(10 30 70 / .08); }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; font-weight: 500; overflow-wrap: anywhere; }
h2, legend { margin: 0 0 .5rem; padding: 0; font-size: 1rem; font-weight: 600; }
.lead { margin: .25rem 0 1.25rem; color: var(--soft); }
.account { display: flex; align-items: center; gap: .75rem; margin: 0 0 1.25rem; padding-bottom: 1.25rem;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.avatar { flex: none; width: 2.25rem; height: 2.25rem; border-radius: 50%; display: grid; place-items: center;
  background: var(--accent); color: var(--accent-ink); font-weight: 600; }
fieldset { margin: 0 0 1.25rem; padding: 0; border: 0; }
label { display: flex; gap: .65rem; align-items: baseline; padding: .65rem .8rem; border: 1px solid var(--line);
  border-radius: .6rem; cursor: pointer; }
label + label { margin-top: .5rem; }
label:has(:checked) { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
input[type=radio] { accent-color: var(--accent); }
ul { margin: 0; padding-left: 1.2rem; }
li + li { margin-top: .25rem; }
.raw { margin: .6rem 0 0; font-size: .85rem; color: var(--soft); overflow-wrap: anywhere; }
.buttons { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.5rem 0 0; }
button { flex: 1 1 10rem; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .6rem; background: none;
  color: var(--ink); font: inherit; font-weight: 600; cursor: pointer; }
button:hover { border-color: var(--accent); }
button.primary { flex-grow: 2; flex-basis: 13rem; background: var(--accent); border-color: var(--accent); color: var(--accent-ink); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.note { margin: 1.25rem 0 0; font-size: .875rem; color: var(--soft); overflow-wrap: anywhere; }
.error { margin: 1rem 0 0; padding: .85rem 1rem; border-radius: .6rem; background: var(--warn-page); color: var(--warn); }
a { color: var(--accent); }
footer { font-size: .8rem; color: var(--soft); text-align: center; }
`;

// What HTML alone cannot do: `/` goes to the search field, and a command can be copied with one key.
// Without this file every page still works.
'use strict';

document.addEventListener('keydown', (event) => {
  const typing = event.target.closest('input, textarea, select, [contenteditable]');
  if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const search = document.getElementById('search');
  if (!search) return;
  event.preventDefault();
  search.focus();
  search.select();
});

/** Says something to screen readers. */
function say(text) {
  const live = document.getElementById('live');
  if (live) live.textContent = text;
}

// Buttons to copy are in the page, but shown only where copying works.
function showCopyButtons(root) {
  if (!navigator.clipboard) return;
  root.querySelectorAll('button.copy[hidden]').forEach((button) => { button.hidden = false; });
}

document.addEventListener('click', async (event) => {
  const button = event.target.closest('button.copy');
  const text = button && document.getElementById(button.dataset.copies);
  if (!text) return;
  try {
    await navigator.clipboard.writeText(text.textContent);
    say(button.dataset.done);
    button.textContent = button.dataset.done;
  } catch {
    getSelection().selectAllChildren(text);
  }
});

// A filter applies as soon as it is chosen; the button does the same without this file.
document.addEventListener('change', (event) => {
  const form = event.target.matches('select') && event.target.closest('form.filter');
  if (form) form.requestSubmit();
});

showCopyButtons(document);
document.addEventListener('htmx:afterSwap', (event) => showCopyButtons(event.target));

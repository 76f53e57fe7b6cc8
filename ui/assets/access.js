// Accessibility: add the names that Gradio leaves out, and a link that skips to the question. Gradio renders its
// elements at any time, so the names are added again after each change.
(() => {
  const words = Dateline.words;
  const set = (name, value) => (element) => element.getAttribute(name) !== value && element.setAttribute(name, value);
  const all = (...steps) => (element) => steps.forEach((step) => step(element));

  // Selectors, and what to do with the elements that match.
  const FIXES = {
    '#question textarea': set('aria-label', words.question),
    '#question .submit-button': set('aria-label', words.ask),
    '#question .stop-button': set('aria-label', words.stop),
    '#chat .examples': all(set('role', 'group'), set('aria-label', words.examples)),
    '#chat [role="log"]': all(set('aria-label', words.conversation), set('tabindex', '0')),
    // Gradio labels a message with its Markdown source, which screen readers would read instead of the text.
    '#chat [data-testid="user"]': all(set('role', 'group'), set('aria-label', words.asked)),
    '#chat [data-testid="bot"]': all(set('role', 'group'), set('aria-label', words.answered)),
    '#article': all(set('role', 'region'), set('aria-label', words.article), set('tabindex', '0')),
    '#sources': all(set('role', 'complementary'), set('aria-label', words.sources)),
  };
  const fix = () => {
    for (const [selector, step] of Object.entries(FIXES)) document.querySelectorAll(selector).forEach(step);
  };

  let due = 0;
  const later = () => { due ||= setTimeout(() => { due = 0; fix(); }, 50); };

  const begin = () => {
    const skip = Object.assign(document.createElement('a'), { className: 'skip', href: '#question', textContent: words.skip });
    skip.addEventListener('click', (event) => {
      event.preventDefault();
      document.querySelector('#question textarea')?.focus();
    });
    document.body.prepend(skip);
    new MutationObserver(later).observe(document.body, { childList: true, subtree: true });
    fix();
  };
  if (document.body) begin();
  else document.addEventListener('DOMContentLoaded', begin);
})();

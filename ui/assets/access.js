// For everyone: what Gradio leaves without a name gets one, and a link skips to the question. Gradio draws its
// elements when it likes, so each look is repeated when something was drawn.
(() => {
  const words = Dateline.words;
  const set = (name, value) => (element) => element.getAttribute(name) !== value && element.setAttribute(name, value);
  const all = (...steps) => (element) => steps.forEach((step) => step(element));

  // What is looked for, and what is done to each that is found.
  const MENDED = {
    '#question textarea': set('aria-label', words.question),
    '#question .submit-button': set('aria-label', words.ask),
    '#question .stop-button': set('aria-label', words.stop),
    '#chat .examples': all(set('role', 'group'), set('aria-label', words.examples)),
    '#chat [role="log"]': all(set('aria-label', words.conversation), set('tabindex', '0')),
    // Gradio names a message by its Markdown, to be read out in place of its words.
    '#chat [data-testid="user"]': all(set('role', 'group'), set('aria-label', words.asked)),
    '#chat [data-testid="bot"]': all(set('role', 'group'), set('aria-label', words.answered)),
    '#article': all(set('role', 'region'), set('aria-label', words.article), set('tabindex', '0')),
    '#sources': all(set('role', 'complementary'), set('aria-label', words.sources)),
  };
  const mend = () => {
    for (const [selector, step] of Object.entries(MENDED)) document.querySelectorAll(selector).forEach(step);
  };

  let due = 0;
  const later = () => { due ||= setTimeout(() => { due = 0; mend(); }, 50); };

  const begin = () => {
    const skip = Object.assign(document.createElement('a'), { className: 'skip', href: '#question', textContent: words.skip });
    skip.addEventListener('click', (event) => {
      event.preventDefault();
      document.querySelector('#question textarea')?.focus();
    });
    document.body.prepend(skip);
    new MutationObserver(later).observe(document.body, { childList: true, subtree: true });
    mend();
  };
  if (document.body) begin();
  else document.addEventListener('DOMContentLoaded', begin);
})();

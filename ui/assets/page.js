// What the page does in the browser beside Gradio: one object, filled by the files beside this one, in <head>. Its
// `words` are those of ui/words.py.
Object.assign(window.Dateline, {
  // Tell `heard` of clicks on links that a selector picks, in place of following them.
  onLink(selector, heard) {
    document.addEventListener('click', (event) => {
      const link = event.target.closest && event.target.closest(selector);
      if (!link) return;
      event.preventDefault();
      heard(link.getAttribute('href'));
    }, true);
  },

  focus(selector) {
    setTimeout(() => document.querySelector(selector)?.focus(), 150); // Gradio shows it a moment later
  },

  // The page has begun once it has opened the talk that was open before; a question that is sent earlier waits for that,
  // or the talk would come over it.
  begun: new Promise((done) => {
    window.addEventListener('dateline-begun', done, { once: true });
    setTimeout(done, 15_000);
  }),
  hasBegun() { window.dispatchEvent(new Event('dateline-begun')); },

  // What is sent: the box is empty at once, so that what is typed next is never taken away, and the talk is that of now.
  async sent(question) {
    const box = document.querySelector('#question textarea');
    if (box && box.value === question) {
      box.value = '';
      box.dispatchEvent(new Event('input', { bubbles: true }));
    }
    return [question, await Dateline.openTalk()];
  },
  async openTalk() {
    await Dateline.begun;
    return document.querySelector('#talk textarea, #talk input').value;
  },

  async copy(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const area = Object.assign(document.createElement('textarea'), { value: text });
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  },

  download(name, type, text) {
    const address = URL.createObjectURL(new Blob([text], { type }));
    Object.assign(document.createElement('a'), { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  },
});

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

  // Scroll the article to the cited words. The focus and the page go there only where a link was `wanted`: an answer
  // that arrives takes nobody away from what they type or read.
  toMark() {
    const wanted = Dateline.wanted;
    Dateline.wanted = false;
    setTimeout(() => {
      const box = document.getElementById('article');
      const mark = box?.querySelector('mark.active') || box?.querySelector('article');
      if (!mark) return;
      box.scrollTop += mark.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 3;
      if (!wanted) return;
      mark.focus({ preventScroll: true });
      if (box.getBoundingClientRect().bottom > innerHeight + 40) box.scrollIntoView({ block: 'end' });
    }, 150);
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

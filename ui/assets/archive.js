// Files that are chosen or dropped. Gradio refuses all files if one is too large, forgets the folder of a file, and
// cannot read dropped folders. So the files are prepared before Gradio gets them.
Object.assign(window.Dateline, {
  refusedListener: null,

  // Report the files that are too large to a listener: [{ name, size }].
  onRefused(listener) {
    Dateline.refusedListener = listener;
  },

  focusOn(selector) {
    setTimeout(() => {
      const element = document.querySelector(selector);
      if (!Dateline.isWriting()) element?.focus({ preventScroll: true });
      element?.scrollIntoView({ block: 'nearest' });
    }, 100);
  },

  // Mark the list entry of the open article, and move the focus to the article.
  openedItem(id) {
    for (const entry of document.querySelectorAll('#archive-list .entry')) {
      if (entry.getAttribute('href') === `#item-${id}`) entry.setAttribute('aria-current', 'true');
      else entry.removeAttribute('aria-current');
    }
    if (id) Dateline.focusOn('#archive-item .opened');
  },

  sorted(files) {
    const limit = window.gradio_config?.max_file_size ?? Infinity;
    const accepted = new DataTransfer();
    const refused = [];
    for (const file of files) {
      const name = file.webkitRelativePath || file.name;
      if (name.includes('/') && /(^|\/)\./.test(name)) continue; // hidden files are skipped, as in `dateline ingest`
      if (file.size > limit) refused.push({ name, size: file.size });
      else accepted.items.add(name === file.name ? file : new File([file], name, { type: file.type }));
    }
    return { accepted: accepted.files, refused };
  },

  // The dropped files. The name of a file in a folder includes the folder.
  async dropped(entries) {
    const files = [];
    for (const entry of entries) {
      if (entry.isFile) {
        const file = await new Promise((resolve) => entry.file(resolve, () => resolve(null)));
        if (file) files.push(new File([file], entry.fullPath.replace(/^\//, ''), { type: file.type }));
      } else {
        const reader = entry.createReader();
        for (;;) { // a reader returns up to a hundred entries at a time
          const batch = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
          if (!batch.length) break;
          files.push(...await Dateline.dropped(batch));
        }
      }
    }
    return files;
  },
});

(() => {
  const inputs = '#add-articles input[type=file]';
  let isPrepared = false;

  document.addEventListener('change', (event) => {
    const input = event.target;
    if (isPrepared || !input.matches?.(inputs) || !input.files.length) return;
    const { accepted, refused } = Dateline.sorted(input.files);
    Dateline.refusedListener?.(refused);
    if (accepted.length) {
      input.files = accepted;
    } else {
      event.stopImmediatePropagation();
      input.value = '';
    }
  }, true);

  document.addEventListener('drop', (event) => {
    const zone = event.target.closest?.('#intake-files');
    const items = [...event.dataTransfer?.items ?? []].filter((item) => item.kind === 'file');
    if (!zone || !items.length) return;
    const input = zone.querySelector('input[type=file]');
    const entries = items.map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const files = [...event.dataTransfer.files];
    event.preventDefault();
    event.stopImmediatePropagation();
    event.target.dispatchEvent(new DragEvent('dragleave', { bubbles: true }));
    if (!input) return;
    (entries.length ? Dateline.dropped(entries) : Promise.resolve(files)).then((dropped) => {
      const { accepted, refused } = Dateline.sorted(dropped);
      Dateline.refusedListener?.(refused);
      if (!accepted.length) return;
      input.files = accepted;
      isPrepared = true;
      input.dispatchEvent(new Event('change', { bubbles: true }));
      isPrepared = false;
    });
  }, true);
})();

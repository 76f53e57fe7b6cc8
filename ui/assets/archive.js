// Files that are chosen or dropped. Gradio refuses all of a choice where one file is too big, forgets which folder a
// file is from, and cannot read folders that are dropped: so a choice is put in order before Gradio sees it.
Object.assign(window.Dateline, {
  refusedHeard: null,

  // Tell `heard` which files of each choice are too big: [{ name, size }].
  onRefused(heard) {
    Dateline.refusedHeard = heard;
  },

  focusOn(selector) {
    setTimeout(() => {
      const element = document.querySelector(selector);
      if (!Dateline.isWriting()) element?.focus({ preventScroll: true });
      element?.scrollIntoView({ block: 'nearest' });
    }, 100);
  },

  // Mark the entry of the list whose article is open, and go to that.
  openedItem(id) {
    for (const entry of document.querySelectorAll('#archive-list .entry')) {
      if (entry.getAttribute('href') === `#item-${id}`) entry.setAttribute('aria-current', 'true');
      else entry.removeAttribute('aria-current');
    }
    if (id) Dateline.focusOn('#archive-item .opened');
  },

  sorted(files) {
    const limit = window.gradio_config?.max_file_size ?? Infinity;
    const kept = new DataTransfer();
    const refused = [];
    for (const file of files) {
      const name = file.webkitRelativePath || file.name;
      if (name.includes('/') && /(^|\/)\./.test(name)) continue; // as `dateline ingest` leaves hidden files out
      if (file.size > limit) refused.push({ name, size: file.size });
      else kept.items.add(name === file.name ? file : new File([file], name, { type: file.type }));
    }
    return { kept: kept.files, refused };
  },

  // The files of what was dropped, those in folders with the folder in their name.
  async dropped(entries) {
    const found = [];
    for (const entry of entries) {
      if (entry.isFile) {
        const file = await new Promise((resolve) => entry.file(resolve, () => resolve(null)));
        if (file) found.push(new File([file], entry.fullPath.replace(/^\//, ''), { type: file.type }));
      } else {
        const reader = entry.createReader();
        for (;;) { // it gives a hundred at a time
          const some = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
          if (!some.length) break;
          found.push(...await Dateline.dropped(some));
        }
      }
    }
    return found;
  },
});

(() => {
  const inputs = '#add-articles input[type=file]';
  let ours = false;

  document.addEventListener('change', (event) => {
    const input = event.target;
    if (ours || !input.matches?.(inputs) || !input.files.length) return;
    const { kept, refused } = Dateline.sorted(input.files);
    Dateline.refusedHeard?.(refused);
    if (kept.length) {
      input.files = kept;
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
    (entries.length ? Dateline.dropped(entries) : Promise.resolve(files)).then((found) => {
      const { kept, refused } = Dateline.sorted(found);
      Dateline.refusedHeard?.(refused);
      if (!kept.length) return;
      input.files = kept;
      ours = true;
      input.dispatchEvent(new Event('change', { bubbles: true }));
      ours = false;
    });
  }, true);
})();

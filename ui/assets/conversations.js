// Conversations: saved in the IndexedDB of this browser, or on the server for signed-in people. Each function gets the
// inputs of a Gradio event and returns what the event sends to the server. `mark` identifies the archive, so that two
// archives at the same address share nothing.
(() => {
  const seenHere = new Map(); // id of a conversation -> its text when it was last opened or saved in this window
  const deletedHere = new Set(); // ids; an answer that was on its way does not bring them back
  const others = new Map(); // id of a conversation -> id of its copy if another window has changed it
  let clicked = ''; // id in the link that was clicked last
  let warned = false; // whether the person knows that nothing can be saved

  document.addEventListener('click', (event) => {
    const link = event.target.closest && event.target.closest('a[href^="#talk-"]');
    if (link) clicked = link.getAttribute('href').slice('#talk-'.length);
  }, true);

  const who = () => (window.gradio_config && window.gradio_config.username) || '';
  const signedIn = () => Boolean(who());

  // Get or set the open conversation of this window, so that a reload opens it again.
  const current = (mark, id) => {
    try {
      if (id === undefined) return sessionStorage.getItem(`dateline-talk-${mark}`) || '';
      if (id) sessionStorage.setItem(`dateline-talk-${mark}`, id);
      else sessionStorage.removeItem(`dateline-talk-${mark}`);
    } catch { /* the browser cannot save anything */ }
    return id || '';
  };

  const answerOf = (address) => new URL(address).searchParams.get('answer') || '';

  // Remove the answer of a link from the address, because something else is open now.
  const leaveAnswer = () => {
    const address = new URL(location.href);
    if (!address.searchParams.has('answer')) return;
    address.searchParams.delete('answer');
    history.replaceState(history.state, '', address);
  };

  const opened = (mark) => new Promise((done, fail) => {
    const request = indexedDB.open(`dateline-${mark}`, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('heads', { keyPath: 'id' });
      request.result.createObjectStore('talks');
    };
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });

  // Run one transaction. `use` gets both stores (summaries and conversations), and can return a request for its result.
  const within = async (mark, mode, use) => {
    const database = await opened(mark);
    try {
      return await new Promise((done, fail) => {
        const transaction = database.transaction(['heads', 'talks'], mode);
        const request = use(transaction.objectStore('heads'), transaction.objectStore('talks'));
        transaction.oncomplete = () => done(request && request.result);
        transaction.onerror = transaction.onabort = () => fail(transaction.error);
      });
    } finally {
      database.close();
    }
  };

  const parsed = (text) => {
    try { return text ? JSON.parse(text) : null; } catch { return null; }
  };

  // The text of a saved conversation; for a broken one only its id, so that it can be deleted.
  const readable = (text, id) => (!text || parsed(text)?.id === id ? text || '' : JSON.stringify({ id }));

  // Cutting or typing can leave half of a surrogate pair, which the server cannot read.
  const wellFormed = (text) => (text.toWellFormed ? text.toWellFormed() : text);

  const summarize = (conversation) => {
    const typed = conversation.turns.map((turn) => turn.answer.question.typed || turn.answer.question.text);
    const questions = (conversation.pending ? [...typed, conversation.pending] : typed).map((q) => [...q].slice(0, 300).join(''));
    return { id: conversation.id, name: conversation.name, updated: conversation.updated, questions };
  };

  const listing = async (mark) => {
    const all = await within(mark, 'readonly', (summaries) => summaries.getAll());
    all.sort((a, b) => (a.updated < b.updated ? 1 : -1));
    return JSON.stringify(all, (_, value) => (typeof value === 'string' ? wellFormed(value) : value));
  };

  const freshId = () => btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))))
    .replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');
  const here = freshId(); // id of this window
  const isEmpty = (conversation) => !conversation.turns.length && !conversation.pending;

  const otherOf = (id) => {
    if (!others.has(id)) others.set(id, freshId());
    return others.get(id);
  };

  const openedHere = (id, text) => {
    seenHere.set(id, text);
    others.delete(id);
  };

  // Save a conversation, and return its id and text. It gets a new id if another window has changed it since it was
  // opened here. An empty one is deleted: its first question was stopped.
  const put = async (mark, text, conversation) => {
    let [id, saved] = [conversation.id, text];
    await within(mark, 'readwrite', (summaries, conversations) => {
      const request = conversations.get(id);
      request.onsuccess = () => {
        const before = request.result;
        const changed = before !== undefined && before !== seenHere.get(id);
        if (isEmpty(conversation)) {
          if (!changed) { summaries.delete(id); conversations.delete(id); }
          return;
        }
        if (changed && before !== text) {
          id = otherOf(conversation.id);
          saved = text.replace(`"id":"${conversation.id}"`, `"id":"${id}"`);
        }
        conversations.put(saved, id);
        summaries.put(summarize({ ...conversation, id }));
        seenHere.set(id, saved);
      };
    });
    return [id, saved];
  };

  // If the browser cannot save anything, return the fallback. It gets "!" the first time, so that the page shows a message.
  const orFallback = async (attempt, fallback) => {
    try {
      return await attempt();
    } catch (error) {
      console.warn('conversations cannot be saved:', error);
      const list = warned ? '[]' : '!';
      warned = true;
      return fallback(list);
    }
  };

  Object.assign(window.Dateline, {
    who, // who was signed in when the page was opened; it may be another person now

    // When the page opens: load the answer of a link, or the conversation of this window.
    async begun(mark, link, id, text, list, search) {
      document.getElementById('talks-said')?.setAttribute('aria-live', 'polite');
      const answer = answerOf(location.href);
      if (signedIn()) return [answer, current(mark), '', list, search];
      return orFallback(async () => {
        const id = current(mark);
        const saved = answer ? '' : await within(mark, 'readonly', (_, conversations) => conversations.get(id || '-'));
        if (saved) openedHere(id, saved);
        return [answer, '', readable(saved, id), await listing(mark), search];
      }, (none) => [answer, '', '', none, search]);
    },

    // Save after a change. If another window has changed the same conversation, both copies are saved.
    async changed(mark, text, seen, list) {
      const conversation = parsed(text);
      if (!conversation || !conversation.turns) return ['', '', list];
      if (deletedHere.has(conversation.id)) {
        if (signedIn()) return ['', '', list];
        return orFallback(async () => ['', '', await listing(mark)], (none) => ['', '', none]);
      }
      if (!isEmpty(conversation)) leaveAnswer();
      current(mark, isEmpty(conversation) ? '' : conversation.id);
      if (signedIn()) {
        const since = seen.startsWith(`${conversation.id} `) ? seen.slice(conversation.id.length + 1) : '';
        return [text, `${here} ${since} ${otherOf(conversation.id)}`, list];
      }
      return orFallback(async () => {
        const [id, changed] = await put(mark, text, conversation);
        if (!isEmpty(conversation)) current(mark, id);
        return [changed === text ? '' : changed, `${id} `, await listing(mark)];
      }, (none) => ['', `${conversation.id} `, none]);
    },

    // Open the conversation whose link was clicked.
    async openedConversation(mark, text, list, search) {
      const id = clicked;
      if (signedIn()) {
        leaveAnswer();
        current(mark, id);
        return [id, list, search];
      }
      return orFallback(async () => {
        const saved = await within(mark, 'readonly', (_, conversations) => conversations.get(id));
        if (saved) {
          leaveAnswer();
          current(mark, id);
          openedHere(id, saved);
        }
        return [readable(saved, id), await listing(mark), search];
      }, (none) => ['', none, search]);
    },

    // Start a new conversation.
    startedNew(mark, list, search) {
      leaveAnswer();
      current(mark, '');
      return [list, search];
    },

    // Delete the open conversation.
    async deleted(mark, text, list, search) {
      const conversation = parsed(text);
      if (!conversation) return ['', list, search];
      leaveAnswer();
      current(mark, '');
      deletedHere.add(conversation.id);
      if (signedIn()) return [text, list, search];
      return orFallback(async () => {
        await within(mark, 'readwrite', (summaries, conversations) => {
          summaries.delete(conversation.id);
          conversations.delete(conversation.id);
        });
        return [text, await listing(mark), search];
      }, (none) => [text, none, search]);
    },

    // Restore the deleted conversation.
    async restored(mark, text, _window, list, search) {
      const conversation = parsed(text);
      if (!conversation) return ['', '', list, search];
      deletedHere.delete(conversation.id);
      current(mark, conversation.id);
      if (signedIn()) return [text, `${here}  ${otherOf(conversation.id)}`, list, search];
      return orFallback(async () => {
        const [id, saved] = await put(mark, text, conversation);
        current(mark, id);
        return [saved, '', await listing(mark), search];
      }, (none) => [text, '', none, search]);
    },

    exported(file) {
      const download = parsed(file);
      if (download) window.Dateline.download(download.name, download.type, download.text);
      return '';
    },

    async linked(id) {
      if (!id) return '';
      try {
        await window.Dateline.copy(`${location.origin}${location.pathname}?answer=${id}`);
        return 'copied';
      } catch {
        return 'not copied';
      }
    },
  });
})();

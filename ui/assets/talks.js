// Conversations: kept in this browser's IndexedDB, or, for people who are signed in, on the server. Each function takes
// what an event of Gradio gives and returns what it sends on. MARK names the archive: two on one address share nothing.
(() => {
  const seenHere = new Map(); // id of a conversation -> when it had been changed last as it was opened here
  const others = new Map(); // id of a conversation -> what it is called where another window has gone on with it
  let wanted = ''; // id in the link that was clicked last
  let told = false; // whether it was said that nothing can be kept

  document.addEventListener('click', (event) => {
    const link = event.target.closest && event.target.closest('a[href^="#talk-"]');
    if (link) wanted = link.getAttribute('href').slice('#talk-'.length);
  }, true);

  const signedIn = () => Boolean(window.gradio_config && window.gradio_config.username);

  // The conversation of this window, so that a reload opens it again.
  const current = (mark, id) => {
    try {
      if (id === undefined) return sessionStorage.getItem(`dateline-talk-${mark}`) || '';
      if (id) sessionStorage.setItem(`dateline-talk-${mark}`, id);
      else sessionStorage.removeItem(`dateline-talk-${mark}`);
    } catch { /* a browser that keeps nothing */ }
    return id || '';
  };

  const answerOf = (address) => new URL(address).searchParams.get('answer') || '';

  // Take the answer that a link led to out of the address: something else is open now.
  const leaveAnswer = () => {
    const address = new URL(location.href);
    if (!address.searchParams.has('answer')) return;
    address.searchParams.delete('answer');
    history.replaceState(history.state, '', address);
  };

  const opened = (mark) => new Promise((done, fail) => {
    const asked = indexedDB.open(`dateline-${mark}`, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore('heads', { keyPath: 'id' });
      asked.result.createObjectStore('talks');
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });

  // One transaction; `use` gets both stores and returns the request whose result is wanted, if any.
  const within = async (mark, mode, use) => {
    const database = await opened(mark);
    try {
      return await new Promise((done, fail) => {
        const transaction = database.transaction(['heads', 'talks'], mode);
        const asked = use(transaction.objectStore('heads'), transaction.objectStore('talks'));
        transaction.oncomplete = () => done(asked && asked.result);
        transaction.onerror = transaction.onabort = () => fail(transaction.error);
      });
    } finally {
      database.close();
    }
  };

  const parsed = (text) => {
    try { return text ? JSON.parse(text) : null; } catch { return null; }
  };

  // Half of a character, as cutting or typing may leave one, is no text to the server.
  const whole = (text) => (text.toWellFormed ? text.toWellFormed() : text);

  const headOf = (talk) => {
    const typed = talk.turns.map((turn) => turn.answer.question.typed || turn.answer.question.text);
    const questions = talk.pending ? [...typed, talk.pending] : typed;
    return { id: talk.id, name: talk.name, updated: talk.updated, questions: questions.map((q) => [...q].slice(0, 300).join('')) };
  };

  const heads = async (mark) => {
    const all = await within(mark, 'readonly', (heads) => heads.getAll());
    all.sort((a, b) => (a.updated < b.updated ? 1 : -1));
    return JSON.stringify(all, (_, value) => (typeof value === 'string' ? whole(value) : value));
  };

  const put = (mark, text, talk) => within(mark, 'readwrite', (heads, talks) => {
    talks.put(text, talk.id);
    heads.put({ ...headOf(talk), window: here });
  });

  const freshId = () => btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))))
    .replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');
  const here = freshId(); // this window

  const otherOf = (id) => {
    if (!others.has(id)) others.set(id, freshId());
    return others.get(id);
  };

  const openedHere = (talk) => {
    seenHere.set(talk.id, talk.updated);
    others.delete(talk.id);
  };

  // What a browser does that cannot keep anything: "!" once, which the page puts into words.
  const orNothing = async (attempt, otherwise) => {
    try {
      return await attempt();
    } catch (error) {
      console.warn('conversations are not kept:', error);
      const say = told ? '[]' : '!';
      told = true;
      return otherwise(say);
    }
  };

  Object.assign(window.Dateline, {
    // When the page opens: the answer of a link, or the conversation of this window.
    async begun(mark, link, id, text, known, search) {
      document.getElementById('talks-said')?.setAttribute('aria-live', 'polite');
      const answer = answerOf(location.href);
      if (signedIn()) return [answer, current(mark), '', known, search];
      return orNothing(async () => {
        const kept = answer ? '' : await within(mark, 'readonly', (_, talks) => talks.get(current(mark) || '-'));
        const talk = parsed(kept);
        if (talk) openedHere(talk);
        return [answer, '', kept || '', await heads(mark), search];
      }, (say) => [answer, '', '', say, search]);
    },

    // After a change. Where another window has gone on with the same conversation, both are kept: this one anew.
    async kept(mark, text, seen, known) {
      const talk = parsed(text);
      if (!talk || !(talk.turns.length || talk.pending)) return ['', '', known];
      leaveAnswer();
      current(mark, talk.id);
      if (signedIn()) {
        const since = seen.startsWith(`${talk.id} `) ? seen.slice(talk.id.length + 1) : '';
        return [text, `${here} ${since} ${otherOf(talk.id)}`, known];
      }
      return orNothing(async () => {
        const before = await within(mark, 'readonly', (heads) => heads.get(talk.id));
        const since = seenHere.get(talk.id) || '';
        let changed = '';
        if (before && before.window !== here && before.updated > since && before.updated !== talk.updated) {
          const id = otherOf(talk.id);
          changed = text.replace(`"id":"${talk.id}"`, `"id":"${id}"`);
          talk.id = id;
          current(mark, id);
        }
        await put(mark, changed || text, talk);
        return [changed, `${talk.id} ${talk.updated}`, await heads(mark)];
      }, (say) => ['', `${talk.id} ${talk.updated}`, say]);
    },

    // The conversation whose link was clicked.
    async openedTalk(mark, text, known, search) {
      const id = wanted;
      if (signedIn()) {
        leaveAnswer();
        current(mark, id);
        return ['', known, search];
      }
      return orNothing(async () => {
        const kept = await within(mark, 'readonly', (_, talks) => talks.get(id));
        if (kept) {
          leaveAnswer();
          current(mark, id);
          openedHere(parsed(kept));
        }
        return [kept || '', await heads(mark), search];
      }, (say) => ['', say, search]);
    },

    leftTalk(mark, known, search) {
      leaveAnswer();
      current(mark, '');
      return [known, search];
    },

    async forgotten(mark, text, known, search) {
      const talk = parsed(text);
      if (!talk) return ['', known, search];
      leaveAnswer();
      current(mark, '');
      if (signedIn()) return [text, known, search];
      return orNothing(async () => {
        await within(mark, 'readwrite', (heads, talks) => { heads.delete(talk.id); talks.delete(talk.id); });
        return [text, await heads(mark), search];
      }, (say) => [text, say, search]);
    },

    async restored(mark, text, window, known, search) {
      const talk = parsed(text);
      if (!talk) return ['', '', known, search];
      current(mark, talk.id);
      openedHere(talk);
      if (signedIn()) return [text, `${here}  ${otherOf(talk.id)}`, known, search];
      return orNothing(async () => {
        await put(mark, text, talk);
        return [text, '', await heads(mark), search];
      }, (say) => [text, '', say, search]);
    },

    saved(file) {
      const given = parsed(file);
      if (given) window.Dateline.download(given.name, given.type, given.text);
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

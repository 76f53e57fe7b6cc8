// Show a notice with a link to sign in again when the session has ended.
(() => {
  const originalFetch = window.fetch;
  window.fetch = async (...request) => {
    const response = await originalFetch(...request);
    const own = new URL(response.url || location.href, location.href).origin === location.origin;
    if (own && response.status === 401 && response.headers.get('WWW-Authenticate')) show(await response.clone().json());
    return response;
  };

  function show({ detail, sign_in: signIn }) {
    if (document.getElementById('signed-out')) return;
    const notice = document.createElement('div');
    const link = document.createElement('a');
    notice.id = 'signed-out';
    notice.setAttribute('role', 'alert');
    link.href = '/sign-in?next=' + encodeURIComponent(location.pathname + location.search) + location.hash;
    link.textContent = signIn;
    notice.append(`${detail} `, link);
    document.body.append(notice);
  }
})();

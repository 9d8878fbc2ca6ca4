// The page gets whole lists of resources and batches of log lines as server-sent events; what it shows is text, never HTML.

const byId = id => document.getElementById(id);

function element(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children.filter(child => child !== null));
  return node;
}

// --- Resources -------------------------------------------------------------------------------------------------------

const stateKinds = {
  Running: 'good',
  Finished: 'idle',
  Exited: 'bad',
  Stopped: 'idle',
  NotStarted: 'idle',
  FailedToStart: 'bad',
  RuntimeUnhealthy: 'bad',
  Starting: 'busy',
  Waiting: 'busy',
  Stopping: 'busy',
  Restarting: 'busy',
};
const stateTexts = {
  NotStarted: 'Not started',
  FailedToStart: 'Failed to start',
  RuntimeUnhealthy: 'Unhealthy',
  Starting: 'Starting…',
  Waiting: 'Waiting…',
  Stopping: 'Stopping…',
  Restarting: 'Restarting…',
};
const healthKinds = { Healthy: 'good', Degraded: 'warn', Unhealthy: 'bad' };

let resources = [];
let detailOf = null;
const pending = new Map();

const stateText = resource => stateTexts[resource.state] ?? resource.state;
const badge = (kind, text) => element('span', { className: `badge ${kind}`, textContent: text });

function stateBadge(resource) {
  const kind = resource.state === 'Exited' && resource.exitCode === 0 ? 'idle' : (stateKinds[resource.state] ?? 'idle');
  return badge(kind, stateText(resource));
}

function stateNote(resource) {
  if (resource.waitsFor.length > 0) return `waits for ${resource.waitsFor.join(', ')}`;
  const since = resource.since ? `for ${duration(Date.now() - Date.parse(resource.since))}` : '';
  const code = resource.exitCode === null || resource.state === 'Running' ? '' : `exit code ${resource.exitCode}`;
  return [code, since].filter(Boolean).join(', ');
}

function duration(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86400)} d`;
}

const megabytes = bytes => (bytes === null ? '' : `${Math.round(bytes / 1048576)} MB`);

function namedEndpoint(endpoint) {
  return element('div', { className: 'named-endpoint' }, element('small', { textContent: endpoint.name }), endpointLink(endpoint));
}

function endpointLink(endpoint) {
  return /^https?:/.test(endpoint.url)
    ? element('a', {
        className: 'endpoint',
        href: endpoint.url,
        target: '_blank',
        rel: 'noreferrer',
        textContent: endpoint.url,
        title: endpoint.name,
      })
    : element('span', { className: 'endpoint', textContent: endpoint.url, title: endpoint.name });
}

function commandButtons(resource) {
  const running = pending.get(resource.name);
  const labels = { start: 'Start', stop: 'Stop', restart: 'Restart' };
  return Object.keys(labels)
    .filter(command => resource.commands.includes(command))
    .map(command => {
      const button = element('button', {
        type: 'button',
        disabled: running !== undefined,
        textContent: running === command ? `${labels[command]}…` : labels[command],
      });
      button.setAttribute('aria-label', `${labels[command]} ${resource.name}`);
      button.dataset.key = `${resource.name}/${command}`;
      button.addEventListener('click', () => execute(resource.name, command));
      return button;
    });
}

const logsLink = resource =>
  element('a', {
    href: `#/logs/${encodeURIComponent(resource.name)}`,
    textContent: 'Logs',
    ariaLabel: `Logs of ${resource.name}`,
  });

function cell(label, className, ...children) {
  const td = element('td', { className: children.length === 0 ? `${className} none` : className }, ...children);
  td.dataset.label = label;
  return td;
}

function row(resource) {
  const name = element('button', { type: 'button', className: 'name', textContent: resource.name });
  name.dataset.key = `${resource.name}/details`;
  name.setAttribute('aria-haspopup', 'dialog');
  name.addEventListener('click', () => openDetail(resource.name));
  const since = element('span', {
    className: 'small',
    textContent: stateNote(resource),
    title: resource.since ? new Date(resource.since).toLocaleString() : '',
  });
  const tr = element(
    'tr',
    {},
    cell('Name', 'title', name, element('span', { className: 'small', textContent: resource.type })),
    cell('State', '', element('div', {}, stateBadge(resource), since)),
    cell('Health', '', ...(resource.health ? [badge(healthKinds[resource.health] ?? 'idle', resource.health)] : [])),
    cell(
      'Endpoints',
      '',
      ...(resource.endpoints.length > 0 ? [element('div', {}, ...resource.endpoints.map(namedEndpoint))] : []),
    ),
    cell('Memory', 'number', ...(resource.memory === null ? [] : [megabytes(resource.memory)])),
    cell('Restarts', 'number', String(resource.restarts)),
    cell('', 'commands', logsLink(resource), ...commandButtons(resource)),
  );
  tr.dataset.resource = resource.name;
  return tr;
}

// Rows are replaced whole; the focus stays on the control that had it.
function keepingFocus(change) {
  const key = document.activeElement?.dataset?.key;
  change();
  if (key && document.activeElement?.dataset?.key !== key)
    document
      .querySelector(`${byId('detail').open ? 'dialog ' : ''}[data-key="${CSS.escape(key)}"]`)
      ?.focus({ preventScroll: true });
}

function renderResources() {
  const wanted = byId('resource-filter').value.trim().toLowerCase();
  const shown = resources.filter(resource =>
    `${resource.name} ${resource.type} ${stateText(resource)} ${resource.health ?? ''}`.toLowerCase().includes(wanted),
  );
  keepingFocus(() => byId('resources').replaceChildren(...shown.map(row)));
  byId('resources-empty').hidden = shown.length > 0;
  if (resources.length > 0) byId('resources-empty').textContent = 'No resource matches the filter.';
  renderSummary();
  renderResourceOptions();
  if (byId('detail').open) renderDetail();
}

function renderSummary() {
  const counts = new Map();
  for (const resource of resources) {
    const text =
      resource.state === 'Running' && resource.health && resource.health !== 'Healthy'
        ? resource.health.toLowerCase()
        : stateText(resource).toLowerCase().replace('…', '');
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const text = [...counts].map(([state, count]) => `${count} ${state}`).join(' · ');
  if (byId('summary').textContent !== text) byId('summary').textContent = text;
}

async function execute(name, command) {
  pending.set(name, command);
  renderResources();
  notify('busy', `${{ start: 'Starting', stop: 'Stopping', restart: 'Restarting' }[command]} ${name}…`);
  try {
    const response = await fetch(`api/resources/${encodeURIComponent(name)}/${command}`, {
      method: 'POST',
      headers: { 'X-Requested-With': 'dashboard' },
    });
    const answer = await response.json();
    notify(response.ok ? 'good' : 'bad', answer.message);
  } catch (failure) {
    notify('bad', `${name}: the dashboard does not answer (${failure.message}).`);
  } finally {
    pending.delete(name);
    renderResources();
  }
}

let noticeTimer = 0;
function notify(kind, text) {
  clearTimeout(noticeTimer);
  const open = byId('detail').open;
  // A modal dialog hides everything outside from assistive technology.
  (open ? byId('detail') : document.body).append(byId('notice'));
  Object.assign(byId('notice'), { className: kind, textContent: text });
  if (kind !== 'busy')
    noticeTimer = setTimeout(
      () => {
        byId('notice').textContent = '';
      },
      kind === 'bad' ? 15000 : 5000,
    );
}

// --- Details ---------------------------------------------------------------------------------------------------------

async function openDetail(name) {
  detailOf = name;
  byId('detail-environment').replaceChildren();
  renderDetail();
  byId('detail').showModal();
  const environment = byId('detail-environment');
  try {
    const response = await fetch(`api/resources/${encodeURIComponent(name)}/environment`);
    const variables = await response.json();
    if (detailOf !== name) return;
    environment.replaceChildren(...variables.map(variable => variableRow(name, variable)));
    if (variables.length === 0) environment.textContent = 'None.';
  } catch (failure) {
    environment.textContent = `The environment cannot be read: ${failure.message}`;
  }
}

function variableRow(name, variable) {
  const value = element('dd', { textContent: variable.secret ? '••••••••' : variable.value });
  const line = element('div', {}, element('dt', { textContent: variable.name }), value);
  if (!variable.secret) return line;
  const button = element('button', { type: 'button', textContent: 'Reveal' });
  button.setAttribute('aria-label', `Reveal ${variable.name}`);
  button.addEventListener('click', async () => {
    if (button.textContent === 'Hide') {
      value.textContent = '••••••••';
      button.textContent = 'Reveal';
      return;
    }
    const response = await fetch(
      `api/resources/${encodeURIComponent(name)}/environment/${encodeURIComponent(variable.name)}`,
    );
    const answer = await response.json();
    value.textContent = response.ok ? answer.value : answer.message;
    button.textContent = 'Hide';
  });
  line.append(button);
  return line;
}

function renderDetail() {
  const resource = resources.find(candidate => candidate.name === detailOf);
  if (!resource) return;
  byId('detail-name').textContent = resource.name;
  byId('detail-state').replaceChildren(
    ...[
      stateBadge(resource),
      resource.health ? badge(healthKinds[resource.health] ?? 'idle', resource.health) : null,
      element('span', {
        className: 'small',
        textContent: [resource.type, stateNote(resource), resource.pid ? `process ${resource.pid}` : '']
          .filter(Boolean)
          .join(' · '),
      }),
    ].filter(Boolean),
  );
  keepingFocus(() => byId('detail-commands').replaceChildren(...commandButtons(resource), logsLink(resource)));
  const orNone = (items, make) =>
    items.length > 0 ? items.map(item => element('li', {}, ...make(item))) : [element('li', { textContent: 'None.' })];
  byId('detail-endpoints').replaceChildren(
    ...orNone(resource.endpoints, endpoint => [`${endpoint.name}: `, endpointLink(endpoint)]),
  );
  byId('detail-health').replaceChildren(
    ...orNone(resource.checks, check => [
      badge(healthKinds[check.status] ?? 'idle', check.status),
      ` ${check.name}`,
      element('span', { className: 'small', textContent: check.description ?? '' }),
    ]),
  );
}

// --- Logs ------------------------------------------------------------------------------------------------------------

const maxLines = 10000;
const chunkLines = 100;
const levelClasses = ['debug', '', 'warn', 'error'];
let lines = [];
let logStream = null;
let logResource = null;
let received = [];
let paused = false;
let following = true;
let frame = 0;

// Levels as ASP.NET Core's consoles, Postgres, RabbitMQ, Redis and OpenSSH write them.
function levelOf(text, isError) {
  const start = text.slice(0, 220);
  if (
    /\b(fail|crit): |"LogLevel":"(Error|Critical)"|\b(ERROR|FATAL|PANIC): |\[(error|critical)\]|Unhandled exception/.test(
      start,
    )
  )
    return 3;
  if (/\bwarn: |"LogLevel":"Warning"|\bWARNING\b|\[warning\]/.test(start)) return 2;
  if (/\b(dbug|trce): |"LogLevel":"(Debug|Trace)"|\bDEBUG\d?: |\[debug\]/.test(start)) return 0;
  return isError ? 3 : 1;
}

function openLogs(name) {
  logResource = name;
  logStream?.close();
  lines = [];
  received = [];
  renderLogs();
  logStream = new EventSource(name ? `api/logs?resource=${encodeURIComponent(name)}` : 'api/logs');
  // The server sends its backlog on every connection, so a new connection begins with an empty page.
  logStream.addEventListener('open', () => {
    lines = [];
    received = [];
    renderLogs();
  });
  logStream.addEventListener('message', event => {
    for (const line of JSON.parse(event.data)) {
      // eslint-disable-next-line no-control-regex
      const text = line.text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '');
      received.push({ source: line.resource, text, level: levelOf(text, line.isError) });
    }
    if (received.length > maxLines) received = received.slice(-maxLines);
    if (!paused) frame ||= requestAnimationFrame(appendReceived);
    renderCount();
  });
}

function wantedLine() {
  const search = byId('log-search').value.trim().toLowerCase();
  const level = Number(byId('log-level').value);
  return line =>
    line.level >= level && (search === '' || line.text.toLowerCase().includes(search) || line.source.includes(search));
}

function lineNode(line, search) {
  const node = element('div', { className: `line ${levelClasses[line.level]}` });
  if (!logResource) node.append(element('span', { className: 'source', textContent: line.source }));
  const at = search ? line.text.toLowerCase().indexOf(search) : -1;
  if (at < 0) node.append(line.text);
  else
    node.append(
      line.text.slice(0, at),
      element('mark', { textContent: line.text.slice(at, at + search.length) }),
      line.text.slice(at + search.length),
    );
  return node;
}

function appendLines(added) {
  const log = byId('log');
  const search = byId('log-search').value.trim().toLowerCase();
  for (const line of added.filter(wantedLine())) {
    let chunk = log.lastElementChild;
    if (!chunk || chunk.childElementCount >= chunkLines) log.append((chunk = element('div', { className: 'chunk' })));
    chunk.append(lineNode(line, search));
  }
  while (log.childElementCount > maxLines / chunkLines) log.firstElementChild.remove();
  if (following) log.scrollTop = log.scrollHeight;
  renderCount();
}

function appendReceived() {
  frame = 0;
  const added = received;
  received = [];
  lines = lines.concat(added).slice(-maxLines);
  appendLines(added);
}

function renderLogs() {
  byId('log').replaceChildren();
  appendLines(lines);
}

function renderCount() {
  const shown = [...byId('log').children].reduce((sum, chunk) => sum + chunk.childElementCount, 0);
  const waiting = paused && received.length > 0 ? `, ${received.length} waiting` : '';
  byId('log-count').textContent = `${shown} of ${lines.length} lines${waiting}`;
}

function renderResourceOptions() {
  const select = byId('log-resource');
  const names = resources.map(resource => resource.name);
  if (
    [...select.options]
      .slice(1)
      .map(option => option.value)
      .join() !== names.join()
  ) {
    select.replaceChildren(
      element('option', { value: '', textContent: 'All resources' }),
      ...names.map(name => element('option', { value: name, textContent: name })),
    );
  }
  select.value = logResource ?? '';
}

function setPaused(value) {
  paused = value;
  byId('log-pause').setAttribute('aria-pressed', String(value));
  byId('log-pause').textContent = value ? 'Resume' : 'Pause';
  if (!value) appendReceived();
  renderCount();
}

// --- Page ------------------------------------------------------------------------------------------------------------

function route() {
  const [, view = 'resources', name = ''] = location.hash.split('/').map(decodeURIComponent);
  const showsLogs = view === 'logs';
  byId('view-resources').hidden = showsLogs;
  byId('view-logs').hidden = !showsLogs;
  byId('tab-resources').setAttribute('aria-current', showsLogs ? 'false' : 'page');
  byId('tab-logs').setAttribute('aria-current', showsLogs ? 'page' : 'false');
  byId('detail').close();
  if (showsLogs) {
    if (!logStream || logResource !== (name || null)) openLogs(name || null);
    renderResourceOptions();
  } else {
    logStream?.close();
    logStream = null;
  }
}

function connect() {
  let lastData = '';
  const stream = new EventSource('api/resources');
  const connection = byId('connection');
  stream.addEventListener('open', () => Object.assign(connection, { className: 'live', textContent: 'Live' }));
  // A browser tries again by itself unless it was refused: the application was started anew, with a new login token.
  stream.addEventListener('error', () =>
    Object.assign(connection, {
      className: '',
      textContent:
        stream.readyState === EventSource.CLOSED
          ? 'Signed out: open the address the application printed'
          : 'Connection lost, trying again…',
    }),
  );
  stream.addEventListener('message', event => {
    // Unchanged rows stay, and with them what is selected in them.
    if (event.data === lastData) return;
    lastData = event.data;
    const snapshot = JSON.parse(event.data);
    resources = snapshot.resources;
    byId('application').textContent = snapshot.application;
    document.title = `${snapshot.application} dashboard`;
    renderResources();
  });
}

byId('resource-filter').addEventListener('input', renderResources);
byId('detail-close').addEventListener('click', () => byId('detail').close());
byId('detail').addEventListener('close', () => {
  detailOf = null;
  document.body.append(byId('notice'));
});
byId('detail').addEventListener('click', event => {
  if (event.target === byId('detail')) byId('detail').close();
});
byId('log-resource').addEventListener('change', event => {
  location.hash = event.target.value ? `#/logs/${encodeURIComponent(event.target.value)}` : '#/logs';
});
byId('log-level').addEventListener('change', renderLogs);
byId('log-search').addEventListener('input', renderLogs);
byId('log-pause').addEventListener('click', () => setPaused(!paused));
byId('log-clear').addEventListener('click', () => {
  lines = [];
  received = [];
  renderLogs();
});
byId('log-latest').addEventListener('click', () => {
  byId('log').scrollTop = byId('log').scrollHeight;
});
byId('log').addEventListener('scroll', () => {
  const log = byId('log');
  following = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  byId('log-latest').hidden = following;
});
addEventListener('hashchange', route);
setInterval(() => {
  if (!byId('view-resources').hidden && pending.size === 0) renderResources();
}, 10000);
connect();
route();

'use strict';
// The whole page is made here, of elements and text nodes only: nothing of the data is ever read as HTML.
(function () {
  var data = JSON.parse(document.getElementById('data').textContent);
  var number = new Intl.NumberFormat('en');
  var ROWS_AT_ONCE = 200;
  var ROWS_TO_SEARCH = 10;
  var ids = 0;

  // ---------------------------------------------------------------------------------------------- small helpers

  /** el('td.num', {title: 'x'}, 'text', child…): a child that is null is left out. */
  function el(spec, attributes) {
    var parts = spec.split('.');
    var e = document.createElement(parts[0]);
    if (parts.length > 1) {
      e.className = parts.slice(1).join(' ');
    }
    return fill(e, attributes, arguments);
  }

  function svg(name, attributes) {
    return fill(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, arguments);
  }

  function fill(e, attributes, args) {
    Object.keys(attributes || {}).forEach(function (name) {
      if (name.slice(0, 2) === 'on') {
        e.addEventListener(name.slice(2), attributes[name]);
      } else if (attributes[name] !== null) {
        e.setAttribute(name, attributes[name]);
      }
    });
    for (var i = 2; i < args.length; i++) {
      if (args[i] !== null && args[i] !== undefined) {
        e.append(args[i]);
      }
    }
    return e;
  }

  function plural(n, one, many) {
    return number.format(n) + ' ' + (n === 1 ? one : many);
  }

  function pad(n, width) {
    return String(n).padStart(width || 2, '0');
  }

  function time(millis) {
    var d = new Date(millis);
    return d.getFullYear() + '-' + pad(d.getMonth() + 1) + '-' + pad(d.getDate()) + ' ' + clock(millis) + '.' + pad(d.getMilliseconds(), 3);
  }

  function clock(millis) {
    var d = new Date(millis);
    return pad(d.getHours()) + ':' + pad(d.getMinutes()) + ':' + pad(d.getSeconds());
  }

  function duration(millis) {
    if (millis < 1000) {
      return millis + ' ms';
    }
    if (millis < 10000) {
      return (millis / 1000).toFixed(1) + ' s';
    }
    var s = Math.floor(millis / 1000);
    var days = Math.floor(s / 86400);
    return (days ? days + 'd ' : '') + pad(Math.floor(s / 3600) % 24) + ':' + pad(Math.floor(s / 60) % 60) + ':' + pad(s % 60);
  }

  /** Text that may break after the dots of its names and before its parenthesis. */
  function code(text) {
    var parts = document.createDocumentFragment();
    text.split(/(?<=^[^(]*[.$])|(?=\()/).forEach(function (part, i) {
      if (i) {
        parts.append(document.createElement('wbr'));
      }
      parts.append(part);
    });
    return parts;
  }

  function timeElement(millis) {
    return el('time', {datetime: new Date(millis).toISOString()}, time(millis));
  }

  // ---------------------------------------------------------------------------------------------- stacks

  var known = [];

  /** A frame by its number. */
  function frame(i) {
    return known[i] || (known[i] = readFrame(i));
  }

  /** The table is flat, five numbers each. */
  function readFrame(i) {
    var f = data.frames;
    var className = data.names[f[5 * i]];
    var method = data.names[f[5 * i + 1]];
    var file = data.names[f[5 * i + 2]];
    var line = f[5 * i + 3];
    var place = line === -2 ? 'native' : file ? file + (line >= 0 ? ':' + line : '') : 'unknown source';
    return {
      app: f[5 * i + 4] === 1,
      text: className ? className + '.' + method + '(' + place + ')' : method,
      brief: className ? className.slice(className.lastIndexOf('.') + 1) + '.' + method + (line >= 0 ? ':' + line : '') : method
    };
  }

  /** The frame numbers of a stack, innermost first. */
  function stackOf(node) {
    var frames = [];
    for (var n = node; n >= 0; n = data.nodes[2 * n]) {
      frames.push(data.nodes[2 * n + 1]);
    }
    return frames;
  }

  function stackList(node, blamed) {
    if (node < 0) {
      return el('p.soft', null, 'No creation stack: the capture budget was used up.');
    }
    var frames = stackOf(node);
    var last = frames.length;
    while (last > 0 && !frame(frames[last - 1]).app) {
      last--;
    }
    // Below the outermost frame of the application there is what called it: a pool, a server, a test framework.
    var cut = last > 0 && frames.length - last > 4 ? last + 1 : frames.length;
    var marked = false;
    function list(part) {
      var ol = el('ol.stack.mono');
      part.forEach(function (i) {
        var f = frame(i);
        var isBlamed = !marked && i === blamed;
        marked = marked || isBlamed;
        ol.append(el('li' + (f.app ? '.app' : '') + (isBlamed ? '.blamed' : ''), null, code(f.text)));
      });
      return ol;
    }
    return el('div', null, list(frames.slice(0, cut)),
      cut < frames.length ? el('details', null, el('summary', null, plural(frames.length - cut, 'more frame', 'more frames') + ' of libraries'), list(frames.slice(cut))) : null);
  }

  // ---------------------------------------------------------------------------------------------- tables

  /**
   * A table that sorts, filters and opens its rows. Only so many rows are in the document at once; sorting and
   * filtering work on all of them.
   * columns: {name, num, value(row) to sort by, cell(row) the content}; detail(row) what a row opens to.
   */
  function makeTable(options) {
    var rows = options.rows.slice();
    var shown = rows;
    var limit = ROWS_AT_ONCE;
    var sorted = options.sorted === undefined ? -1 : options.sorted;
    var down = true;
    var body = el('tbody');
    var heads = options.columns.map(function (column, i) {
      return el('th' + (column.num ? '.num' : ''), {scope: 'col'},
        el('button', {type: 'button', onclick: function () { sort(i, sorted === i ? !down : Boolean(column.num)); }}, column.name));
    });
    var caption = options.label;
    var table = el('table' + (options.wide === false ? '' : '.wide') + (options.style || ''), {'aria-label': caption},
      el('thead', null, el('tr', null, options.detail ? el('td.open') : null)), body);
    heads.forEach(function (h) { table.tHead.rows[0].append(h); });
    var more = el('button.more', {type: 'button', onclick: function () { limit += 5 * ROWS_AT_ONCE; show(); }});
    var status = el('p', {role: 'status'});

    function sort(i, descending) {
      sorted = i;
      down = descending;
      heads.forEach(function (h, j) {
        if (j === i) {
          h.setAttribute('aria-sort', down ? 'descending' : 'ascending');
        } else {
          h.removeAttribute('aria-sort');
        }
      });
      if (i >= 0) {
        var value = options.columns[i].value;
        var keyed = rows.map(function (row) { return {row: row, key: value(row)}; });
        keyed.sort(function (a, b) {
          var order = a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
          return down ? -order : order;
        });
        rows = keyed.map(function (k) { return k.row; });
      }
      filter();
    }

    function filter() {
      shown = options.accepts ? rows.filter(options.accepts) : rows;
      show();
    }

    function show() {
      body.replaceChildren();
      shown.slice(0, limit).forEach(function (row) { body.append(line(row)); });
      if (!shown.length) {
        body.append(el('tr', null, el('td', {colspan: heads.length + (options.detail ? 1 : 0)}, options.empty || 'Nothing matches.')));
      }
      more.hidden = shown.length <= limit;
      more.textContent = 'Show more of ' + plural(shown.length, 'row', 'rows');
      if (options.status) {
        status.textContent = options.status(shown, rows.length);
      }
    }

    function line(row) {
      var tr = el('tr.row');
      if (options.detail) {
        var id = 'd' + (++ids);
        var opened = null;
        var button = el('button', {
          type: 'button', 'aria-expanded': 'false', 'aria-label': 'Details of ' + options.nameOf(row),
          onclick: function () {
            if (opened) {
              opened.remove();
              opened = null;
              button.removeAttribute('aria-controls');
            } else {
              opened = el('tr.detail', {id: id}, el('td', {colspan: heads.length + 1}, options.detail(row)));
              tr.after(opened);
              button.setAttribute('aria-controls', id);
            }
            button.setAttribute('aria-expanded', String(Boolean(opened)));
          }
        });
        tr.append(el('td.open', null, button));
        tr.addEventListener('click', function (event) {
          // A click anywhere in the row is a convenience; marking text is not a click.
          if (!event.target.closest('a, button') && String(getSelection()) === '') {
            button.click();
          }
        });
      }
      options.columns.forEach(function (column) {
        tr.append(el('td' + (column.num ? '.num' : '') + (column.style || ''), {'data-name': column.name}, column.cell(row)));
      });
      return tr;
    }

    if (sorted >= 0) {
      sort(sorted, down);
    } else {
      filter();
    }
    return {node: el('div', null, el('div.scroll', null, table), more), status: status, filter: filter};
  }

  function choice(label, all, values, onchange, text) {
    var select = el('select', {onchange: onchange}, el('option', {value: ''}, all));
    values.forEach(function (v) { select.append(el('option', {value: v}, text ? text(v) : v)); });
    return {node: el('label', null, label, select), select: select};
  }

  function distinct(rows, field) {
    return Array.from(new Set(rows.map(function (r) { return r[field]; }))).sort();
  }

  /** A table with a search field, a choice of kinds and whatever else is given. */
  function searchable(rows, options, choices) {
    var input = el('input', {type: 'search', autocomplete: 'off', spellcheck: 'false'});
    var kinds = choice('Kind', 'all kinds', distinct(rows, 'kind'), function () { table.filter(); });
    var others = (choices || []).map(function (c) {
      return {field: c.field, choice: choice(c.label, c.all, distinct(rows, c.field), function () { table.filter(); }, c.text)};
    });
    rows.forEach(function (row) { row.haystack = options.search(row).join('\n').toLowerCase(); });
    options.rows = rows;
    options.accepts = function (row) {
      var words = input.value.toLowerCase().split(/\s+/);
      return words.every(function (w) { return row.haystack.indexOf(w) >= 0; })
        && (!kinds.select.value || row.kind === kinds.select.value)
        && others.every(function (o) { return !o.choice.select.value || row[o.field] === o.choice.select.value; });
    };
    var table = makeTable(options);
    input.addEventListener('input', table.filter);
    var tools = el('div.tools', null, el('label.wide', null, 'Search ' + options.label.toLowerCase(), input), kinds.node);
    others.forEach(function (o) { tools.append(o.choice.node); });
    tools.append(table.status);
    return el('div', null, tools, table.node);
  }

  // ---------------------------------------------------------------------------------------------- what a row opens to

  function facts(pairs) {
    var dl = el('dl');
    pairs.forEach(function (p) {
      if (p && p[1] !== '' && p[1] !== undefined && p[1] !== null) {
        dl.append(el('dt', null, p[0]), el('dd', null, p[1]));
      }
    });
    return dl;
  }

  function traceOf(leak) {
    if (!leak.trace) {
      return '';
    }
    if (!data.traceLink) {
      return el('code', null, leak.trace);
    }
    var values = {traceId: leak.trace, spanId: leak.span, openedAt: leak.opened};
    var href = data.traceLink.replace(/\{(traceId|spanId|openedAt)\}/g, function (all, name) {
      return encodeURIComponent(values[name]);
    });
    return el('a.mono', {href: href, target: '_blank', rel: 'noopener noreferrer'}, leak.trace);
  }

  var adviceOf = {};
  data.kinds.forEach(function (k) { adviceOf[k.kind] = k; });

  function fix(kind, cause) {
    var advice = adviceOf[kind];
    return el('div', null, el('h3', null, 'How to fix it'),
      cause ? el('p', null, data.causes[cause].advice) : null,
      advice ? el('p', null, advice.advice) : null,
      advice && advice.code ? el('pre', null, advice.code) : null);
  }

  function leakDetail(leak) {
    var left = el('div', null,
      facts([
        ['description', leak.description],
        ['path', leak.path],
        leak.siteCount > leak.count ? ['from this line', plural(leak.siteCount, 'leak', 'leaks') + ' on all paths'] : null,
        ['detail', leak.detail],
        ['outcome', leak.outcome],
        ['scope', leak.scope],
        ['thread', leak.thread + ' (id ' + leak.threadId + ')'],
        ['trace', traceOf(leak)],
        ['span', leak.span ? el('code', null, leak.span) : ''],
        ['opened', timeElement(leak.opened)],
        ['found', timeElement(leak.detected)],
        ['open for', duration(leak.openFor)],
        ['first found', timeElement(leak.first)],
        ['last found', timeElement(leak.last)],
        leak.touchCount ? ['touched', plural(leak.touchCount, 'time', 'times')] : null
      ].concat(leak.attributes || [])));
    if (leak.children) {
      var children = el('ul');
      leak.children.forEach(function (c) {
        children.append(el('li', null, number.format(c.count) + ' ' + c.kind + (c.description ? ' "' + c.description + '"' : '') + ' · ', code(c.site)));
      });
      left.append(el('br'), el('h3', null, 'Still open under it'), children);
    }
    if (leak.heldBy) {
      left.append(el('br'), holderDetail(leak));
    }
    left.append(el('br'), fix(leak.kind, leak.cause));
    if (leak.suppression) {
      left.append(el('h3', null, 'Accept it'), el('p', null, 'A line for the file of known leaks (leakguard.suppressions). It accepts this path only.'),
        el('pre', null, leak.suppression));
    }
    var right = el('div', null, el('h3', null, 'Opened here'), stackList(leak.stack, leak.blamed));
    if (leak.now !== undefined) {
      right.append(el('h3', null, 'The stack of its thread when this was found'), stackList(leak.now, -1));
    }
    (leak.touches || []).forEach(function (t) {
      right.append(el('h3', null, 'Touched ', timeElement(t.at), ' on ' + t.thread + (t.hint ? ': ' + t.hint : '')));
      if (t.stack >= 0) {
        right.append(stackList(t.stack, -1));
      }
    });
    return el('div.detail-grid', null, left, right);
  }

  /** A column with the first step of who holds it; none where no heap dump has told. */
  function holderColumn(rows) {
    return rows.some(function (r) { return r.heldBy; })
      ? [{name: 'Held by', value: function (r) { return r.heldBy || ''; }, cell: function (r) {
        return r.heldBy ? el('span.mono', {title: r.heldBy}, code(r.heldBy.split(' → ')[0])) : '–';
      }}]
      : [];
  }

  function holderDetail(row) {
    if (!row.heldBy) {
      return null;
    }
    var steps = el('ol');
    row.heldBy.split(' → ').forEach(function (step) { steps.append(el('li', null, code(step))); });
    return el('div', null, el('h3', null, 'Held by: the shortest path'), steps);
  }

  function openDetail(group) {
    return el('div.detail-grid', null,
      el('div', null, facts([
        ['oldest', group.description],
        ['open for', duration(group.age)],
        ['scopes', group.scopes.join(', ')],
        ['threads', group.threads.join(', ')]
      ]), holderDetail(group), el('br'), fix(group.kind, null)),
      el('div', null, el('h3', null, 'One of them was opened here'), stackList(group.stack, firstApp(group.stack))));
  }

  function firstApp(node) {
    var found = stackOf(node).filter(function (i) { return frame(i).app; });
    return found.length ? found[0] : -1;
  }

  function siteCell(row) {
    return el('div', null, el('span.mono.value', null, code(row.site)),
      row.path ? el('div.under.mono.value', null, code(row.path)) : null,
      row.description ? el('div.under.value', null, row.description.length > 120 ? row.description.slice(0, 120) + '…' : row.description) : null);
  }

  function searchText(row) {
    var texts = [row.kind, row.site, row.path || '', row.description || '', row.scope || '', row.thread || '', row.trace || '', row.outcome || '', row.detail || '']
      .concat(row.scopes || [], row.threads || []);
    (row.attributes || []).forEach(function (a) { texts.push(a[0] + '=' + a[1]); });
    stackOf(row.stack).forEach(function (i) {
      var f = frame(i);
      if (f.app) {
        texts.push(f.text);
      }
    });
    return texts;
  }

  // ---------------------------------------------------------------------------------------------- sections

  function card(id, title, note) {
    var section = el('section.card', {id: id, 'aria-labelledby': id + '-title'}, el('h2', {id: id + '-title'}, title));
    if (note) {
      section.append(el('p.soft', null, note));
    }
    return section;
  }

  function tile(style, big, small, extra) {
    return el('div.tile' + style, null, el('b', null, big), el('span', null, small), extra || null);
  }

  function gauge(share, label) {
    var inner = el('span');
    inner.style.width = Math.max(0, Math.min(100, 100 * share)) + '%';
    return el('div.gauge' + (share >= 0.9 ? '.bad' : share >= 0.7 ? '.warn' : ''), label ? {role: 'img', 'aria-label': label} : {'aria-hidden': 'true'}, inner);
  }

  function verdict() {
    var v = data.verdict;
    var own = {good: '', warning: '.warn', bad: '.bad'}[v.level];
    var lead = v.text ? v.text : v.leaked
      ? plural(v.leaked, 'resource', 'resources') + ' leaked' + (v.leakedSites ? ' from ' + plural(v.leakedSites, 'line', 'lines') + ' of code' : '') + '.'
      : v.suspected ? 'No leak is proven, but some resources look like leaks.'
        : data.stats.opened ? 'Nothing leaked.' : 'Nothing was tracked yet.';
    var section = el('section.card.verdict' + (v.text ? own : v.leaked ? '.bad' : v.suspected ? '.warn' : ''), {id: 'verdict', 'aria-label': 'Verdict'}, el('p.lead', null, lead));
    var tiles = el('div.tiles', null,
      tile(v.text && !own ? '' : v.leaked ? '.bad' : '.good', number.format(v.leaked), 'leaked, proven' + (v.text ? ', accepted ones too' : '')),
      tile(v.suspected ? '.warn' : '.good', number.format(v.suspected), 'suspected' + (v.suspectedSites ? ', ' + plural(v.suspectedSites, 'line', 'lines') : '')),
      tile('', number.format(data.open.total), data.on ? 'open now' : 'open when the guard was closed'));
    data.limits.forEach(function (l) {
      var unit = l.unit ? ' ' + l.unit : '';
      if (l.used < 0) {
        tiles.append(tile('', 'unknown', l.name + (l.limit >= 0 ? ' used, of ' + number.format(l.limit) + unit : ' used')));
      } else if (l.limit <= 0) {
        tiles.append(tile('', number.format(l.used) + unit, l.name + ' used; limit unknown or none'));
      } else {
        var share = l.used / l.limit;
        tiles.append(tile(share >= 0.9 ? '.bad' : share >= 0.7 ? '.warn' : '', (100 * share).toFixed(share < 0.1 ? 1 : 0) + ' %',
          l.name + ': ' + number.format(l.used) + ' of ' + number.format(l.limit) + unit,
          gauge(share, l.name + ' used: ' + (100 * share).toFixed(1) + ' percent')));
      }
    });
    section.append(tiles);
    if (data.pressure.length) {
      var list = el('ul');
      data.pressure.forEach(function (p) {
        list.append(el('li', null, el('span.badge.' + (p.level === 'warning' ? 'suspected' : 'proven'), null, p.level), ' ' + p.area + ': ' + p.summary
          + (p.left === undefined ? '' : ' · time left at this rate: ' + duration(p.left)) + ' · seen at ' + clock(p.at),
          p.advice ? el('div.under', null, p.advice) : null));
      });
      section.append(el('h2.close', null, 'Close to a limit'), list);
    }
    return section;
  }

  /** By count, the paths of one site after each other: the order in which the guard lists them. */
  function ordered(rows) {
    rows.forEach(function (row, i) { row.order = -i; });
    return rows;
  }

  function leaks() {
    var section = card('leaks', 'Leaks by site', data.leaks.length
      ? 'Each row is one line of code, one path to it and one cause. Open it for the stack, the scope, the thread and how to fix it.' : null);
    if (!data.leaks.length) {
      section.append(el('p', null, 'No leak was found.'));
      return section;
    }
    section.append(searchable(ordered(data.leaks), {
      label: 'Leaks', sorted: 0, search: searchText, detail: leakDetail,
      nameOf: function (r) { return r.kind + ' at ' + r.site + (r.path ? ' ' + r.path : ''); },
      status: function (shown, all) {
        var n = shown.reduce(function (sum, r) { return sum + r.count; }, 0);
        return plural(shown.length, 'path', 'paths') + (shown.length < all ? ' of ' + number.format(all) : '') + ', ' + number.format(n) + ' in all';
      },
      columns: [
        {name: 'Count', num: true, value: function (r) { return r.order; }, cell: function (r) { return number.format(r.count); }},
        {name: 'Kind', value: function (r) { return r.kind; }, cell: function (r) { return el('span.mono', null, code(r.kind)); }},
        {name: 'Opened at', value: function (r) { return r.site; }, cell: siteCell},
        {name: 'Cause', value: function (r) { return r.cause; }, cell: function (r) {
          return el('div', null, el('span.badge.' + data.causes[r.cause].confidence, null, data.causes[r.cause].confidence),
            el('div.under', null, r.causeText));
        }},
        {name: 'Last found', value: function (r) { return r.last; }, style: '.nowrap', cell: function (r) { return el('span', {title: time(r.last)}, clock(r.last)); }},
        {name: 'Was open', num: true, value: function (r) { return r.openFor; }, cell: function (r) { return duration(r.openFor); }}
      ].concat(holderColumn(data.leaks))
    }, [{label: 'Cause', all: 'all causes', field: 'cause', text: function (c) { return data.causes[c].text; }}]));
    if (data.moreLeakSites) {
      section.append(el('p.soft', null, plural(data.moreLeakSites, 'more site is', 'more sites are') + ' not listed; the counts above include them.'));
    }
    return section;
  }

  function openNow() {
    var o = data.open;
    var section = card('open', data.on ? 'Open now' : 'Open when the guard was closed', o.total
      ? plural(o.total, 'resource was', 'resources were') + ' open at ' + time(o.at) + '. The graph reads from the outermost caller down: the wider, the more. Click to zoom; with the keyboard, move with the arrows and press Enter.' : null);
    if (!o.total) {
      section.append(el('p', null, 'Nothing was open at ' + time(o.at) + '.'));
      return section;
    }
    if (!o.groups.length) {
      section.append(el('p', null, plural(o.total, 'resource was', 'resources were') + ' open; which is not known any more.'));
      return section;
    }
    section.append(flame(o.groups), el('br'), searchable(ordered(o.groups), {
      label: 'Open resources', sorted: 0, search: searchText, detail: openDetail,
      nameOf: function (r) { return r.kind + ' at ' + r.site + (r.path ? ' ' + r.path : ''); },
      status: function (shown, all) {
        var n = shown.reduce(function (sum, r) { return sum + r.count; }, 0);
        return plural(shown.length, 'path', 'paths') + (shown.length < all ? ' of ' + number.format(all) : '') + ', ' + number.format(n) + ' open';
      },
      columns: [
        {name: 'Open', num: true, value: function (r) { return r.order; }, cell: function (r) { return number.format(r.count); }},
        {name: 'Kind', value: function (r) { return r.kind; }, cell: function (r) { return el('span.mono', null, code(r.kind)); }},
        {name: 'Opened at', value: function (r) { return r.site; }, cell: siteCell},
        {name: 'Oldest', num: true, value: function (r) { return r.age; }, cell: function (r) { return duration(r.age); }}
      ].concat(holderColumn(o.groups))
    }));
    if (o.more) {
      section.append(el('p.soft', null, plural(o.more, 'more site is', 'more sites are') + ' not listed.'));
    }
    return section;
  }

  // ---------------------------------------------------------------------------------------------- flame graph

  function flame(groups) {
    var ROW = 24;
    var byAge = false;
    var libraries = false;
    var root = null;
    var zoomed = null;
    var focused = null;
    var graph = el('div.flame', {role: 'group', 'aria-label': 'Flame graph of the creation stacks of open resources'});
    var told = el('p', {role: 'status'});
    var search = null;

    function build() {
      root = {name: 'everything open', style: 'root', count: 0, age: 0, weight: 0, children: new Map(), parent: null, depth: 0};
      groups.forEach(function (g) {
        var frames = stackOf(g.stack).map(frame).reverse();
        var own = libraries ? frames : frames.filter(function (f) { return f.app; });
        var path = (own.length ? own : frames).map(function (f) { return {key: f.text, name: f.brief, full: f.text, style: f.app ? '' : 'lib'}; });
        if (!path.length) {
          path.push({key: g.site, name: g.site, full: g.site, style: 'lib'});
        }
        path.push({key: 'kind ' + g.kind, name: g.kind, full: g.kind, style: 'kind'});
        var weight = byAge ? Math.max(1, g.age) : g.count;
        var node = root;
        add(node, g, weight);
        path.forEach(function (p) {
          var next = node.children.get(p.key);
          if (!next) {
            next = {name: p.name, full: p.full, style: p.style, count: 0, age: 0, weight: 0, children: new Map(), parent: node, depth: node.depth + 1};
            node.children.set(p.key, next);
          }
          node = next;
          add(node, g, weight);
        });
      });
      zoom(root);
    }

    function add(node, g, weight) {
      node.count += g.count;
      node.age = Math.max(node.age, g.age);
      node.weight += weight;
    }

    function describe(node) {
      return (node.full || node.name) + ': ' + number.format(node.count) + ' open, ' + (100 * node.count / root.count).toFixed(1)
        + ' % of all, the oldest for ' + duration(node.age);
    }

    function sortedChildren(node) {
      return Array.from(node.children.values()).sort(function (a, b) { return b.weight - a.weight; });
    }

    function zoom(node, takeFocus) {
      zoomed = node;
      graph.replaceChildren();
      var deepest = 0;
      var around = [];
      for (var n = node.parent; n; n = n.parent) {
        around.unshift(n);
      }
      around.forEach(function (n) { place(n, 0, 1, 'around'); });
      (function down(n, left, width) {
        // Cells too narrow to see or to hit are left out, so that the number of them is bounded by the page's width.
        if (width < 0.0025) {
          return;
        }
        place(n, left, width, '');
        deepest = Math.max(deepest, n.depth);
        var at = left;
        sortedChildren(n).forEach(function (c) {
          var w = width * c.weight / n.weight;
          down(c, at, w);
          at += w;
        });
      })(node, 0, 1);
      graph.style.height = (deepest + 1) * ROW + 'px';
      focus(node, takeFocus);
      told.textContent = node === root ? '' : 'Zoomed to ' + describe(node) + '.';
      reset.hidden = node === root;
    }

    function place(node, left, width, style) {
      var cell = el('button' + (node.style ? '.' + node.style : '') + (style ? '.' + style : ''), {
        type: 'button', tabindex: '-1', title: describe(node), 'aria-label': describe(node),
        onclick: function () { zoom(node, true); },
        onfocus: function () { focus(node, false); }
      }, width > 0.02 ? node.name + (node === root || node.children.size === 0 ? ' · ' + number.format(node.count) : '') : null);
      cell.style.left = 100 * left + '%';
      cell.style.width = 100 * width + '%';
      cell.style.top = node.depth * ROW + 'px';
      node.cell = cell;
      graph.append(cell);
    }

    function focus(node, take) {
      if (focused && focused.cell) {
        focused.cell.tabIndex = -1;
      }
      focused = node;
      node.cell.tabIndex = 0;
      if (take) {
        node.cell.focus();
      }
    }

    function isShown(node) {
      return node && node.cell && node.cell.isConnected;
    }

    graph.addEventListener('keydown', function (event) {
      var to = null;
      var siblings = focused.parent ? sortedChildren(focused.parent).filter(isShown) : [focused];
      var at = siblings.indexOf(focused);
      switch (event.key) {
        case 'ArrowUp': to = focused.parent; break;
        case 'ArrowDown': to = sortedChildren(focused).filter(isShown)[0]; break;
        case 'ArrowLeft': to = siblings[at - 1]; break;
        case 'ArrowRight': to = siblings[at + 1]; break;
        case 'Home': to = root; break;
        case 'Escape': zoom(root, true); event.preventDefault(); return;
        default: return;
      }
      event.preventDefault();
      if (isShown(to)) {
        focus(to, true);
      }
    });

    function weighting(label, age) {
      return el('button', {type: 'button', 'aria-pressed': String(byAge === age), onclick: function () {
        byAge = age;
        counts.setAttribute('aria-pressed', String(!age));
        ages.setAttribute('aria-pressed', String(age));
        build();
      }}, label);
    }

    var counts = weighting('by count', false);
    var ages = weighting('by oldest age', true);
    var reset = el('button', {type: 'button', onclick: function () { zoom(root, true); }}, 'Reset zoom');
    var check = el('input', {type: 'checkbox', onchange: function () { libraries = check.checked; build(); }});
    build();
    return el('div', null,
      el('div.tools', null, el('div', {role: 'group', 'aria-label': 'Width of the graph'}, counts, ' ', ages),
        el('label.check', null, check, 'with frames of libraries'), reset, told), graph);
  }

  // ---------------------------------------------------------------------------------------------- kinds, timeline

  function kinds() {
    var section = card('kinds', 'By kind');
    if (!data.kinds.length) {
      section.append(el('p', null, 'Nothing was tracked yet.'));
      return section;
    }
    var most = Math.max.apply(null, data.kinds.map(function (k) { return k.open; }).concat([1]));
    function count(name, field) {
      return {name: name, num: true, value: function (r) { return r[field]; }, cell: function (r) { return number.format(r[field]); }};
    }
    section.append(makeTable({
      label: 'Kinds', rows: data.kinds, style: '.bars', sorted: 1,
      columns: [
        {name: 'Kind', value: function (r) { return r.kind; }, cell: function (r) { return el('span.mono', null, code(r.kind)); }},
        count('Open', 'open'),
        {name: 'Share', value: function (r) { return r.open; }, style: '.bar', cell: function (r) { return bar(r.open / most); }},
        {name: 'Oldest', num: true, value: function (r) { return r.age; }, cell: function (r) { return r.age < 0 ? '–' : duration(r.age); }},
        count('Leaked', 'leaked'), count('Opened', 'opened'), count('Closed', 'closed')
      ]
    }).node);
    return section;

    function bar(share) {
      var g = gauge(share, null);
      g.className = 'gauge';
      return g;
    }
  }

  function timeline() {
    var section = card('timeline', 'Timeline');
    var t = data.timeline;
    if (t.length < 2) {
      section.append(el('p.soft', null, 'No history was recorded. HtmlReport.Recorder.start(guard) records one.'));
      return section;
    }
    var charts = el('div.charts', null,
      chart('Open and leaked', t, [['open', 'a', at(3)], ['leaked so far', 'b', at(4)]], ''),
      chart('Opened and closed per second', t, [['opened/s', 'a', rate(1)], ['closed/s', 'b', rate(2)]], '/s'));
    if (t.some(function (s) { return s[5] >= 0; })) {
      charts.append(chart('File descriptors against their limit', t, [['used', 'a', at(5)], ['limit', 'c', at(6)]], ''));
    } else {
      charts.append(el('p.soft', null, 'File descriptors are unknown on this platform.'));
    }
    section.append(charts, el('details', null, el('summary', null, 'The same as a table'), samples(t)));
    return section;

    function at(column) {
      return function (i) { return t[i][column]; };
    }

    function rate(column) {
      return function (i) {
        return i === 0 ? -1 : Math.max(0, (t[i][column] - t[i - 1][column]) * 1000 / Math.max(1, t[i][0] - t[i - 1][0]));
      };
    }
  }

  function samples(t) {
    var step = Math.ceil(t.length / 60);
    var rows = t.filter(function (s, i) { return i % step === 0 || i === t.length - 1; });
    var names = ['Time', 'Opened', 'Closed', 'Open', 'Leaked', 'Descriptors', 'Limit'];
    return makeTable({label: 'Samples', rows: rows, columns: names.map(function (name, i) {
      return {name: name, num: i > 0, value: function (r) { return r[i]; }, cell: function (r) { return i === 0 ? clock(r[0]) : r[i] < 0 ? 'unknown' : number.format(r[i]); }};
    })}).node;
  }

  function round(n) {
    return n >= 100 || n === Math.round(n) ? number.format(Math.round(n)) : n.toFixed(1);
  }

  function chart(title, t, series, unit) {
    var W = 420, H = 170, LEFT = 52, TOP = 10, BOTTOM = 22;
    var from = t[0][0];
    var span = Math.max(1, t[t.length - 1][0] - from);
    var top = 1;
    var said = [];
    series.forEach(function (s) {
      var values = t.map(function (x, i) { return s[2](i); }).filter(function (v) { return v >= 0; });
      if (values.length) {
        var most = Math.max.apply(null, values);
        top = Math.max(top, most);
        said.push(s[0] + ': first ' + round(values[0]) + ', last ' + round(values[values.length - 1]) + ', most ' + round(most));
      }
    });
    var drawing = svg('svg', {viewBox: '0 0 ' + W + ' ' + H, role: 'img', 'aria-label': title + '. ' + said.join('; ') + '.'});
    [0, 0.5, 1].forEach(function (share) {
      var y = y0(top * share);
      drawing.append(svg('line', {x1: LEFT, x2: W, y1: y, y2: y, class: 'axis'}),
        svg('text', {x: LEFT - 6, y: y + 4, 'text-anchor': 'end'}, round(top * share)));
    });
    drawing.append(svg('text', {x: LEFT, y: H - 5}, clock(from)), svg('text', {x: W, y: H - 5, 'text-anchor': 'end'}, clock(from + span)));
    series.forEach(function (s) {
      var path = '';
      var pen = 'M';
      for (var i = 0; i < t.length; i++) {
        var v = s[2](i);
        if (v < 0) {
          pen = 'M';
          continue;
        }
        path += pen + (LEFT + (W - LEFT) * (t[i][0] - from) / span).toFixed(1) + ' ' + y0(v).toFixed(1);
        pen = 'L';
      }
      drawing.append(svg('path', {d: path, class: s[1]}));
    });
    var legend = el('div.legend', {'aria-hidden': 'true'});
    series.forEach(function (s) { legend.append(el('span.' + s[1], null, s[0])); });
    return el('figure', null, el('figcaption', null, title), legend, drawing, el('p.soft', null, said.join('; ') + '.'));

    function y0(v) {
      return TOP + (H - TOP - BOTTOM) * (1 - v / top);
    }
  }

  function ownSection(s, i) {
    var section = card('section-' + i, s.title, s.note);
    var columns = s.columns.map(function (name, c) {
      var num = s.rows.length > 0 && s.rows.every(function (r) { return /^-?[0-9][0-9,]*(\.[0-9]+)?$/.test(r[c]); });
      var brief = s.rows.every(function (r) { return r[c].length <= 16; });
      return {
        name: name, num: num, style: brief ? '.nowrap' : '',
        value: function (r) { return num ? Number(r[c].replace(/,/g, '')) : r[c]; },
        cell: function (r) { return el('span.value', null, brief || r[c].indexOf(' ') >= 0 ? r[c] : code(r[c])); }
      };
    });
    var options = {label: s.title, rows: s.rows, columns: columns, empty: s.rows.length ? 'Nothing matches.' : 'None.'};
    if (s.rows.length > ROWS_TO_SEARCH) {
      var haystacks = new Map();
      s.rows.forEach(function (r) { haystacks.set(r, r.join('\n').toLowerCase()); });
      options.accepts = function (r) {
        return input.value.toLowerCase().split(/\s+/).every(function (w) { return haystacks.get(r).indexOf(w) >= 0; });
      };
      options.status = function (shown, all) {
        return plural(shown.length, 'row', 'rows') + (shown.length < all ? ' of ' + number.format(all) : '');
      };
      var input = el('input', {type: 'search', autocomplete: 'off', spellcheck: 'false', oninput: function () { table.filter(); }});
      var table = makeTable(options);
      section.append(el('div.tools', null, el('label.wide', null, 'Search ' + s.title.toLowerCase(), input), table.status), table.node);
    } else {
      section.append(makeTable(options).node);
    }
    if (s.more) {
      section.append(el('p.soft', null, plural(s.more, 'more row is', 'more rows are') + ' not listed.'));
    }
    return section;
  }

  function about() {
    var s = data.stats;
    var section = card('counts', 'Counts of the guard');
    section.append(facts([
      ['opened', number.format(s.opened) + ' = ' + number.format(s.closed) + ' closed + ' + number.format(s.collected) + ' collected + ' + number.format(s.open) + ' open'],
      ['with a stack', number.format(s.captured) + (s.notCaptured ? '; ' + number.format(s.notCaptured) + ' without, by the capture budget' : '')],
      ['reports', number.format(s.reported) + ' given to listeners, ' + number.format(s.suppressed) + ' suppressed, ' + number.format(s.dropped) + ' dropped'],
      ['failures', number.format(s.listenerFailures) + ' of listeners, ' + number.format(s.internalErrors) + ' of the guard']
    ]));
    return section;
  }

  // ---------------------------------------------------------------------------------------------- the page

  var page = document.getElementById('page');
  var nav = el('nav', {'aria-label': 'Sections'});
  var main = el('main', {id: 'main'}, verdict());
  data.sections.forEach(function (s, i) { main.append(ownSection(s, i)); });
  main.append(leaks(), openNow(), kinds(), timeline(), about());
  main.querySelectorAll('section > h2').forEach(function (h) {
    nav.append(el('a', {href: '#' + h.parentElement.id}, h.textContent));
  });
  page.append(
    el('a.skip', {href: '#main'}, 'Skip to the verdict'),
    el('header.top', null, el('h1', null, data.title),
      el('span.soft', null, 'guard ', el('span.value', null, data.guard), ' · ', timeElement(data.takenAt)), nav),
    main,
    el('footer', null, 'Written by LeakGuard. This page is complete: it loads nothing, and sends nothing.'));
  document.documentElement.setAttribute('data-ready', 'true');
})();

// The live page: cameras with their pictures and today's counts, which grow with each event.

const by = id => document.getElementById(id)
const tag = (name, text, kind) => {
  const made = document.createElement(name)
  if (text !== undefined) made.textContent = text
  if (kind) made.className = kind
  return made
}
const get = async path => {
  const answer = await fetch(path)
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).detail ?? answer.statusText)
  return answer.json()
}

/** What a camera's card depends on. */
const shape = camera => JSON.stringify([camera.lines, camera.zones.map(zone => zone.name)])

let zone = 'UTC'
let counting
const cards = new Map()
const clock = text => new Date(text).toLocaleTimeString([], {timeZone: zone, hourCycle: 'h23'})

/** Midnight of the site's clock. */
function midnight() {
  const now = new Date()
  const parts = new Intl.DateTimeFormat('en-GB', {timeZone: zone, hourCycle: 'h23', hour: 'numeric', minute: 'numeric', second: 'numeric'})
    .formatToParts(now)
  const part = kind => Number(parts.find(one => one.type === kind).value)
  return new Date(now.getTime() - ((part('hour') * 60 + part('minute')) * 60 + part('second')) * 1000)
}

function card(camera) {
  const made = tag('article')
  const image = tag('img')
  image.dataset.stream = `/api/v1/cameras/${encodeURIComponent(camera.id)}/live.mjpeg`
  image.alt = camera.shows_pictures
    ? `Live picture of ${camera.name} with boxes, lines and counts`
    : `Drawing of what ${camera.name} counts; its pictures are not shown`
  const body = tag('div')
  const head = tag('div', undefined, 'head')
  const state = tag('span', '', 'state')
  head.append(tag('h2', camera.name), state)
  const why = tag('p', '', 'why')
  const table = tag('table')
  const names = tag('tr')
  names.append(tag('th', 'Today'), tag('th', 'Forward'), tag('th', 'Backward'))
  table.append(tag('thead'), tag('tbody'))
  table.tHead.append(names)
  const counts = new Map()
  for (const line of camera.lines) {
    const row = tag('tr')
    row.append(tag('th', line.name))
    for (const direction of ['forward', 'backward']) {
      const cell = tag('td', undefined, 'count')
      const number = tag('span', '0')
      cell.append(number, tag('small', line[direction]))
      counts.set(`${line.name} ${direction}`, number)
      row.append(cell)
    }
    table.tBodies[0].append(row)
  }
  const zones = new Map()
  for (const area of camera.zones) {
    const row = tag('tr')
    const cell = tag('td', undefined, 'count')
    const number = tag('span', '0')
    cell.colSpan = 2
    cell.append(number, tag('small', 'inside now'))
    zones.set(area.name, number)
    row.append(tag('th', area.name), cell)
    table.tBodies[0].append(row)
  }
  body.append(head, why, table)
  made.append(image, body)
  cards.set(camera.id, {made, image, shape: shape(camera), state, why, counts, zones})
  return made
}

function show(cell, number) {
  if (cell.textContent === String(number)) return
  cell.textContent = number
  cell.classList.remove('fresh')
  void cell.offsetWidth // begins the animation anew
  cell.classList.add('fresh')
}

async function cameras() {
  const answer = await get('/api/v1/cameras?limit=1000')
  zone = answer.time_zone ?? 'UTC'
  by('site').textContent = answer.site ? `${answer.site} · times in ${zone}` : ''
  if (answer.cameras.map(camera => camera.id).join('\n') !== [...cards.keys()].join('\n')) {
    // A camera was made or deleted.
    cards.clear()
    by('cameras').replaceChildren(...answer.cameras.map(card))
    if (document.readyState === 'complete') pictures()
    if (answer.cameras.length > 0) await totals()
  }
  for (const camera of answer.cameras.filter(camera => shape(camera) !== cards.get(camera.id).shape)) {
    // Its rules were edited.
    const old = cards.get(camera.id)
    const image = old.image
    old.made.replaceWith(card(camera))
    cards.get(camera.id).image.replaceWith(image)
    cards.get(camera.id).image = image
    await totals()
  }
  if (answer.cameras.length === 0) by('cameras').replaceChildren(tag('p', 'No camera is configured yet.', 'note'))
  for (const camera of answer.cameras) {
    const {state, why, zones} = cards.get(camera.id)
    state.textContent = camera.since ? `${camera.state} since ${clock(camera.since)}` : camera.state
    state.className = `state ${camera.state}`
    why.textContent = camera.reason ?? ''
    for (const area of camera.zones) show(zones.get(area.name), area.occupancy)
  }
}

async function totals() {
  if (cards.size === 0) return
  const until = new Date(Date.now() + 86400000).toISOString()
  const answer = await get(`/api/v1/counts?from=${midnight().toISOString()}&until=${until}&bucket=1d&group=camera,rule,direction`)
  for (const group of answer.groups) {
    const cell = cards.get(group.camera)?.counts.get(`${group.rule} ${group.direction}`)
    if (cell) show(cell, group.buckets.reduce((sum, bucket) => sum + bucket.count, 0))
  }
}

const words = {
  crossing: event => `${event.class} crossed ${event.rule}, ${event.direction}`,
  turned_back: event => `${event.class} turned back at ${event.rule}`,
  passed_by: event => `${event.class} passed by ${event.rule}`,
  zone_enter: event => `${event.class} entered ${event.rule}`,
  zone_leave: event => `${event.class} left ${event.rule} after ${Math.round(event.dwell_s)} s`,
  gap: event => `not watched from ${clock(event.from)} to ${clock(event.until)}: ${event.detail ?? event.reason}`,
}

function ticker(event) {
  const list = by('ticker')
  list.querySelector('.note')?.remove()
  list.prepend(tag('li', `${clock(event.time)} ${event.camera}: ${words[event.kind](event)}`))
  while (list.children.length > 50) list.lastChild.remove()
}

function listen() {
  const source = new EventSource('/api/v1/live')
  source.onopen = () => { by('connection').textContent = ''; refresh() }
  source.onerror = () => { by('connection').textContent = 'Connection lost; trying again…' }
  source.addEventListener('missed', () => refresh())
  for (const kind of Object.keys(words)) {
    source.addEventListener(kind, message => {
      const event = JSON.parse(message.data)
      ticker(event)
      if (kind !== 'crossing') return
      // Asked for, not added up: after a break events come that the totals already hold.
      counting ??= setTimeout(() => { counting = undefined; totals().catch(() => {}) }, 200)
    })
  }
}

async function refresh() {
  try {
    await cameras()
    await totals()
  } catch (error) {
    by('connection').textContent = error.message
  }
}

// A picture that never ends would keep the page from ever being loaded.
const pictures = () => { for (const image of document.querySelectorAll('img')) image.src = image.dataset.stream }

await refresh()
listen()
if (document.readyState === 'complete') pictures()
else addEventListener('load', pictures)
setInterval(() => cameras().catch(() => {}), 1000)
// Late counts, and midnight.
setInterval(() => totals().catch(() => {}), 60000)
